/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of initrds that root= has to be read with. */
#include "boot/root-words.h"

#include "image/cmdline.h"

/* Words that tell an initrd to open what the root lies in; with a value that means no, they do not.
   (dracut.cmdline(7), systemd-cryptsetup-generator(8), genkernel(8), mkinitcpio's hooks, Alpine's)
 */
static const char *const openers[] = {
  "rd.auto",
  "rd.luks",
  "rd.luks.uuid",
  "rd.luks.name",
  "rd.luks.partuuid",
  "luks",
  "luks.uuid",
  "luks.name",
  "rd_LUKS_UUID",
  "cryptdevice",
  "crypt_root",
  "crypt_roots",
  "cryptroot",
  "cryptopts",
  "cryptdm",
  "rd.lvm",
  "rd.lvm.lv",
  "rd.lvm.vg",
  "rd_LVM_LV",
  "rd_LVM_VG",
  "dolvm",
  "lvm",
  "rd.md",
  "rd.md.uuid",
  "rd_MD_UUID",
  "domdadm",
  "dodmraid",
  "md",
  "raid",
  "rd.dm",
  "rd.dm.uuid",
  "rd.multipath",
  "domultipath",
  "netroot",
  "iscsi_firmware",
  "rd.iscsi.initiator",
  "rd.iscsi.firmware",
  "rd.nvmf.discover",
  "rd.nvmf.nonbft",
  "nbdroot",
  "rd.zfcp",
  "rd.dasd",
  "rd.bcache",
  "dobcache",
  "roothash",
};

/* Words with which root= means something else: a live medium, a network file system. */
static const char *const strangers[] = {
  "boot", "rd.live.image", "rd.live.dir", "nfsroot", "iso-scan/filename", "live-media",
};

/* Types of root file systems that are on no block device, or on several. */
static const char *const strange_types[] = {
  "nfs", "nfs4",    "cifs",  "smb3",  "ceph",  "9p",    "virtiofs",
  "zfs", "overlay", "tmpfs", "ramfs", "ubifs", "jffs2", "bcachefs",
};

gboolean
kexec_root_words_mean_no (const char *value)
{
  return value != NULL &&
         (g_str_equal (value, "0") || g_ascii_strcasecmp (value, "no") == 0 ||
          g_ascii_strcasecmp (value, "off") == 0 || g_ascii_strcasecmp (value, "false") == 0);
}

static gboolean
has_word (const char *cmdline, const char *const *keys, gsize n_keys)
{
  for (gsize i = 0; i < n_keys; i++) {
    g_autofree char *value = kexec_cmdline_get (cmdline, keys[i]);

    if (kexec_cmdline_has (cmdline, keys[i]) && !kexec_root_words_mean_no (value))
      return TRUE;
  }
  return FALSE;
}

gboolean
kexec_root_words_open (const char *cmdline)
{
  return has_word (cmdline, openers, G_N_ELEMENTS (openers));
}

gboolean
kexec_root_words_are_strange (const char *cmdline)
{
  g_autofree char *type = kexec_cmdline_get (cmdline, "rootfstype");

  if (has_word (cmdline, strangers, G_N_ELEMENTS (strangers)))
    return TRUE;
  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (strange_types); i++)
    if (g_str_has_prefix (type, strange_types[i]))
      return TRUE;
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks for a command line in the configuration, and in the files where kernel-install(8) does. */
#include "boot/kernel-cmdline.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/root-source.h"
#include "boot/trust.h"
#include "image/cmdline.h"

/* Room for a longest command line with much white space in it. */
#define FILE_SIZE_MAX (4 * KEXEC_CMDLINE_MAX)

static const struct {
  const char *path;
  KexecCmdlineOrigin origin;
} files[] = {
  { "/etc/kernel/cmdline", KEXEC_CMDLINE_OWN },
  { "/usr/lib/kernel/cmdline", KEXEC_CMDLINE_OWN },
  { "/proc/cmdline", KEXEC_CMDLINE_BORROWED },
};

static char *
join_words (const char *text)
{
  g_auto (GStrv) words = kexec_cmdline_split (text);

  return g_strjoinv (" ", words);
}

/* Takes a file's contents. Returns: %FALSE if there is no word in them. */
static gboolean
take_text (KexecKernelCmdline *self, const char *text)
{
  g_autofree char *cmdline =
    self->origin == KEXEC_CMDLINE_OWN ? join_words (text) : kexec_cmdline_clean (text);

  if (*cmdline == '\0')
    return FALSE;
  if (!g_utf8_validate (cmdline, -1, NULL)) {
    char *valid = g_utf8_make_valid (cmdline, -1);

    kexec_findings_add (self->findings, KEXEC_FINDING_CMDLINE_INVALID, self->path, NULL,
                        "The command line in %s is not UTF-8 text; write one without special "
                        "characters into /etc/kernel/cmdline",
                        self->path);
    g_free (cmdline);
    cmdline = valid;
  }
  g_free (self->cmdline);
  self->cmdline = g_steal_pointer (&cmdline);
  return TRUE;
}

/* Takes what a file says. Returns: %FALSE if there is no such file, or no word in it. */
static gboolean
take_file (KexecKernelCmdline *self, int root_fd, const char *path, KexecCmdlineOrigin origin)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = kexec_beneath_read (root_fd, path, FILE_SIZE_MAX, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return FALSE;
  kexec_entry_set (&self->path, path);
  self->origin = origin;
  if (error == NULL)
    return take_text (self, text);
  kexec_findings_add (self->findings, KEXEC_FINDING_CMDLINE_UNREADABLE, self->path, NULL,
                      "%s; mend or remove it", error->message);
  return TRUE;
}

static void
find_cmdline (KexecKernelCmdline *self, int root_fd, const KexecConfig *config)
{
  if (config->cmdline != NULL) {
    kexec_entry_set (&self->path, config->cmdline_from);
    self->origin = KEXEC_CMDLINE_OWN;
    take_text (self, config->cmdline);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (take_file (self, root_fd, files[i].path, files[i].origin))
      return;
  kexec_entry_set (&self->path, "");
  self->origin = config->root_device != NULL ? KEXEC_CMDLINE_OWN : KEXEC_CMDLINE_BORROWED;
  if (config->root_device != NULL)
    return;
  kexec_findings_add (self->findings, KEXEC_FINDING_CMDLINE_NO_ROOT, NULL, NULL,
                      "No command line was found; write one into /etc/kernel/cmdline");
}

/* Returns: (transfer full): the command line with this root device and no other. */
static char *
with_root (const char *cmdline, const char *device)
{
  g_autofree char *word = g_strconcat ("root=", device, NULL);
  g_autofree char *rest = kexec_cmdline_remove (cmdline, "root");

  return kexec_cmdline_append (word, rest);
}

static void
put_root (KexecKernelCmdline *self, const char *device)
{
  g_autofree char *old = self->cmdline;

  self->cmdline = with_root (old, device);
}

/* Whether a word says where the root file system is. */
static gboolean
names_root (const char *cmdline)
{
  /* genkernel's, systemd-veritysetup-generator(8)'s, the kernel's for NFS, and those of ZFS. */
  static const char *const keys[] = { "root", "real_root", "roothash", "nfsroot", "zfs", "bootfs" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (kexec_cmdline_has (cmdline, keys[i]))
      return TRUE;
  return FALSE;
}

KexecKernelCmdline *
kexec_kernel_cmdline_find (int root_fd, const KexecConfig *config)
{
  KexecKernelCmdline *self = g_new0 (KexecKernelCmdline, 1);

  self->cmdline = g_strdup ("");
  self->path = g_strdup ("");
  self->findings = kexec_findings_new ();
  find_cmdline (self, root_fd, config);
  if (config->root_device != NULL) {
    put_root (self, config->root_device);
  } else if (config->cmdline != NULL && !names_root (self->cmdline)) {
    g_autofree char *device = kexec_root_source_find (root_fd);

    if (device != NULL)
      put_root (self, device);
  }
  return self;
}

char *
kexec_kernel_cmdline_extend (const char *cmdline, const KexecConfig *config)
{
  g_autofree char *rest = NULL;

  if (config->append == NULL)
    return g_strdup (cmdline);
  if (!kexec_cmdline_has (config->append, "root"))
    return kexec_cmdline_append (cmdline, config->append);
  rest = kexec_cmdline_remove (cmdline, "root");
  return kexec_cmdline_append (rest, config->append);
}

char *
kexec_kernel_cmdline_replace (const KexecKernelCmdline *self, const char *cmdline,
                              const KexecConfig *config)
{
  if (config->is_cmdline_gentoo)
    return kexec_kernel_cmdline_extend (self->cmdline, config);
  if (config->append != NULL && kexec_cmdline_has (config->append, "root"))
    return g_strdup (cmdline);
  return with_root (cmdline, config->root_device);
}

gboolean
kexec_kernel_cmdline_is_trusted (const KexecKernelCmdline *self, int root_fd, char **reason)
{
  g_autoptr (KexecTrust) trust = NULL;
  kexec_autofd fd = -1;
  struct statfs fs;

  if (*self->path == '\0')
    return TRUE;
  fd = kexec_beneath_open_in_root (root_fd, self->path, O_PATH, NULL);
  if (self->origin == KEXEC_CMDLINE_BORROWED && fd >= 0 && fstatfs (fd, &fs) == 0 &&
      fs.f_type == PROC_SUPER_MAGIC)
    return TRUE;
  trust = kexec_trust_new (root_fd);
  return kexec_trust_judge (trust, NULL, -1, self->path, reason);
}

void
kexec_kernel_cmdline_free (KexecKernelCmdline *self)
{
  g_free (self->cmdline);
  g_free (self->path);
  g_ptr_array_unref (self->findings);
  g_free (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel-ops.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "image/error.h"

#define SMALL_FILE       4096 /* bytes; sysfs and sysctl files are shorter */
#define BOOTLOADER_KEXEC 0xD0 /* Documentation/arch/x86/boot.rst, type_of_loader */

#ifndef KEXEC_FILE_NO_INITRAMFS
#define KEXEC_FILE_UNLOAD       0x1
#define KEXEC_FILE_NO_INITRAMFS 0x4
#endif

static int
file_load (int kernel_fd, int initrd_fd, const char *cmdline, unsigned long flags)
{
  gsize length = cmdline != NULL ? strlen (cmdline) + 1 : 0;

  return syscall (SYS_kexec_file_load, kernel_fd, initrd_fd, length, cmdline, flags) == 0 ? 0
                                                                                          : errno;
}

static int
real_load (int kernel_fd, int initrd_fd, const char *cmdline)
{
  return file_load (kernel_fd, initrd_fd, cmdline, initrd_fd < 0 ? KEXEC_FILE_NO_INITRAMFS : 0);
}

/* No segments empty the slot, whichever call filled it; see kexec_load(2). */
static int
real_unload (void)
{
  int error_number = file_load (-1, -1, NULL, KEXEC_FILE_UNLOAD);

  if (error_number == ENOSYS)
    error_number = syscall (SYS_kexec_load, 0, 0, NULL, 0) == 0 ? 0 : errno;
  return error_number;
}

static int
real_execute (void)
{
  return syscall (SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC,
                  NULL) == 0
           ? 0
           : errno;
}

/* Capabilities belong to threads. Without CAP_SYS_BOOT the call ends with EPERM before it looks at
 * anything and before it uses up the load limit; with ENOSYS where the kernel does not have it. */
static gpointer
probe_without_capability (gpointer data)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

  if (syscall (SYS_capset, &header, none) != 0)
    return GINT_TO_POINTER (EPERM);
  return GINT_TO_POINTER (file_load (-1, -1, NULL, KEXEC_FILE_UNLOAD));
}

static gboolean
real_can_file_load (void)
{
  static gsize known = 0;

  if (g_once_init_enter (&known)) {
    g_autoptr (GThread) thread = g_thread_new ("probe", probe_without_capability, NULL);
    int error_number = GPOINTER_TO_INT (g_thread_join (g_steal_pointer (&thread)));

    g_once_init_leave (&known, error_number == ENOSYS ? 1 : 2);
  }
  return known == 2;
}

static int
real_freeze (int fd)
{
  return ioctl (fd, FIFREEZE, 0) == 0 ? 0 : errno;
}

static int
real_thaw (int fd)
{
  return ioctl (fd, FITHAW, 0) == 0 ? 0 : errno;
}

const KexecKernelOps kexec_kernel_ops = {
  .load = real_load,
  .unload = real_unload,
  .sync = sync,
  .execute = real_execute,
  .can_file_load = real_can_file_load,
  .freeze = real_freeze,
  .thaw = real_thaw,
};

/** Returns: (transfer full) (nullable): the file without surrounding white space. */
static char *
read_line (int root_fd, const char *path)
{
  char *contents = kexec_beneath_read (root_fd, path, SMALL_FILE, NULL);

  return contents != NULL ? g_strstrip (contents) : NULL;
}

static gint64
read_number (int root_fd, const char *path, gint64 fallback)
{
  g_autofree char *line = read_line (root_fd, path);
  gint64 number;

  if (line == NULL || !g_ascii_string_to_signed (line, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return fallback;
  return number;
}

static gboolean
is_there (int root_fd, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_PATH, NULL);

  return fd >= 0;
}

KexecSlot
kexec_kernel_slot (int root_fd)
{
  gint64 loaded = read_number (root_fd, "/sys/kernel/kexec/loaded", -1);

  if (loaded < 0)
    loaded = read_number (root_fd, "/sys/kernel/kexec_loaded", -1);
  /* A kernel that cannot kexec at all has a /proc, but not that. */
  if (loaded < 0 && is_there (root_fd, "/proc/sys/kernel/osrelease") &&
      !is_there (root_fd, "/proc/sys/kernel/kexec_load_disabled"))
    return KEXEC_SLOT_EMPTY;
  if (loaded < 0)
    return KEXEC_SLOT_UNKNOWN;
  return loaded > 0 ? KEXEC_SLOT_FULL : KEXEC_SLOT_EMPTY;
}

/** The value after "KEY:" in a file of such lines, as /proc/self/status and /proc/meminfo are. */
static char *
read_field (int root_fd, const char *path, const char *key)
{
  g_autofree char *contents = kexec_beneath_read (root_fd, path, 64 * 1024, NULL);
  g_auto (GStrv) lines = contents != NULL ? g_strsplit (contents, "\n", -1) : NULL;

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], key) && lines[i][strlen (key)] == ':')
      return g_strstrip (g_strdup (lines[i] + strlen (key) + 1));
  return NULL;
}

static gboolean
has_capability (int root_fd)
{
  g_autofree char *effective = read_field (root_fd, "/proc/self/status", "CapEff");

  return effective != NULL && (g_ascii_strtoull (effective, NULL, 16) >> CAP_SYS_BOOT & 1);
}

/** The word in brackets: "none [integrity] confidentiality". */
static char *
read_lockdown (int root_fd)
{
  g_autofree char *line = read_line (root_fd, "/sys/kernel/security/lockdown");
  char *start = line != NULL ? strchr (line, '[') : NULL;
  char *end = start != NULL ? strchr (start, ']') : NULL;

  return end != NULL ? g_strndup (start + 1, end - start - 1) : NULL;
}

KexecKernelFacts *
kexec_kernel_facts_read (int root_fd)
{
  KexecKernelFacts *self = g_new0 (KexecKernelFacts, 1);
  g_autofree char *available = read_field (root_fd, "/proc/meminfo", "MemAvailable");

  self->has_capability = has_capability (root_fd);
  self->load_disabled = read_number (root_fd, "/proc/sys/kernel/kexec_load_disabled", 0) != 0;
  self->load_limit = read_number (root_fd, "/proc/sys/kernel/kexec_load_limit_reboot", -1);
  self->lockdown = read_lockdown (root_fd);
  self->available = available != NULL ? g_ascii_strtoull (available, NULL, 10) * 1024 : 0;
  return self;
}

void
kexec_kernel_facts_free (KexecKernelFacts *self)
{
  g_free (self->lockdown);
  g_free (self);
}

char *
kexec_kernel_boot_id (int root_fd)
{
  return read_line (root_fd, "/proc/sys/kernel/random/boot_id");
}

char *
kexec_kernel_release (int root_fd)
{
  return read_line (root_fd, "/proc/sys/kernel/osrelease");
}

int
kexec_kernel_came_by_kexec (int root_fd)
{
  gint64 type = read_number (root_fd, "/proc/sys/kernel/bootloader_type", -1);

  return type < 0 ? -1 : type == BOOTLOADER_KEXEC;
}

static const struct {
  int error_number;
  KexecError error;
  const char *text;
} load_errors[] = {
  { EACCES, KEXEC_ERROR_POLICY_REFUSED,
    "The security policy of this system (IMA, IPE or SELinux) refused the image; install a signed"
    " one or ask its administrator" },
  { ENOEXEC, KEXEC_ERROR_UNSUPPORTED_IMAGE,
    "The running kernel cannot load this image; a kernel of the same architecture and 64-bit boot"
    " protocol is needed" },
  { EINVAL, KEXEC_ERROR_UNSUPPORTED_IMAGE,
    "The running kernel refused the image: it is not one that it loads, its command line is not"
    " accepted, or it needs more than half of the memory" },
  { EFBIG, KEXEC_ERROR_INVALID_IMAGE,
    "The image is larger than the kernel loads; use a smaller one" },
  { ETXTBSY, KEXEC_ERROR_BUSY, "The image is open for writing; try again when that has finished" },
  { EBUSY, KEXEC_ERROR_BUSY,
    "Another program is loading an image; try again when it has finished" },
  { ENOMEM, KEXEC_ERROR_OUT_OF_MEMORY,
    "There is not enough free memory to hold the image; stop something and try again" },
  { EADDRNOTAVAIL, KEXEC_ERROR_NO_MEMORY_HOLE,
    "There is no stretch of memory large enough for the image; a smaller initrd may fit" },
  { ENODATA, KEXEC_ERROR_SIGNATURE_MISSING,
    "The kernel accepts signed images only, and this one has no signature; use one that the"
    " distribution signed" },
  { ENOKEY, KEXEC_ERROR_SIGNATURE_REJECTED,
    "The image's signature is by a key that the kernel does not trust; enrol the key or use a"
    " signed image" },
  { EKEYREJECTED, KEXEC_ERROR_SIGNATURE_REJECTED,
    "The image's signature is wrong or its key was revoked; install the kernel's package again" },
  { EBADMSG, KEXEC_ERROR_SIGNATURE_REJECTED,
    "The image's signature is malformed; install the kernel's package again" },
  { ELIBBAD, KEXEC_ERROR_SIGNATURE_REJECTED,
    "The image is malformed, so that its signature cannot be read; install the kernel's package"
    " again" },
  { ENOPKG, KEXEC_ERROR_SIGNATURE_REJECTED,
    "The kernel lacks the algorithm that the image is signed with; use another image" },
  { ENOSYS, KEXEC_ERROR_NOT_SUPPORTED,
    "This kernel was built without kexec_file_load; use one with CONFIG_KEXEC_FILE" },
};

/* The kernel gives EPERM for four reasons; what it said before tells which. */
static void
set_permission_error (const KexecKernelFacts *facts, GError **error)
{
  if (!facts->has_capability)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_NOT_SUPPORTED,
                         "kexecd may not load images here: it has no CAP_SYS_BOOT; check its"
                         " service's settings, or whether this is a container");
  else if (facts->load_disabled)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_LOAD_DISABLED,
                         "Loading is disabled until the next reboot (kernel.kexec_load_disabled=1);"
                         " reboot in the ordinary way");
  else if (facts->load_limit == 0)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_LOAD_LIMIT_REACHED,
                         "The number of loads allowed in this boot is used up"
                         " (kernel.kexec_load_limit_reboot); reboot in the ordinary way");
  else if (facts->lockdown != NULL && !g_str_equal (facts->lockdown, "none"))
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_LOCKDOWN,
                 "The kernel is locked down (%s) and takes only images with a valid signature; use"
                 " one that the distribution signed",
                 facts->lockdown);
  else
    g_set_error_literal (
      error, KEXEC_ERROR, KEXEC_ERROR_POLICY_REFUSED,
      "The kernel refused the load (LoadPin or another security module); ask this"
      " system's administrator");
}

void
kexec_kernel_load_error (int error_number, const KexecKernelFacts *facts, GError **error)
{
  if (error_number == EPERM) {
    set_permission_error (facts, error);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (load_errors); i++) {
    if (load_errors[i].error_number == error_number) {
      g_set_error_literal (error, KEXEC_ERROR, load_errors[i].error, load_errors[i].text);
      return;
    }
  }
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
               "The kernel did not load the image (%s); its log (dmesg) may say more",
               g_strerror (error_number));
}

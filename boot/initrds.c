/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tries the names that a kernel's initrd may have. */
#include "boot/initrds.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"

static const char *const bare_names[] = { "initrd", "initramfs", NULL };

/* Returns: (nullable): the first of @names that is there, whatever it is. */
static const char *
find_existing (int dirfd, const char *const *names)
{
  struct stat st;

  for (; *names != NULL; names++)
    if (fstatat (dirfd, *names, &st, AT_SYMLINK_NOFOLLOW) == 0)
      return *names;
  return NULL;
}

static void
set_initrd (KexecEntry *entry, int dirfd, const char *path, const char *file)
{
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = kexec_beneath_open_regular (dirfd, file, &error);

  g_strfreev (entry->initrds);
  entry->initrds = g_new0 (char *, 2);
  entry->initrds[0] = g_build_filename (path, file, NULL);
  if (fd < 0)
    kexec_entry_add_unreadable (entry->findings, entry->initrds[0], error);
}

void
kexec_initrds_prepend_microcode (KexecEntry *entry, int dirfd, const char *path)
{
  g_autoptr (GStrvBuilder) initrds = g_strv_builder_new ();

  for (guint i = 0; kexec_microcode_names[i] != NULL; i++) {
    kexec_autofd fd = kexec_beneath_open_regular (dirfd, kexec_microcode_names[i], NULL);
    g_autofree char *file = g_build_filename (path, kexec_microcode_names[i], NULL);

    if (fd >= 0)
      g_strv_builder_add (initrds, file);
  }
  g_strv_builder_addv (initrds, (const char **) entry->initrds);
  g_strfreev (entry->initrds);
  entry->initrds = g_strv_builder_end (initrds);
}

void
kexec_initrds_find (KexecEntry *entry, const KexecKernelName *name, int dirfd, const char *path,
                    gboolean or_bare)
{
  g_auto (GStrv) candidates = kexec_kernel_name_initrds (name, entry->version);
  const char *file = find_existing (dirfd, (const char *const *) candidates);

  if (file == NULL && or_bare)
    file = find_existing (dirfd, bare_names);
  if (file != NULL)
    set_initrd (entry, dirfd, path, file);
  else
    kexec_findings_add (entry->findings, KEXEC_FINDING_NO_INITRD, entry->kernel, NULL,
                        "No initrd was found for %s; that is right only if the kernel has all it "
                        "needs to reach its root file system built in",
                        entry->kernel);
  kexec_initrds_prepend_microcode (entry, dirfd, path);
}

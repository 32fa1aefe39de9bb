/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collects what a listing depends on, so that it can be watched. */
#include "boot/inputs.h"

#include <string.h>

/* What is read without the scan: by the configuration, for command lines, about devices. */
static const char *const other_inputs[] = {
  "/usr/lib/kexecd/kexecd.conf",
  "/usr/lib/kexecd/kexecd.conf.d/*",
  "/run/kexecd/kexecd.conf.d/*",
  "/etc/kexecd/kexecd.conf",
  "/etc/kexecd/kexecd.conf.d/*",
  "/etc/conf.d/kexec",
  "/etc/conf.d/kexecd",
  "/etc/kernel/cmdline",
  "/usr/lib/kernel/cmdline",
  "/etc/os-release",
  "/usr/lib/os-release",
  "/etc/fstab",
  "/etc/crypttab",
  "/etc/crypttab.initramfs",
  "/sys/firmware/efi/efivars/*",
  "/dev/disk/by-uuid/*",
  "/dev/disk/by-label/*",
  "/dev/disk/by-partuuid/*",
  "/dev/disk/by-partlabel/*",
  "/dev/mapper/*",
};

static void
note_files (KexecScan *scan, const GStrv paths)
{
  for (guint i = 0; paths[i] != NULL; i++)
    kexec_scan_note (scan, paths[i]);
}

/* Notes a file, and the directories above it: who may write those decides about trust. */
static void
note_with_parents (KexecScan *scan, const char *path)
{
  g_autofree char *above = g_strdup (path);

  while (*path != '\0' && strcmp (above, "/") != 0 &&
         !g_hash_table_contains (scan->inputs, above)) {
    char *parent = g_path_get_dirname (above);

    kexec_scan_note (scan, above);
    g_free (above);
    above = parent;
  }
}

GPtrArray *
kexec_inputs_collect (KexecScan *scan, const GPtrArray *entries)
{
  GPtrArray *inputs = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer path;

  for (guint i = 0; i < G_N_ELEMENTS (other_inputs); i++)
    kexec_scan_note (scan, other_inputs[i]);
  for (guint i = 0; i < entries->len; i++) {
    const KexecEntry *entry = entries->pdata[i];

    note_with_parents (scan, entry->kernel);
    note_files (scan, entry->initrds);
    note_files (scan, entry->addons);
    note_files (scan, entry->named_by);
  }
  g_hash_table_iter_init (&iter, scan->inputs);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    g_ptr_array_add (inputs, g_strdup (path));
  return inputs;
}

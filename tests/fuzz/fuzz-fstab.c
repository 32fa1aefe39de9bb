/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text, taken for fstab, every line of it for one of something that is not mounted; and for
   mountinfo. */
#include <string.h>

#include "boot/fstab.h"
#include "tests/fuzz/fuzz.h"

static void
check_option (const char *option)
{
  static const char *const refused[] = { "bind", "loop", "offset", "logdev", "verity." };

  g_assert_true (*option != '\0');
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_false (g_str_has_prefix (option, refused[i]) &&
                    (option[strlen (refused[i])] == '\0' || option[strlen (refused[i])] == '='));
}

static void
check_line (const KexecMount *line)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (KexecBlockDevices) devices = kexec_block_devices_new_for (none);
  g_autofree char *refusal = kexec_fstab_refuse (line);
  g_autofree char *type = kexec_fstab_choose_type (line->type, "ext4");
  g_autofree char *root = kexec_fstab_root (line->options);
  g_autofree char *ambiguity = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) options = NULL;

  g_assert_true (g_path_is_absolute (line->target));
  g_assert_true (g_utf8_validate (line->target, -1, NULL));
  g_assert_true (g_utf8_validate (line->options, -1, NULL));
  g_assert_true (*root == '\0' || *root == '/');
  if (refusal != NULL)
    return;
  options = kexec_fstab_options (line->options);
  g_assert_cmpuint (g_strv_length (options), <=, 64);
  for (guint i = 0; options[i] != NULL; i++)
    check_option (options[i]);
  g_assert_null (kexec_fstab_find_device (line, devices, &ambiguity, &error));
  g_assert_nonnull (error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GPtrArray) fstab = kexec_mount_table_parse (text, TRUE);
  g_autoptr (GPtrArray) mounts = kexec_mount_table_parse (text, FALSE);
  const KexecMount *boot = kexec_mount_table_find_above (mounts, "/boot");
  g_autofree char *path = boot != NULL ? kexec_mount_path (boot, "/boot") : NULL;

  g_assert_true (path == NULL || *path == '/');
  for (guint i = 0; i < fstab->len; i++)
    check_line (fstab->pdata[i]);
  return 0;
}

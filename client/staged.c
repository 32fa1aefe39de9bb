/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/staged.h"

#include "client/dict.h"
#include "client/human.h"
#include "client/print.h"

const char *
kexec_staged_name (GVariant *staged)
{
  static const char *const keys[] = { "title", "id", "release" };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    const char *name = kexec_dict_string (staged, keys[i]);

    if (*name != '\0')
      return name;
  }
  return "the kernel";
}

static void
print_file (GVariant *file)
{
  const char *path = kexec_dict_string (file, "path");
  g_autofree char *size = kexec_human_size (kexec_dict_number (file, "size"));

  kexec_print_field (g_str_equal (kexec_dict_string (file, "role"), "kernel") ? "Kernel" : "Initrd",
                     "%s%s%s", path, *path != '\0' ? ", " : "", size);
  kexec_print_field ("SHA256", "%s", kexec_dict_string (file, "sha256"));
}

static void
print_facts (GVariant *staged)
{
  g_autoptr (GVariant) files = kexec_dict_array (staged, "files", "aa{sv}");

  kexec_print_field ("Entry", "%s", kexec_dict_string (staged, "id"));
  kexec_print_field ("Release", "%s", kexec_dict_string (staged, "release"));
  kexec_print_field ("Command line", "%s", kexec_dict_string (staged, "cmdline"));
  for (gsize i = 0; i < g_variant_n_children (files); i++) {
    g_autoptr (GVariant) file = g_variant_get_child_value (files, i);

    print_file (file);
  }
  kexec_print_field ("Stage ID", "%s", kexec_dict_string (staged, "stage-id"));
}

void
kexec_staged_print (GVariant *staged, gboolean verbose)
{
  g_autoptr (GVariant) findings = kexec_dict_array (staged, "findings", "aa{sv}");

  kexec_print_line (KEXEC_STYLE_GOOD, "Staged %s.", kexec_staged_name (staged));
  if (verbose)
    print_facts (staged);
  kexec_print_findings (findings, verbose ? KEXEC_SEVERITY_NOTE : KEXEC_SEVERITY_WARNING, 2);
}

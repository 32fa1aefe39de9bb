/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text, taken for what GRUB reads. It is divided at bytes 0x01: grub.cfg, grubenv, a file of
 * the Boot Loader Specification, and another configuration file.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/grub-memory.h"

static void
check_menu (const KexecGrubMenu *menu, guint depth)
{
  g_assert_cmpuint (menu->entries->len, <=, KEXEC_GRUB_ENTRIES_MAX);
  g_assert_cmpuint (depth, <=, KEXEC_GRUB_DEPTH_MAX);
  for (guint i = 0; i < menu->entries->len; i++) {
    const KexecGrubEntry *entry = menu->entries->pdata[i];

    g_assert_nonnull (entry->title);
    g_assert_nonnull (entry->id);
    g_assert_cmpint (entry->target->boots == KEXEC_GRUB_BOOTS_LINUX, ==,
                     entry->target->kernel != NULL);
    g_assert_true (entry->children == NULL || entry->is_submenu);
    if (entry->children != NULL)
      check_menu (entry->children, depth + 1);
  }
}

static void
check_choice (const KexecGrubMenu *menu, gboolean names_first)
{
  g_autoptr (KexecGrubChoice) choice = kexec_grub_menu_choose (menu, names_first);

  g_assert_true (choice->path->len == 0 || choice->doubt == NULL);
  for (guint i = 0; i < choice->path->len; i++) {
    const KexecGrubEntry *entry = choice->path->pdata[i];

    g_assert_true (g_ptr_array_find (menu->entries, entry, NULL));
    menu = entry->children;
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) parts = g_strsplit (text, "\x01", 4);
  guint n = g_strv_length (parts);
  const GrubMemoryFile files[] = {
    { "/grub/grub.cfg", n > 0 ? parts[0] : "" },
    { "/grub/grubenv", n > 1 ? parts[1] : "" },
    { "/loader/entries/a-1.2-3.conf", n > 2 ? parts[2] : "" },
    { "/grub/more.cfg", n > 3 ? parts[3] : "" },
    { "/grub", NULL },
    { NULL, NULL },
  };
  g_autoptr (KexecGrubOutcome) outcome = grub_memory_evaluate (files);
  g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_findings_to_variant (outcome->findings));

  g_assert_true (g_variant_is_normal_form (variant));
  check_menu (outcome->menu, 0);
  check_choice (outcome->menu, FALSE);
  check_choice (outcome->menu, TRUE);
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The menu that one source reads of a tree, for tests. */
#pragma once

#include "boot/source.h"
#include "tests/unit/expect.h"
#include "tests/unit/make-tree.h"

typedef struct {
  KexecConfig *config;
  KexecScan *scan;
  KexecMenu *menu;
} Menu;

static inline void
menu_free (Menu *self)
{
  kexec_menu_free (self->menu);
  kexec_scan_free (self->scan);
  kexec_config_free (self->config);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Menu, menu_free)

/* Every id, finding and text is fit to be shown. */
static inline void
menu_check (const Menu *self)
{
  expect_sentences (self->menu->findings);
  for (guint i = 0; i < self->menu->entries->len; i++) {
    KexecEntry *entry = self->menu->entries->pdata[i];
    g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_entry_to_variant (entry));

    g_assert_true (g_variant_is_normal_form (variant));
    g_assert_true (kexec_entry_is_id (entry->id));
    expect_sentences (entry->findings);
  }
}

static inline Menu *
menu_read (const KexecSource *source, const Tree *tree)
{
  Menu *self = g_new0 (Menu, 1);

  self->config = kexec_config_new ();
  self->scan = kexec_scan_new (tree->fd, self->config);
  self->menu = source->read (self->scan);
  menu_check (self);
  return self;
}

static inline KexecEntry *
menu_entry (const Menu *self, guint index)
{
  g_assert_cmpuint (index, <, self->menu->entries->len);
  return self->menu->entries->pdata[index];
}

static inline KexecEntry *
menu_find (const Menu *self, const char *id)
{
  for (guint i = 0; i < self->menu->entries->len; i++)
    if (g_str_equal (menu_entry (self, i)->id, id))
      return menu_entry (self, i);
  g_error ("There is no entry %s", id);
}

/* Whether an entry has a finding of this name. */
static inline gboolean
menu_has (const Menu *self, guint index, const char *name)
{
  const KexecFindings *findings = menu_entry (self, index)->findings;

  for (guint i = 0; i < findings->len; i++)
    if (g_str_equal (kexec_finding_name (((KexecFinding *) findings->pdata[i])->code), name))
      return TRUE;
  return FALSE;
}

/* @expected: ids in their order; "*" after the default */
static inline void
menu_expect (const Menu *self, const char *expected)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < self->menu->entries->len; i++) {
    const KexecEntry *entry = menu_entry (self, i);

    g_string_append_printf (line, "%s%s%s", i > 0 ? " " : "", entry->id,
                            entry == self->menu->default_entry ? "*" : "");
  }
  g_assert_cmpstr (line->str, ==, expected);
}

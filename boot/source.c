/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a source found. */
#include "boot/source.h"

KexecMenu *
kexec_menu_new (void)
{
  KexecMenu *self = g_new0 (KexecMenu, 1);

  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_entry_unref);
  self->default_reason = g_strdup ("");
  self->default_other = g_strdup ("");
  self->findings = kexec_findings_new ();
  return self;
}

void
kexec_menu_free (KexecMenu *self)
{
  g_ptr_array_unref (self->entries);
  g_free (self->default_reason);
  g_free (self->default_other);
  g_ptr_array_unref (self->findings);
  g_free (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/uki.h"

void
kexec_uki_free (KexecUki *self)
{
  g_ptr_array_unref (self->profiles);
  g_free (self);
}

gboolean
kexec_uki_recognize (const KexecInput *input)
{
  return FALSE;
}

KexecUki *
kexec_uki_read (const KexecInput *input, const char *subject, KexecFindings *findings)
{
  return NULL;
}

const KexecUkiProfile *
kexec_uki_find_profile (const KexecUki *self, const char *name)
{
  return NULL;
}

void
kexec_uki_addon_free (KexecUkiAddon *self)
{
  g_free (self->cmdline);
  g_array_unref (self->microcode);
  g_array_unref (self->initrds);
  g_free (self);
}

KexecUkiAddon *
kexec_uki_addon_read (const KexecInput *input, const char *subject, KexecFindings *findings)
{
  return NULL;
}

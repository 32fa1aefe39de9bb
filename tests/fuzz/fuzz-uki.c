/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for a unified kernel image and for an addon. */
#include "image/uki/uki.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
check_input (const KexecInput *self, const KexecInput *file)
{
  g_assert_cmpuint (self->size, >, 0);
  g_assert_cmpuint (self->offset + self->size, <=, file->size);
}

static void
check_inputs (const GArray *inputs, const KexecInput *file)
{
  g_assert_cmpuint (inputs->len, <=, 1);
  for (guint i = 0; i < inputs->len; i++)
    check_input (&g_array_index (inputs, KexecInput, i), file);
}

/* What goes to the bus and to terminals. */
static void
check_line (const char *text)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
}

static void
check_profile (const KexecUki *uki, guint index, const KexecInput *file)
{
  const KexecUkiProfile *profile = uki->profiles->pdata[index];
  g_autofree char *number = g_strdup_printf ("%u", index);

  check_input (&profile->kernel, file);
  check_inputs (profile->microcode, file);
  check_inputs (profile->initrds, file);
  check_line (profile->cmdline);
  check_line (profile->title);
  check_line (profile->os_name != NULL ? profile->os_name : "");
  g_assert_true (profile->release == NULL || g_str_is_ascii (profile->release));
  g_assert_true (profile->has_cmdline || *profile->cmdline == '\0');
  g_assert_true (kexec_uki_find_profile (uki, number) == profile);
  g_assert_true (*profile->id == '\0' || kexec_uki_find_profile (uki, profile->id) == profile);
}

static void
check_uki (const KexecInput *input)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecUki) uki = kexec_uki_read (input, "linux.efi", findings);
  g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_findings_to_variant (findings));

  g_assert_true (g_variant_is_normal_form (variant));
  g_assert_true ((uki == NULL) == (kexec_findings_blocker (findings) != NULL));
  if (uki == NULL)
    return;
  g_assert_true (kexec_uki_recognize (input));
  g_assert_cmpuint (uki->profiles->len, >, 0);
  g_assert_cmpuint (uki->profiles->len, <=, KEXEC_UKI_PROFILES_MAX);
  for (guint i = 0; i < uki->profiles->len; i++)
    check_profile (uki, i, input);
}

static void
check_addon (const KexecInput *input)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecUkiAddon) addon = kexec_uki_addon_read (input, "a.addon.efi", findings);
  const KexecUki uki = { .architecture = "x86_64" };
  const KexecUkiProfile profile = { .release = (char *) "6.1.0" };

  g_assert_cmpuint (findings->len, ==, addon == NULL ? 1 : 0);
  if (addon == NULL)
    return;
  check_line (addon->cmdline);
  check_inputs (addon->microcode, input);
  check_inputs (addon->initrds, input);
  (void) kexec_uki_addon_applies (addon, &uki, &profile);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const KexecInput input = kexec_input_from_data (data, size);

  check_uki (&input);
  check_addon (&input);
  return 0;
}

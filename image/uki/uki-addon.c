/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addons of UKIs: what they hold, whether they apply, and what comes of a UKI with them. */
#include "image/uki/uki-private.h"

#include <string.h>

#include "image/cmdline.h"

void
kexec_uki_addon_free (KexecUkiAddon *self)
{
  g_free (self->release);
  g_free (self->cmdline);
  g_clear_pointer (&self->microcode, g_array_unref);
  g_clear_pointer (&self->initrds, g_array_unref);
  g_free (self);
}

/* What makes a PE file an addon, and what makes it none (UAPI.5, "PE Addons"). */
static gboolean
check_kind (const KexecUkiScope *scope)
{
  static const char *const contents[] = { ".cmdline", ".initrd", ".ucode", ".dtb", ".dtbauto" };

  for (guint i = 0; i < scope->base_end; i++)
    if (strcmp (kexec_uki_section (scope->reading, i)->name, ".linux") == 0)
      return kexec_uki_refuse (scope->reading, NULL,
                               "holds a kernel, so it is no addon; move it away, and boot it as an "
                               "entry of its own");
  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    if (kexec_uki_find_section (scope, contents[i]) != NULL)
      return TRUE;
  return kexec_uki_refuse (scope->reading, NULL,
                           "adds nothing, since it has no section .cmdline, .initrd, .ucode or "
                           ".dtb; remove it, or build it again");
}

KexecUkiAddon *
kexec_uki_addon_read (const KexecInput *input, const char *subject, KexecFindings *findings)
{
  const char *problem;
  g_autoptr (KexecPe) pe = kexec_pe_read (input, &problem);
  g_autoptr (KexecUkiAddon) self = NULL;
  const KexecUkiReading reading = {
    .input = input,
    .pe = pe,
    .subject = subject,
    .name = *subject != '\0' ? subject : "The addon",
    .findings = findings,
    .code = KEXEC_FINDING_UKI_ADDON_UNUSABLE,
  };
  KexecUkiScope scope = { .reading = &reading };

  if (pe == NULL) {
    kexec_uki_refuse (&reading, NULL, "is no addon: %s; remove it, or build it again",
                      problem != NULL ? problem : "it does not begin as an EFI program does");
    return NULL;
  }
  scope.base_end = scope.start = scope.end = pe->sections->len;
  self = g_new0 (KexecUkiAddon, 1);
  if (!kexec_uki_check_sections (&reading) || !check_kind (&scope) ||
      !kexec_uki_load_cmdline (&scope, &self->cmdline) ||
      !kexec_uki_load_release (&scope, &self->release))
    return NULL;
  if (self->cmdline == NULL)
    self->cmdline = g_strdup ("");
  self->architecture = kexec_pe_architecture (pe);
  self->microcode = kexec_uki_take_section (&scope, ".ucode");
  self->initrds = kexec_uki_take_section (&scope, ".initrd");
  self->has_devicetree = kexec_uki_find_section (&scope, ".dtb") != NULL ||
                         kexec_uki_find_section (&scope, ".dtbauto") != NULL;
  return g_steal_pointer (&self);
}

gboolean
kexec_uki_addon_applies (const KexecUkiAddon *self, const KexecUki *uki,
                         const KexecUkiProfile *profile)
{
  if (uki->architecture != NULL && g_strcmp0 (self->architecture, uki->architecture) != 0)
    return FALSE;
  return profile->release == NULL || self->release == NULL ||
         g_str_equal (self->release, profile->release);
}

void
kexec_uki_addons_pass_over (guint n, const char *image, KexecFindings *findings)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

  if (n == 0)
    return;
  g_variant_dict_insert (&args, "count", "t", (guint64) n);
  kexec_findings_add (findings, KEXEC_FINDING_UKI_ADDONS_PASSED_OVER, image,
                      g_variant_dict_end (&args),
                      "Of the addons beside %s, %u for another release or architecture %s passed "
                      "over, as when firmware boots it; there is nothing to do",
                      image, n, n == 1 ? "is" : "are");
}

static void
append_inputs (GArray *self, const GArray *more)
{
  g_array_append_vals (self, more->data, more->len);
}

GArray *
kexec_uki_list_microcode (const KexecUkiProfile *profile, const GPtrArray *addons)
{
  GArray *inputs = g_array_new (FALSE, FALSE, sizeof (KexecInput));

  for (guint i = addons->len; i > 0; i--)
    append_inputs (inputs, ((const KexecUkiAddon *) addons->pdata[i - 1])->microcode);
  append_inputs (inputs, profile->microcode);
  return inputs;
}

GArray *
kexec_uki_list_initrds (const KexecUkiProfile *profile, const GPtrArray *addons)
{
  GArray *inputs = g_array_new (FALSE, FALSE, sizeof (KexecInput));

  append_inputs (inputs, profile->initrds);
  for (guint i = 0; i < addons->len; i++)
    append_inputs (inputs, ((const KexecUkiAddon *) addons->pdata[i])->initrds);
  return inputs;
}

char *
kexec_uki_join_cmdline (const char *cmdline, const GPtrArray *addons)
{
  char *joined = kexec_cmdline_append (cmdline, "");

  for (guint i = 0; i < addons->len; i++) {
    g_autofree char *head = joined;

    joined = kexec_cmdline_append (head, ((const KexecUkiAddon *) addons->pdata[i])->cmdline);
  }
  return joined;
}

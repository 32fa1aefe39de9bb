/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/inspect-print.h"

/* --- values that may be unknown --- */

static GVariant *
maybe_string (const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  return g_variant_new ("ms", valid);
}

/* 0 stands for unknown. */
static GVariant *
maybe_number (guint64 number)
{
  return g_variant_new_maybe (G_VARIANT_TYPE_UINT64,
                              number != 0 ? g_variant_new_uint64 (number) : NULL);
}

/* Seconds, as microseconds like all times of ours. */
static GVariant *
maybe_time (gint64 seconds)
{
  gboolean is_known = seconds != 0 && ABS (seconds) <= G_MAXINT64 / G_USEC_PER_SEC;

  return g_variant_new_maybe (G_VARIANT_TYPE_INT64,
                              is_known ? g_variant_new_int64 (seconds * G_USEC_PER_SEC) : NULL);
}

static GVariant *
maybe_boolean (gboolean is_known, gboolean value)
{
  return g_variant_new_maybe (G_VARIANT_TYPE_BOOLEAN,
                              is_known ? g_variant_new_boolean (value) : NULL);
}

static GVariant *
nothing (void)
{
  return g_variant_new_maybe (G_VARIANT_TYPE_VARDICT, NULL);
}

static GVariant *
strings_to_variant (const GPtrArray *strings)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));

  for (guint i = 0; strings != NULL && i < strings->len; i++) {
    g_autofree char *valid = g_utf8_make_valid (strings->pdata[i], -1);

    g_variant_builder_add (&builder, "s", valid);
  }
  return g_variant_builder_end (&builder);
}

/* --- parts of files --- */

static GVariant *
signature_to_variant (const KexecSignature *signature)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gboolean is_compared = signature->digest != NULL && signature->actual_digest != NULL;

  g_variant_dict_insert_value (&dict, "algorithm", maybe_string (signature->algorithm));
  g_variant_dict_insert_value (&dict, "digest", maybe_string (signature->digest));
  g_variant_dict_insert_value (&dict, "actual_digest", maybe_string (signature->actual_digest));
  g_variant_dict_insert_value (&dict, "matches", maybe_boolean (is_compared, signature->matches));
  g_variant_dict_insert (&dict, "status", "s", kexec_signature_status_name (signature->status));
  g_variant_dict_insert (&dict, "nested", "b", signature->is_nested);
  g_variant_dict_insert_value (&dict, "signer", maybe_string (signature->signer));
  g_variant_dict_insert_value (&dict, "issuer", maybe_string (signature->issuer));
  g_variant_dict_insert_value (&dict, "not_before", maybe_time (signature->not_before));
  g_variant_dict_insert_value (&dict, "not_after", maybe_time (signature->not_after));
  return g_variant_dict_end (&dict);
}

static GVariant *
signatures_to_variant (const GPtrArray *signatures)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; signatures != NULL && i < signatures->len; i++)
    g_variant_builder_add_value (&builder, signature_to_variant (signatures->pdata[i]));
  return g_variant_builder_end (&builder);
}

static GVariant *
section_to_variant (const KexecPeSection *section)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *name = g_utf8_make_valid (section->name, -1);

  g_variant_dict_insert (&dict, "name", "s", name);
  g_variant_dict_insert (&dict, "offset", "t", (guint64) section->offset);
  g_variant_dict_insert (&dict, "size", "t", (guint64) section->size);
  g_variant_dict_insert (&dict, "virtual_size", "t", (guint64) section->virtual_size);
  g_variant_dict_insert (&dict, "raw_size", "t", (guint64) section->raw_size);
  g_variant_dict_insert (&dict, "virtual_address", "t", (guint64) section->virtual_address);
  return g_variant_dict_end (&dict);
}

static GVariant *
sections_to_variant (const GArray *sections)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < sections->len; i++)
    g_variant_builder_add_value (&builder,
                                 section_to_variant (&g_array_index (sections, KexecPeSection, i)));
  return g_variant_builder_end (&builder);
}

static GVariant *
payload_to_variant (const KexecKernel *kernel)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (kernel == NULL || kernel->payload == NULL)
    return nothing ();
  g_variant_dict_insert (&dict, "format", "s", kernel->payload);
  g_variant_dict_insert (&dict, "offset", "t", kernel->payload_offset);
  g_variant_dict_insert (&dict, "size", "t", kernel->payload_size);
  return g_variant_dict_end (&dict);
}

/* Where something is in a file. */
static GVariant *
inputs_to_variant (const GArray *inputs)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < inputs->len; i++) {
    const KexecInput *input = &g_array_index (inputs, KexecInput, i);
    g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

    g_variant_dict_insert (&dict, "offset", "t", input->offset);
    g_variant_dict_insert (&dict, "size", "t", input->size);
    g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&builder);
}

static GVariant *
profile_to_variant (const KexecUkiProfile *profile)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert_value (&dict, "id", maybe_string (profile->id));
  g_variant_dict_insert_value (&dict, "title", maybe_string (profile->title));
  g_variant_dict_insert_value (&dict, "cmdline",
                               maybe_string (profile->has_cmdline ? profile->cmdline : NULL));
  g_variant_dict_insert_value (&dict, "release", maybe_string (profile->release));
  g_variant_dict_insert_value (&dict, "os_name", maybe_string (profile->os_name));
  g_variant_dict_insert (&dict, "devicetree", "b", profile->has_devicetree);
  g_variant_dict_insert_value (&dict, "microcode", inputs_to_variant (profile->microcode));
  g_variant_dict_insert_value (&dict, "initrds", inputs_to_variant (profile->initrds));
  return g_variant_dict_end (&dict);
}

static GVariant *
profiles_to_variant (const KexecUki *uki)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; uki != NULL && i < uki->profiles->len; i++)
    g_variant_builder_add_value (&builder, profile_to_variant (uki->profiles->pdata[i]));
  return g_variant_builder_end (&builder);
}

static GVariant *
segment_to_variant (const KexecInitrdSegment *segment)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "format", "s", segment->format);
  g_variant_dict_insert (&dict, "offset", "t", segment->offset);
  g_variant_dict_insert (&dict, "size", "t", segment->size);
  g_variant_dict_insert (&dict, "unpacked_size", "t", segment->unpacked_size);
  g_variant_dict_insert (&dict, "files", "t", segment->n_files);
  g_variant_dict_insert (&dict, "early", "b", segment->is_early);
  g_variant_dict_insert (&dict, "microcode", "b", segment->has_microcode);
  return g_variant_dict_end (&dict);
}

static GVariant *
segments_to_variant (const KexecInitrd *initrd)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; initrd != NULL && i < initrd->segments->len; i++)
    g_variant_builder_add_value (
      &builder, segment_to_variant (&g_array_index (initrd->segments, KexecInitrdSegment, i)));
  return g_variant_builder_end (&builder);
}

static GVariant *
addon_to_variant (const KexecUkiAddon *addon)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (addon == NULL)
    return nothing ();
  g_variant_dict_insert_value (&dict, "cmdline", maybe_string (addon->cmdline));
  g_variant_dict_insert (&dict, "devicetree", "b", addon->has_devicetree);
  g_variant_dict_insert_value (&dict, "microcode", inputs_to_variant (addon->microcode));
  g_variant_dict_insert_value (&dict, "initrds", inputs_to_variant (addon->initrds));
  return g_variant_dict_end (&dict);
}

/* --- whole files --- */

static const char *
kind_name (const KexecInspected *self)
{
  return self->is_known ? kexec_kind_name (self->kind) : "unknown";
}

/* An addon is an EFI program. */
static const char *
format_of (const KexecInspected *self)
{
  if (self->kernel != NULL)
    return self->kernel->format;
  return self->initrd != NULL ? self->initrd->format : "PE";
}

static void
insert_kernel (GVariantDict *dict, const KexecKernel *kernel)
{
  g_variant_dict_insert_value (dict, "layers",
                               strings_to_variant (kernel != NULL ? kernel->layers : NULL));
  g_variant_dict_insert_value (dict, "version",
                               maybe_string (kernel != NULL ? kernel->version : NULL));
  g_variant_dict_insert_value (
    dict, "inner_signatures",
    signatures_to_variant (kernel != NULL ? kernel->inner_signatures : NULL));
  g_variant_dict_insert_value (dict, "cmdline_limit",
                               maybe_number (kernel != NULL ? kernel->cmdline_limit : 0));
  g_variant_dict_insert_value (dict, "init_size",
                               maybe_number (kernel != NULL ? kernel->init_size : 0));
  g_variant_dict_insert_value (dict, "page_size",
                               maybe_number (kernel != NULL ? kernel->page_size : 0));
  g_variant_dict_insert_value (dict, "payload", payload_to_variant (kernel));
  g_variant_dict_insert_value (dict, "profiles",
                               profiles_to_variant (kernel != NULL ? kernel->uki : NULL));
}

static void
insert_initrd (GVariantDict *dict, const KexecInitrd *initrd)
{
  g_variant_dict_insert_value (dict, "segments", segments_to_variant (initrd));
  g_variant_dict_insert_value (dict, "init",
                               maybe_boolean (initrd != NULL, initrd != NULL && initrd->has_init));
  g_variant_dict_insert_value (dict, "releases",
                               strings_to_variant (initrd != NULL ? initrd->releases : NULL));
  g_variant_dict_insert_value (
    dict, "verified", maybe_boolean (initrd != NULL, initrd != NULL && initrd->is_verified));
}

/* What kernels, initrds and addons have in common. */
static void
insert_common (GVariantDict *dict, const KexecInspected *self)
{
  const KexecKernel *kernel = self->kernel;
  const char *architecture = NULL, *release = NULL;
  guint64 unpacked_size = 0;

  if (kernel != NULL) {
    architecture = kernel->architecture;
    release = kernel->release;
    unpacked_size = kernel->unpacked_size;
  } else if (self->initrd != NULL) {
    unpacked_size = self->initrd->unpacked_size;
  } else if (self->addon != NULL) {
    architecture = self->addon->architecture;
    release = self->addon->release;
  }
  g_variant_dict_insert_value (dict, "architecture", maybe_string (architecture));
  g_variant_dict_insert_value (dict, "release", maybe_string (release));
  g_variant_dict_insert_value (dict, "unpacked_size", maybe_number (unpacked_size));
  g_variant_dict_insert (dict, "signed", "b", self->signatures->len > 0);
  g_variant_dict_insert_value (dict, "signatures", signatures_to_variant (self->signatures));
  g_variant_dict_insert_value (dict, "sections", sections_to_variant (self->sections));
}

static GVariant *
addons_to_variant (const KexecInspected *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < self->addons->len; i++)
    g_variant_builder_add_value (&builder, kexec_inspect_to_variant (self->addons->pdata[i]));
  return g_variant_builder_end (&builder);
}

GVariant *
kexec_inspect_to_variant (const KexecInspected *self)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autofree char *file = g_utf8_make_valid (self->path, -1);

  kexec_findings_append (findings, self->findings);
  if (self->together != NULL)
    kexec_findings_append (findings, self->together);
  g_variant_dict_insert (&dict, "file", "s", file);
  g_variant_dict_insert (&dict, "kind", "s", kind_name (self));
  g_variant_dict_insert (&dict, "format", "s", format_of (self));
  g_variant_dict_insert (&dict, "size", "t", self->size);
  g_variant_dict_insert (&dict, "sha256", "s", self->sha256);
  insert_common (&dict, self);
  insert_kernel (&dict, self->kernel);
  insert_initrd (&dict, self->initrd);
  g_variant_dict_insert_value (&dict, "addon", addon_to_variant (self->addon));
  g_variant_dict_insert_value (&dict, "addons", addons_to_variant (self));
  g_variant_dict_insert_value (&dict, "findings", kexec_findings_to_variant (findings));
  return g_variant_dict_end (&dict);
}

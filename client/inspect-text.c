/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was found out about a file, for people: a sentence, the facts, and what was found. */
#include <string.h>

#include "client/human.h"
#include "client/inspect-print.h"
#include "client/print.h"
#include "image/printable.h"

/* A hostile initrd can have millions of archives. */
#define MAX_ARCHIVES 32

/* --- signatures --- */

static const struct {
  KexecStyle style;
  const char *but; /* what follows the signer */
} statuses[] = {
  [KEXEC_SIGNATURE_UNREAD] = { KEXEC_STYLE_PLAIN, ", which could not be checked" },
  [KEXEC_SIGNATURE_MALFORMED] = { KEXEC_STYLE_BAD, ", but the signature is malformed" },
  [KEXEC_SIGNATURE_BROKEN] = { KEXEC_STYLE_BAD, ", but the signature was changed since" },
  [KEXEC_SIGNATURE_MISMATCH] = { KEXEC_STYLE_BAD, ", but the file was changed since" },
  [KEXEC_SIGNATURE_INTACT] = { KEXEC_STYLE_PLAIN, "" },
};

static void
print_validity (const KexecSignature *signature)
{
  g_autoptr (GDateTime) from = g_date_time_new_from_unix_utc (signature->not_before);
  g_autoptr (GDateTime) to = g_date_time_new_from_unix_utc (signature->not_after);
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;

  if (signature->not_after == 0 || from == NULL || to == NULL)
    return;
  first = g_date_time_format (from, "%Y-%m-%d");
  last = g_date_time_format (to, "%Y-%m-%d");
  kexec_print_field ("Certificate", "valid from %s to %s", first, last);
}

static void
print_signature (const char *label, const KexecSignature *signature, gboolean verbose)
{
  const char *algorithm = signature->algorithm != NULL ? signature->algorithm : "";

  kexec_print_styled_field (statuses[signature->status].style, label, "by %s%s",
                            signature->signer != NULL ? signature->signer : "an unknown signer",
                            statuses[signature->status].but);
  if (!verbose)
    return;
  if (signature->issuer != NULL)
    kexec_print_field ("Certificate", "issued by %s", signature->issuer);
  print_validity (signature);
  if (signature->digest != NULL)
    kexec_print_field ("Signed digest", "%s %s", algorithm, signature->digest);
  if (signature->actual_digest != NULL)
    kexec_print_field ("File's digest", "%s %s", algorithm, signature->actual_digest);
}

static void
print_signatures (const char *label, const GPtrArray *signatures, gboolean verbose)
{
  if (signatures->len == 0)
    kexec_print_field (label, "no");
  for (guint i = 0; i < signatures->len; i++)
    print_signature (label, signatures->pdata[i], verbose);
}

/* --- initrds --- */

/* Returns: (transfer full): "zstd, 23.1 MB, unpacks to 71.0 MB, 1893 files" */
static char *
describe_archive (const KexecInitrdSegment *segment)
{
  GString *text = g_string_new (segment->format);
  g_autofree char *size = kexec_human_size_brief (segment->size);
  g_autofree char *unpacked = kexec_human_size_brief (segment->unpacked_size);

  if (segment->has_microcode)
    g_string_append (text, " with microcode");
  else if (segment->is_early)
    g_string_append (text, " with early files");
  g_string_append_printf (text, ", %s", size);
  if (segment->unpacked_size == 0)
    return g_string_free (text, FALSE); /* it could not be unpacked */
  if (segment->unpacked_size != segment->size)
    g_string_append_printf (text, ", unpacks to %s", unpacked);
  g_string_append_printf (text, ", %" G_GUINT64_FORMAT " file%s", segment->n_files,
                          segment->n_files == 1 ? "" : "s");
  return g_string_free (text, FALSE);
}

/* @label: what to call them; @offset: of the initrd in its file */
static void
print_archives (const char *label, const KexecInitrd *initrd, guint64 offset, gboolean verbose)
{
  for (guint i = 0; i < MIN (initrd->segments->len, MAX_ARCHIVES); i++) {
    const KexecInitrdSegment *segment = &g_array_index (initrd->segments, KexecInitrdSegment, i);
    g_autofree char *text = describe_archive (segment);

    if (verbose)
      kexec_print_field (label, "%s, at offset %" G_GUINT64_FORMAT, text, offset + segment->offset);
    else
      kexec_print_field (label, "%s", text);
  }
  if (initrd->segments->len > MAX_ARCHIVES)
    kexec_print_field (label, "… and %u more", initrd->segments->len - MAX_ARCHIVES);
}

/* Which kernel it is for, by its modules. */
static void
print_releases (const KexecInitrd *initrd)
{
  g_autoptr (GPtrArray) releases = g_ptr_array_new ();
  g_autofree char *text = NULL;

  if (initrd->releases->len == 0) {
    kexec_print_field ("Kernel", "any: it has no modules");
    return;
  }
  for (guint i = 0; i < initrd->releases->len; i++)
    g_ptr_array_add (releases, initrd->releases->pdata[i]);
  g_ptr_array_add (releases, NULL);
  text = g_strjoinv (", ", (char **) releases->pdata);
  kexec_print_field ("Kernel", "%s", text);
}

static void
print_initrd (const KexecInspected *self, gboolean verbose)
{
  const KexecInitrd *initrd = self->initrd;

  print_archives ("Archive", initrd, 0, verbose);
  if (initrd->segments->len == 0)
    kexec_print_field ("Format", "%s", initrd->format);
  if (initrd->is_verified && initrd->has_files) {
    print_releases (initrd);
    kexec_print_field ("Init", "%s", initrd->has_init ? "yes" : "no");
  }
}

/* --- kernels --- */

/* Returns: (transfer full): "bzImage in uki, for x86_64" */
static char *
describe_format (const KexecKernel *kernel)
{
  GString *text = g_string_new (NULL);

  for (guint i = kernel->layers->len; i > 0; i--)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " in " : "",
                            (const char *) kernel->layers->pdata[i - 1]);
  if (kernel->architecture != NULL)
    g_string_append_printf (text, ", for %s", kernel->architecture);
  return g_string_free (text, FALSE);
}

static void
print_memory (const KexecKernel *kernel)
{
  g_autofree char *init_size = kexec_human_size_brief (kernel->init_size);

  if (kernel->init_size != 0)
    kexec_print_field ("Memory", "%s to start", init_size);
  if (kernel->page_size != 0)
    kexec_print_field ("Page size", "%u bytes", kernel->page_size);
}

static void
print_payload (const KexecKernel *kernel)
{
  g_autofree char *unpacked = kexec_human_size (kernel->unpacked_size);

  if (kernel->payload != NULL)
    kexec_print_field ("Payload",
                       "%s, %" G_GUINT64_FORMAT " bytes at offset %" G_GUINT64_FORMAT "%s",
                       kernel->payload, kernel->payload_size, kernel->payload_offset,
                       kernel->layers->len > 1 ? " in the kernel inside" : "");
  if (kernel->unpacked_size != 0)
    kexec_print_field ("Unpacked", "%s", unpacked);
}

static void
print_sections (const GArray *sections)
{
  for (guint i = 0; i < sections->len; i++) {
    const KexecPeSection *section = &g_array_index (sections, KexecPeSection, i);
    g_autofree char *name = kexec_human_text (section->name);
    g_autofree char *column = kexec_terminal_fit (name, 8);

    kexec_print_field ("Section", "%s  %10u bytes at offset %10u, in memory %10u at 0x%08x", column,
                       section->size, section->offset, section->virtual_size,
                       section->virtual_address);
  }
}

static void
print_part (const KexecInspected *self, const KexecInput *input, const char *label,
            gboolean verbose)
{
  const KexecInspectPart *part = kexec_inspected_find_part (self, input);

  print_archives (label, part->initrd, input->offset, verbose);
}

static void
print_parts (const KexecInspected *self, const GArray *microcode, const GArray *initrds,
             gboolean verbose)
{
  for (guint i = 0; i < microcode->len; i++)
    print_part (self, &g_array_index (microcode, KexecInput, i), "Microcode", verbose);
  for (guint i = 0; i < initrds->len; i++)
    print_part (self, &g_array_index (initrds, KexecInput, i), "Initrd", verbose);
}

static void
print_profile (const KexecInspected *self, guint index, gboolean verbose)
{
  const GPtrArray *profiles = self->kernel->uki->profiles;
  const KexecUkiProfile *profile = profiles->pdata[index];

  if (profiles->len > 1)
    kexec_print_styled_field (KEXEC_STYLE_BOLD, "Profile", "%u%s%s%s", index,
                              *profile->id != '\0' ? ", " : "", profile->id,
                              index == 0 ? ", the default" : "");
  kexec_print_field ("Title", "%s", profile->title);
  kexec_print_field ("System", "%s", profile->os_name != NULL ? profile->os_name : "");
  kexec_print_field ("Command line", "%s",
                     profile->has_cmdline ? profile->cmdline : "none; it has to be given one");
  print_parts (self, profile->microcode, profile->initrds, verbose);
  if (profile->has_devicetree)
    kexec_print_field ("Devicetree", "yes");
}

static void
print_addon_facts (const KexecInspected *self, gboolean verbose)
{
  kexec_print_field ("Command line", "%s%s", *self->addon->cmdline != '\0' ? "… " : "",
                     self->addon->cmdline);
  print_parts (self, self->addon->microcode, self->addon->initrds, verbose);
  if (self->addon->has_devicetree)
    kexec_print_field ("Devicetree", "yes");
}

static void
print_uki (const KexecInspected *self, gboolean verbose)
{
  for (guint i = 0; i < self->kernel->uki->profiles->len; i++)
    print_profile (self, i, verbose);
  for (guint i = 0; i < self->addons->len; i++) {
    const KexecInspected *addon = self->addons->pdata[i];

    gboolean is_bad = addon->addon == NULL;

    kexec_print_styled_field (is_bad ? KEXEC_STYLE_BAD : KEXEC_STYLE_BOLD, "Addon", "%s%s",
                              addon->path, is_bad ? ", which cannot be used" : "");
    if (!is_bad)
      print_addon_facts (addon, verbose);
  }
}

static void
print_kernel (const KexecInspected *self, gboolean verbose)
{
  const KexecKernel *kernel = self->kernel;
  g_autofree char *format = describe_format (kernel);

  kexec_print_field ("Format", "%s", format);
  if (!self->is_known)
    return;
  kexec_print_field ("Release", "%s", kernel->release != NULL ? kernel->release : "");
  kexec_print_field ("Build", "%s", kernel->version != NULL ? kernel->version : "");
  print_signatures ("Signed", self->signatures, verbose);
  if (kernel->inner_signatures != NULL)
    print_signatures ("Kernel signed", kernel->inner_signatures, verbose);
  if (kernel->cmdline_limit != 0)
    kexec_print_field ("Command line", "up to %u bytes", kernel->cmdline_limit);
  print_memory (kernel);
}

static void
print_addon (const KexecInspected *self, gboolean verbose)
{
  if (self->addon == NULL)
    return;
  kexec_print_field ("Format", "PE%s%s", self->addon->architecture != NULL ? ", for " : "",
                     self->addon->architecture != NULL ? self->addon->architecture : "");
  kexec_print_field ("Release", "%s", self->addon->release != NULL ? self->addon->release : "");
  print_signatures ("Signed", self->signatures, verbose);
  print_addon_facts (self, verbose);
}

/* --- whole files --- */

/* What is in a file, after the facts about all of it. */
static void
print_contents (const KexecInspected *self, gboolean verbose)
{
  if (verbose && self->kernel != NULL)
    print_payload (self->kernel);
  if (verbose)
    print_sections (self->sections);
  if (self->kernel != NULL && self->kernel->uki != NULL)
    print_uki (self, verbose);
}

static const struct {
  const char *what;
  const char *good;
  const char *bad;
  void (*print) (const KexecInspected *self, gboolean verbose);
} kinds[] = {
  [KEXEC_KIND_KERNEL] = { "a Linux kernel", "that can boot here", "that cannot boot here",
                          print_kernel },
  [KEXEC_KIND_INITRD] = { "an initrd", "that can be used", "that cannot be used", print_initrd },
  [KEXEC_KIND_ADDON] = { "an addon of a unified kernel image", "that can be used",
                         "that cannot be used", print_addon },
};

/* Prints findings, each with what it is about: that is not in every sentence. */
static void
print_findings (const KexecFindings *findings, const char *path)
{
  g_autoptr (KexecFindings) shown = kexec_findings_new ();
  g_autofree char *about = kexec_printable (path);
  g_autoptr (GPtrArray) views = NULL;

  for (guint i = 0; i < findings->len; i++) {
    const KexecFinding *finding = findings->pdata[i];
    gboolean is_clear = *finding->subject == '\0' || g_str_equal (finding->subject, about) ||
                        strstr (finding->text, finding->subject) != NULL;

    kexec_findings_add (shown, finding->code, finding->subject, finding->args, "%s%s%s",
                        is_clear ? "" : finding->subject, is_clear ? "" : ": ", finding->text);
  }
  views = kexec_finding_views_from_findings (shown);
  kexec_print_finding_views (views, KEXEC_SEVERITY_NOTE, 2);
}

static void
print_heading (const KexecInspected *self)
{
  gboolean is_bad = !kexec_inspected_is_usable (self);
  const char *what = kinds[self->kind].what;

  if (!self->is_known) {
    kexec_print_line (KEXEC_STYLE_BAD, "%s: neither a kernel nor an initrd", self->path);
    return;
  }
  if (self->kernel != NULL && self->kernel->uki != NULL)
    what = "a unified kernel image";
  kexec_print_line (is_bad ? KEXEC_STYLE_BAD : KEXEC_STYLE_GOOD, "%s: %s %s", self->path, what,
                    is_bad ? kinds[self->kind].bad : kinds[self->kind].good);
}

void
kexec_inspect_print (const KexecInspected *self, gboolean verbose)
{
  g_autofree char *size = kexec_human_size (self->size);

  print_heading (self);
  kinds[self->kind].print (self, verbose);
  kexec_print_field ("Size", "%s", size);
  kexec_print_field ("SHA256", "%s", self->sha256);
  print_contents (self, verbose);
  print_findings (self->findings, self->path);
}

void
kexec_inspect_print_together (const KexecInspected *kernel)
{
  gboolean is_bad = kexec_findings_blocker (kernel->together) != NULL;

  g_print ("\n");
  if (is_bad)
    kexec_print_line (KEXEC_STYLE_BAD, "Together: they do not fit");
  else if (kernel->is_fit_known)
    kexec_print_line (KEXEC_STYLE_GOOD, "Together: they fit");
  else
    kexec_print_line (KEXEC_STYLE_PLAIN, "Together: whether they fit cannot be told");
  print_findings (kernel->together, kernel->path);
}

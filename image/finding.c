/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of findings, and lists of them. */
#include "image/finding.h"

#include <string.h>

#include "image/printable.h"

/* Bytes of what a finding is about, and of its sentence. */
#define SUBJECT_MAX 512
#define TEXT_MAX    2048

static const struct {
  const char *name;
  KexecSeverity severity;
  KexecError error;
} table[] = {
#define BLOCKER(name, error)                                                                       \
  {                                                                                                \
    name, KEXEC_SEVERITY_BLOCKER, KEXEC_ERROR_##error                                              \
  }
#define WARNING(name)                                                                              \
  {                                                                                                \
    name, KEXEC_SEVERITY_WARNING, KEXEC_ERROR_FAILED                                               \
  }
#define NOTE(name)                                                                                 \
  {                                                                                                \
    name, KEXEC_SEVERITY_NOTE, KEXEC_ERROR_FAILED                                                  \
  }
  [KEXEC_FINDING_NOT_A_KERNEL] = BLOCKER ("not-a-kernel", INVALID_IMAGE),
  [KEXEC_FINDING_KERNEL_TRUNCATED] = BLOCKER ("kernel-truncated", INVALID_IMAGE),
  [KEXEC_FINDING_KERNEL_MALFORMED] = BLOCKER ("kernel-malformed", INVALID_IMAGE),
  [KEXEC_FINDING_KERNEL_UNSUPPORTED] = BLOCKER ("kernel-unsupported", UNSUPPORTED_IMAGE),
  [KEXEC_FINDING_KERNEL_OTHER_ARCHITECTURE] =
    BLOCKER ("kernel-other-architecture", ARCHITECTURE_MISMATCH),
  [KEXEC_FINDING_KERNEL_TOO_LARGE] = BLOCKER ("kernel-too-large", INVALID_IMAGE),
  [KEXEC_FINDING_KERNEL_NOT_VERIFIED] = WARNING ("kernel-not-verified"),
  [KEXEC_FINDING_KERNEL_WRAPPED] = NOTE ("kernel-wrapped"),
  [KEXEC_FINDING_KERNEL_PAGING_MISMATCH] = BLOCKER ("kernel-paging-mismatch", UNSUPPORTED_IMAGE),
  [KEXEC_FINDING_KERNEL_PAGE_SIZE] = WARNING ("kernel-page-size"),
  [KEXEC_FINDING_KERNEL_NEEDS_MEMORY] = BLOCKER ("kernel-needs-memory", OUT_OF_MEMORY),
  [KEXEC_FINDING_KERNEL_UNSIGNED] = BLOCKER ("kernel-unsigned", SIGNATURE_MISSING),
  [KEXEC_FINDING_SIGNATURE_MALFORMED] = WARNING ("signature-malformed"),
  [KEXEC_FINDING_SIGNATURE_MISMATCH] = WARNING ("signature-mismatch"),
  [KEXEC_FINDING_SIGNATURE_EXPIRED] = NOTE ("signature-expired"),
  [KEXEC_FINDING_SIGNATURE_PREDICTION] = WARNING ("signature-prediction"),
  [KEXEC_FINDING_SIGNATURE_UNCERTAIN] = NOTE ("signature-uncertain"),
  [KEXEC_FINDING_UKI_MALFORMED] = BLOCKER ("uki-malformed", INVALID_IMAGE),
  [KEXEC_FINDING_UKI_NO_SUCH_PROFILE] = BLOCKER ("uki-no-such-profile", INVALID_ARGUMENT),
  [KEXEC_FINDING_UKI_OTHER_RELEASE] = WARNING ("uki-other-release"),
  [KEXEC_FINDING_UKI_SIGNATURE_LOST] = WARNING ("uki-signature-lost"),
  [KEXEC_FINDING_UKI_DEVICETREE_IGNORED] = NOTE ("uki-devicetree-ignored"),
  [KEXEC_FINDING_UKI_ADDON_UNUSABLE] = WARNING ("uki-addon-unusable"),
  [KEXEC_FINDING_UKI_ADDONS_PASSED_OVER] = NOTE ("uki-addons-passed-over"),
  [KEXEC_FINDING_UKI_COMPANIONS_IGNORED] = WARNING ("uki-companions-ignored"),
  [KEXEC_FINDING_UKI_PCR_SIGNATURE] = NOTE ("uki-pcr-signature"),
  [KEXEC_FINDING_UKI_MEMORY_OVERLAP] = WARNING ("uki-memory-overlap"),
  [KEXEC_FINDING_NOT_AN_INITRD] = BLOCKER ("not-an-initrd", INVALID_INITRD),
  [KEXEC_FINDING_NO_INITRD] = NOTE ("no-initrd"),
  [KEXEC_FINDING_INITRD_TRUNCATED] = BLOCKER ("initrd-truncated", INVALID_INITRD),
  [KEXEC_FINDING_INITRD_DAMAGED] = BLOCKER ("initrd-damaged", INVALID_INITRD),
  [KEXEC_FINDING_INITRD_MALFORMED] = BLOCKER ("initrd-malformed", INVALID_INITRD),
  [KEXEC_FINDING_INITRD_NO_TRAILER] = WARNING ("initrd-no-trailer"),
  [KEXEC_FINDING_INITRD_GARBAGE] = WARNING ("initrd-garbage"),
  [KEXEC_FINDING_INITRD_MEMBER_SKIPPED] = WARNING ("initrd-member-skipped"),
  [KEXEC_FINDING_INITRD_NO_INIT] = BLOCKER ("initrd-no-init", INVALID_INITRD),
  [KEXEC_FINDING_INITRD_WITHOUT_INIT] = WARNING ("initrd-without-init"),
  [KEXEC_FINDING_INITRD_ONLY_EARLY] = WARNING ("initrd-only-early"),
  [KEXEC_FINDING_INITRD_MISSING] = BLOCKER ("initrd-missing", INVALID_INITRD),
  [KEXEC_FINDING_INITRD_EXPECTED] = WARNING ("initrd-expected"),
  [KEXEC_FINDING_INITRD_OTHER_RELEASE] = BLOCKER ("initrd-other-release", INVALID_INITRD),
  [KEXEC_FINDING_INITRD_COMPRESSION] = BLOCKER ("initrd-compression", INVALID_INITRD),
  [KEXEC_FINDING_INITRD_NOT_VERIFIED] = WARNING ("initrd-not-verified"),
  [KEXEC_FINDING_INITRD_TOO_LARGE] = BLOCKER ("initrd-too-large", OUT_OF_MEMORY),
  [KEXEC_FINDING_CMDLINE_UNREADABLE] = BLOCKER ("cmdline-unreadable", IO_ERROR),
  [KEXEC_FINDING_CMDLINE_TOO_LONG] = BLOCKER ("cmdline-too-long", COMMAND_LINE_TOO_LONG),
  [KEXEC_FINDING_CMDLINE_INVALID] = BLOCKER ("cmdline-invalid", INVALID_ARGUMENT),
  [KEXEC_FINDING_CMDLINE_TWO_ROOTS] = WARNING ("cmdline-two-roots"),
  [KEXEC_FINDING_CMDLINE_BORROWED] = NOTE ("cmdline-borrowed"),
  [KEXEC_FINDING_CMDLINE_OPENS_SHELL] = WARNING ("cmdline-opens-shell"),
  [KEXEC_FINDING_CMDLINE_NO_ROOT] = WARNING ("cmdline-no-root"),
  [KEXEC_FINDING_ROOT_MISSING] = BLOCKER ("root-missing", NOT_SUPPORTED),
  [KEXEC_FINDING_ROOT_HIDDEN] = WARNING ("root-hidden"),
  [KEXEC_FINDING_ROOT_SUBVOLUME_MISSING] = BLOCKER ("root-subvolume-missing", NOT_SUPPORTED),
  [KEXEC_FINDING_RESUME_MISSING] = WARNING ("resume-missing"),
  [KEXEC_FINDING_LUKS_MISSING] = WARNING ("luks-missing"),
  [KEXEC_FINDING_UNTRUSTED] = WARNING ("untrusted"),
  [KEXEC_FINDING_DEFAULT_GUESSED] = NOTE ("default-guessed"),
  [KEXEC_FINDING_DEFAULT_CHOSEN] = NOTE ("default-chosen"),
  [KEXEC_FINDING_DEFAULT_NOT_LINUX] = WARNING ("default-not-linux"),
  [KEXEC_FINDING_ENTRY_UNREADABLE] = BLOCKER ("entry-unreadable", IO_ERROR),
  [KEXEC_FINDING_ENTRY_INVALID] = BLOCKER ("entry-invalid", INVALID_IMAGE),
  [KEXEC_FINDING_ENTRY_MALFORMED] = WARNING ("entry-malformed"),
  [KEXEC_FINDING_ENTRY_OTHER_ARCHITECTURE] =
    BLOCKER ("entry-other-architecture", ARCHITECTURE_MISMATCH),
  [KEXEC_FINDING_ENTRY_LOCKED] = WARNING ("entry-locked"),
  [KEXEC_FINDING_ENTRY_BAD] = WARNING ("entry-bad"),
  [KEXEC_FINDING_DEVICE_UNKNOWN] = WARNING ("device-unknown"),
  [KEXEC_FINDING_DEVICE_ASSUMED] = NOTE ("device-assumed"),
  [KEXEC_FINDING_BOOT_COUNTER] = NOTE ("boot-counter"),
  [KEXEC_FINDING_DEVICETREE_IGNORED] = WARNING ("devicetree-ignored"),
  [KEXEC_FINDING_ONE_SHOT_PENDING] = WARNING ("one-shot-pending"),
  [KEXEC_FINDING_MENU_UNREADABLE] = WARNING ("menu-unreadable"),
  [KEXEC_FINDING_MENU_UNDECIDED] = WARNING ("menu-undecided"),
  [KEXEC_FINDING_DIRECTORY_TOO_LARGE] = WARNING ("directory-too-large"),
  [KEXEC_FINDING_BOOT_MOUNTED] = NOTE ("boot-mounted"),
  [KEXEC_FINDING_BOOT_UNREACHABLE] = WARNING ("boot-unreachable"),
  [KEXEC_FINDING_CONFIGURATION_INVALID] = WARNING ("configuration-invalid"),
  [KEXEC_FINDING_FIRMWARE_PENDING] = WARNING ("firmware-pending"),
  [KEXEC_FINDING_HARDWARE_KNOWN_BAD] = WARNING ("hardware-known-bad"),
  [KEXEC_FINDING_TPM_SEALED] = WARNING ("tpm-sealed"),
  [KEXEC_FINDING_NO_KEXEC_FILE_LOAD] = BLOCKER ("no-kexec-file-load", NOT_SUPPORTED),
  [KEXEC_FINDING_KEXEC_TOOLS_UNUSABLE] = BLOCKER ("kexec-tools-unusable", NOT_SUPPORTED),
  [KEXEC_FINDING_KEXEC_TOOLS_LOCKDOWN] = BLOCKER ("kexec-tools-lockdown", LOCKDOWN),
  [KEXEC_FINDING_NO_CAPABILITY] = BLOCKER ("no-capability", NOT_SUPPORTED),
  [KEXEC_FINDING_CONTAINER] = BLOCKER ("container", NOT_SUPPORTED),
  [KEXEC_FINDING_LOAD_DISABLED] = BLOCKER ("load-disabled", LOAD_DISABLED),
  [KEXEC_FINDING_LOAD_LIMIT_REACHED] = BLOCKER ("load-limit-reached", LOAD_LIMIT_REACHED),
  [KEXEC_FINDING_LOCKDOWN] = WARNING ("lockdown"),
  [KEXEC_FINDING_NOT_ENOUGH_MEMORY] = BLOCKER ("not-enough-memory", OUT_OF_MEMORY),
  [KEXEC_FINDING_NO_REBOOT_BACKEND] = WARNING ("no-reboot-backend"),
#undef BLOCKER
#undef WARNING
#undef NOTE
};

G_STATIC_ASSERT (G_N_ELEMENTS (table) == KEXEC_N_FINDINGS);

static const char *const severities[] = { "note", "warning", "blocker" };

void
kexec_finding_free (KexecFinding *finding)
{
  g_free (finding->subject);
  g_free (finding->text);
  g_variant_unref (finding->args);
  g_free (finding);
}

const char *
kexec_finding_name (KexecFindingCode code)
{
  g_return_val_if_fail (code < KEXEC_N_FINDINGS, NULL);
  return table[code].name;
}

KexecSeverity
kexec_finding_severity (KexecFindingCode code)
{
  g_return_val_if_fail (code < KEXEC_N_FINDINGS, KEXEC_SEVERITY_BLOCKER);
  return table[code].severity;
}

KexecError
kexec_finding_error (KexecFindingCode code)
{
  g_return_val_if_fail (code < KEXEC_N_FINDINGS, KEXEC_ERROR_FAILED);
  return table[code].error;
}

gboolean
kexec_finding_is_about_cmdline (KexecFindingCode code)
{
  return code >= KEXEC_FINDING_CMDLINE_UNREADABLE && code <= KEXEC_FINDING_LUKS_MISSING;
}

const char *
kexec_severity_name (KexecSeverity severity)
{
  g_return_val_if_fail (severity < G_N_ELEMENTS (severities), NULL);
  return severities[severity];
}

KexecFindings *
kexec_findings_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_finding_free);
}

/* Returns: (transfer full): @text, printable, and cut where nobody reads on: names in it may be
   anybody's, and a listing has to fit into a message. */
static char *
fit (const char *text, gsize max)
{
  g_autofree char *printable = kexec_printable (text);
  const char *end = printable + MIN (strlen (printable), max);

  if (*end == '\0')
    return g_steal_pointer (&printable);
  while ((*end & 0xC0) == 0x80)
    end--;
  return g_strdup_printf ("%.*s…", (int) (end - printable), printable);
}

static void
add (KexecFindings *self, KexecFindingCode code, const char *subject, GVariant *args,
     const char *text)
{
  KexecFinding *finding = g_new0 (KexecFinding, 1);

  finding->code = code;
  finding->subject = fit (subject != NULL ? subject : "", SUBJECT_MAX);
  finding->text = fit (text, TEXT_MAX);
  if (args == NULL)
    args = g_variant_new ("a{sv}", NULL);
  finding->args = g_variant_ref_sink (args);
  g_ptr_array_add (self, finding);
}

void
kexec_findings_add (KexecFindings *self, KexecFindingCode code, const char *subject, GVariant *args,
                    const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list ap;

  va_start (ap, format);
  text = g_strdup_vprintf (format, ap);
  va_end (ap);
  add (self, code, subject, args, text);
}

gboolean
kexec_findings_has (const KexecFindings *self, KexecFindingCode code, const char *subject)
{
  g_autofree char *kept = fit (subject, SUBJECT_MAX);

  for (guint i = 0; i < self->len; i++) {
    const KexecFinding *finding = self->pdata[i];

    if (finding->code == code && g_str_equal (finding->subject, kept))
      return TRUE;
  }
  return FALSE;
}

static gboolean
contains (const KexecFindings *self, const KexecFinding *finding)
{
  for (guint i = 0; i < self->len; i++) {
    const KexecFinding *other = self->pdata[i];

    if (other->code == finding->code && g_str_equal (other->text, finding->text))
      return TRUE;
  }
  return FALSE;
}

void
kexec_findings_append (KexecFindings *self, const KexecFindings *from)
{
  for (guint i = 0; i < from->len; i++) {
    const KexecFinding *finding = from->pdata[i];

    if (!contains (self, finding))
      add (self, finding->code, finding->subject, finding->args, finding->text);
  }
}

void
kexec_findings_drop_cmdline (KexecFindings *self)
{
  for (guint i = self->len; i-- > 0;) {
    const KexecFinding *finding = self->pdata[i];

    if (kexec_finding_is_about_cmdline (finding->code))
      g_ptr_array_remove_index (self, i);
  }
}

const KexecFinding *
kexec_findings_blocker (const KexecFindings *self)
{
  for (guint i = 0; i < self->len; i++) {
    const KexecFinding *finding = self->pdata[i];

    if (kexec_finding_severity (finding->code) == KEXEC_SEVERITY_BLOCKER)
      return finding;
  }
  return NULL;
}

gboolean
kexec_findings_check (const KexecFindings *self, GError **error)
{
  const KexecFinding *blocker = kexec_findings_blocker (self);

  if (blocker == NULL)
    return TRUE;
  g_set_error_literal (error, KEXEC_ERROR, kexec_finding_error (blocker->code), blocker->text);
  return FALSE;
}

static GVariant *
finding_to_variant (const KexecFinding *finding)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  KexecSeverity severity = kexec_finding_severity (finding->code);

  g_variant_dict_insert (&dict, "severity", "s", kexec_severity_name (severity));
  g_variant_dict_insert (&dict, "code", "s", kexec_finding_name (finding->code));
  g_variant_dict_insert (&dict, "text", "s", finding->text);
  g_variant_dict_insert (&dict, "subject", "s", finding->subject);
  g_variant_dict_insert_value (&dict, "args", finding->args);
  return g_variant_dict_end (&dict);
}

GVariant *
kexec_findings_to_variant (const KexecFindings *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (int severity = KEXEC_SEVERITY_BLOCKER; severity >= KEXEC_SEVERITY_NOTE; severity--) {
    for (guint i = 0; i < self->len; i++) {
      const KexecFinding *finding = self->pdata[i];

      if ((int) kexec_finding_severity (finding->code) == severity)
        g_variant_builder_add_value (&builder, finding_to_variant (finding));
    }
  }
  return g_variant_builder_end (&builder);
}

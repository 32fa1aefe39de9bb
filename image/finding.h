/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A finding: one result of a check, with the sentence that tells a person what to do. */
#pragma once

#include "image/error.h"

typedef enum {
  KEXEC_SEVERITY_NOTE,
  KEXEC_SEVERITY_WARNING,
  KEXEC_SEVERITY_BLOCKER,
} KexecSeverity;

/* Every finding there is. The name, severity and error of each are one row in finding.c. */
typedef enum {
  /* the kernel file */
  KEXEC_FINDING_NOT_A_KERNEL,
  KEXEC_FINDING_KERNEL_TRUNCATED,
  KEXEC_FINDING_KERNEL_MALFORMED,
  KEXEC_FINDING_KERNEL_UNSUPPORTED,
  KEXEC_FINDING_KERNEL_OTHER_ARCHITECTURE,
  KEXEC_FINDING_KERNEL_TOO_LARGE,
  KEXEC_FINDING_KERNEL_NOT_VERIFIED,
  KEXEC_FINDING_KERNEL_WRAPPED,
  KEXEC_FINDING_KERNEL_PAGING_MISMATCH,
  KEXEC_FINDING_KERNEL_PAGE_SIZE,
  KEXEC_FINDING_KERNEL_NEEDS_MEMORY,
  /* its signature */
  KEXEC_FINDING_KERNEL_UNSIGNED,
  KEXEC_FINDING_SIGNATURE_MALFORMED,
  KEXEC_FINDING_SIGNATURE_MISMATCH,
  KEXEC_FINDING_SIGNATURE_EXPIRED,
  KEXEC_FINDING_SIGNATURE_PREDICTION,
  KEXEC_FINDING_SIGNATURE_UNCERTAIN,
  /* unified kernel images */
  KEXEC_FINDING_UKI_MALFORMED,
  KEXEC_FINDING_UKI_NO_SUCH_PROFILE,
  KEXEC_FINDING_UKI_OTHER_RELEASE,
  KEXEC_FINDING_UKI_SIGNATURE_LOST,
  KEXEC_FINDING_UKI_DEVICETREE_IGNORED,
  KEXEC_FINDING_UKI_ADDON_UNUSABLE,
  KEXEC_FINDING_UKI_ADDONS_PASSED_OVER,
  KEXEC_FINDING_UKI_COMPANIONS_IGNORED,
  KEXEC_FINDING_UKI_PCR_SIGNATURE,
  KEXEC_FINDING_UKI_MEMORY_OVERLAP,
  /* initrds */
  KEXEC_FINDING_NOT_AN_INITRD,
  KEXEC_FINDING_NO_INITRD,
  KEXEC_FINDING_INITRD_TRUNCATED,
  KEXEC_FINDING_INITRD_DAMAGED,
  KEXEC_FINDING_INITRD_MALFORMED,
  KEXEC_FINDING_INITRD_NO_TRAILER,
  KEXEC_FINDING_INITRD_GARBAGE,
  KEXEC_FINDING_INITRD_MEMBER_SKIPPED,
  KEXEC_FINDING_INITRD_NO_INIT,
  KEXEC_FINDING_INITRD_WITHOUT_INIT,
  KEXEC_FINDING_INITRD_ONLY_EARLY,
  KEXEC_FINDING_INITRD_MISSING,
  KEXEC_FINDING_INITRD_EXPECTED,
  KEXEC_FINDING_INITRD_OTHER_RELEASE,
  KEXEC_FINDING_INITRD_COMPRESSION,
  KEXEC_FINDING_INITRD_NOT_VERIFIED,
  KEXEC_FINDING_INITRD_TOO_LARGE,
  /* the command line */
  KEXEC_FINDING_CMDLINE_UNREADABLE,
  KEXEC_FINDING_CMDLINE_TOO_LONG,
  KEXEC_FINDING_CMDLINE_INVALID,
  KEXEC_FINDING_CMDLINE_TWO_ROOTS,
  KEXEC_FINDING_CMDLINE_BORROWED,
  KEXEC_FINDING_CMDLINE_OPENS_SHELL,
  KEXEC_FINDING_CMDLINE_NO_ROOT,
  KEXEC_FINDING_ROOT_MISSING,
  KEXEC_FINDING_ROOT_HIDDEN,
  KEXEC_FINDING_ROOT_SUBVOLUME_MISSING,
  KEXEC_FINDING_RESUME_MISSING,
  KEXEC_FINDING_LUKS_MISSING,
  /* the entry */
  KEXEC_FINDING_UNTRUSTED,
  KEXEC_FINDING_DEFAULT_GUESSED,
  KEXEC_FINDING_DEFAULT_CHOSEN,
  KEXEC_FINDING_DEFAULT_NOT_LINUX,
  KEXEC_FINDING_ENTRY_UNREADABLE,
  KEXEC_FINDING_ENTRY_INVALID,
  KEXEC_FINDING_ENTRY_MALFORMED,
  KEXEC_FINDING_ENTRY_OTHER_ARCHITECTURE,
  KEXEC_FINDING_ENTRY_LOCKED,
  KEXEC_FINDING_ENTRY_BAD,
  KEXEC_FINDING_DEVICE_UNKNOWN,
  KEXEC_FINDING_DEVICE_ASSUMED,
  KEXEC_FINDING_BOOT_COUNTER,
  KEXEC_FINDING_DEVICETREE_IGNORED,
  /* the menu that names it, and the places that it lies in */
  KEXEC_FINDING_ONE_SHOT_PENDING,
  KEXEC_FINDING_MENU_UNREADABLE,
  KEXEC_FINDING_MENU_UNDECIDED,
  KEXEC_FINDING_DIRECTORY_TOO_LARGE,
  KEXEC_FINDING_BOOT_MOUNTED,
  KEXEC_FINDING_BOOT_UNREACHABLE,
  KEXEC_FINDING_CONFIGURATION_INVALID,
  /* the machine */
  KEXEC_FINDING_FIRMWARE_PENDING,
  KEXEC_FINDING_HARDWARE_KNOWN_BAD,
  KEXEC_FINDING_TPM_SEALED,
  KEXEC_FINDING_NO_KEXEC_FILE_LOAD,
  KEXEC_FINDING_KEXEC_TOOLS_UNUSABLE,
  KEXEC_FINDING_KEXEC_TOOLS_LOCKDOWN,
  KEXEC_FINDING_NO_CAPABILITY,
  KEXEC_FINDING_CONTAINER,
  KEXEC_FINDING_LOAD_DISABLED,
  KEXEC_FINDING_LOAD_LIMIT_REACHED,
  KEXEC_FINDING_LOCKDOWN,
  KEXEC_FINDING_NOT_ENOUGH_MEMORY,
  KEXEC_FINDING_NO_REBOOT_BACKEND,
  KEXEC_N_FINDINGS
} KexecFindingCode;

typedef struct {
  KexecFindingCode code;
  char *subject;  /* the file or thing it is about, or "" */
  char *text;     /* what was found and what to do */
  GVariant *args; /* a{sv}: the facts in the text */
} KexecFinding;

void kexec_finding_free (KexecFinding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecFinding, kexec_finding_free)

/** The stable name of a finding, "kernel-truncated". */
const char *kexec_finding_name (KexecFindingCode code);
/** How grave it is. */
KexecSeverity kexec_finding_severity (KexecFindingCode code);
/** The error that staging ends with if this finding blocks it; KEXEC_ERROR_FAILED for others. */
KexecError kexec_finding_error (KexecFindingCode code);
/** Whether it is about a command line, so that another command line makes it void. */
gboolean kexec_finding_is_about_cmdline (KexecFindingCode code);
/** "note", "warning" or "blocker". */
const char *kexec_severity_name (KexecSeverity severity);

/* A list of findings, in the order in which they were found: GPtrArray of KexecFinding. */
typedef GPtrArray KexecFindings;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecFindings, g_ptr_array_unref)

KexecFindings *kexec_findings_new (void);

/**
 * kexec_findings_add:
 * @subject: (nullable): the file or thing it is about
 * @args: (nullable): an a{sv} with the facts in the sentence; a floating one is sunk
 * @format: the sentence, what was found and what to do ("…; do this"), without a full stop
 *
 * Subject and sentence are made printable and cut (512 and 2048 bytes), so that names can stand in
 * them as they are.
 */
void kexec_findings_add (KexecFindings *self, KexecFindingCode code, const char *subject,
                         GVariant *args, const char *format, ...) G_GNUC_PRINTF (5, 6);

/** Appends copies of those findings of @from that @self does not have yet. */
void kexec_findings_append (KexecFindings *self, const KexecFindings *from);

/** Whether there is one with this code about @subject. */
gboolean kexec_findings_has (const KexecFindings *self, KexecFindingCode code, const char *subject);

/** Drops those about a command line: another one is used. */
void kexec_findings_drop_cmdline (KexecFindings *self);

/** Returns: (nullable) (transfer none): the first finding that is a blocker. */
const KexecFinding *kexec_findings_blocker (const KexecFindings *self);

/**
 * kexec_findings_check:
 *
 * Returns: %FALSE with the first blocker's error and sentence in @error; %TRUE if nothing blocks.
 */
gboolean kexec_findings_check (const KexecFindings *self, GError **error);

/**
 * kexec_findings_to_variant:
 *
 * Returns: (transfer floating): an aa{sv} as the D-Bus interface documents it, blockers first.
 */
GVariant *kexec_findings_to_variant (const KexecFindings *self);

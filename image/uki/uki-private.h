/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the readers of UKIs and of addons share: checked sections, and text out of them. */
#pragma once

#include "image/uki/pe.h"
#include "image/uki/uki.h"

/* One reading of a file. */
typedef struct {
  const KexecInput *input;
  const KexecPe *pe;
  const char *subject; /* what to call it in a finding */
  const char *name;    /* what to call it in a sentence */
  KexecFindings *findings;
  KexecFindingCode code; /* what a refusal is: UKI_MALFORMED or UKI_ADDON_UNUSABLE */
} KexecUkiReading;

/* Which sections of a file apply: those of one profile, and those of the base that it leaves. */
typedef struct {
  const KexecUkiReading *reading;
  guint base_end; /* the base is the sections before this one */
  guint start;    /* the profile's ".profile"; the same as @end if there is no profile */
  guint end;
} KexecUkiScope;

/** Adds a finding that says what is wrong, "its … is …; what to do" after the file's name.
 * Returns: %FALSE */
gboolean kexec_uki_refuse (const KexecUkiReading *self, GVariant *args, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/** Section @index of the file. */
const KexecPeSection *kexec_uki_section (const KexecUkiReading *self, guint index);

/**
 * kexec_uki_check_sections:
 *
 * Holds the section table against the file, against itself and against UAPI.5. Returns: %FALSE with
 * a finding.
 */
gboolean kexec_uki_check_sections (const KexecUkiReading *self);

/**
 * kexec_uki_check_memory:
 *
 * Looks for sections whose addresses overlap: the firmware would load one over the other, as
 * happens when an image is built with fixed addresses and the kernel has grown. Kexec takes them
 * from the file. Adds a finding.
 */
void kexec_uki_check_memory (const KexecUkiReading *self);

/** Returns: (nullable): the section of this name that applies, and is not empty. */
const KexecPeSection *kexec_uki_find_section (const KexecUkiScope *scope, const char *name);

/** Returns: (transfer full): the section as an array with one element, or an empty one. */
GArray *kexec_uki_take_section (const KexecUkiScope *scope, const char *name);

/**
 * kexec_uki_load_text:
 * @text: (out) (transfer full) (nullable): the section's, valid UTF-8 with no other control
 * characters than tabs and line breaks; %NULL if there is no such section
 *
 * Returns: %FALSE with a finding if the section is no text.
 */
gboolean kexec_uki_load_text (const KexecUkiScope *scope, const char *name, char **text);

/** As kexec_uki_load_text(), for .cmdline: line breaks and tabs become spaces, none at the ends. */
gboolean kexec_uki_load_cmdline (const KexecUkiScope *scope, char **cmdline);

/** As kexec_uki_load_text(), for .uname: one word. */
gboolean kexec_uki_load_release (const KexecUkiScope *scope, char **release);

/**
 * kexec_uki_get_variable:
 * @text: (nullable): as in os-release(5)
 *
 * Returns: (transfer full) (nullable): the last assignment's value, unquoted, printable, at most
 * 128 bytes of it.
 */
char *kexec_uki_get_variable (const char *text, const char *name);

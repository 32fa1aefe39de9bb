/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unified kernel images: PE files that hold a kernel and what it boots with, in sections (UAPI.5,
 * "Unified Kernel Image"), and their addons.
 */
#pragma once

#include "image/finding.h"
#include "image/input.h"

/* What one section may hold, where it is text. Larger ones are refused. */
#define KEXEC_UKI_TEXT_MAX (64 * 1024)

/* One way to boot the image: the base sections, overridden by those of a profile. */
typedef struct {
  char *id;          /* ID= of .profile; "" if it has none */
  char *title;       /* TITLE=, likewise */
  KexecInput kernel; /* .linux */
  GArray *microcode; /* (element-type KexecInput): .ucode; loaded before the initrds */
  GArray *initrds;   /* (element-type KexecInput): .initrd, in their order */
  gboolean has_cmdline;
  char *cmdline; /* .cmdline, without the line break and NULs at its end; "" if there is none */
  char *release; /* .uname; nullable */
  char *os_name; /* PRETTY_NAME= of .osrel, NAME= failing that; nullable */
  gboolean has_devicetree; /* .dtb or .dtbauto: kexec does not apply them */
} KexecUkiProfile;

typedef struct {
  GPtrArray *profiles; /* (element-type KexecUkiProfile): at least one; the first is the default */
} KexecUki;

void kexec_uki_free (KexecUki *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecUki, kexec_uki_free)

/** Whether @input is a PE file with a .linux section. */
gboolean kexec_uki_recognize (const KexecInput *input);

/**
 * kexec_uki_read:
 * @input: the whole file; the result points into it
 * @findings: what is wrong with it; a blocker means that it cannot be used
 *
 * Holds every section against the file and the others. Returns: (transfer full) (nullable): %NULL
 * after a blocker.
 */
KexecUki *kexec_uki_read (const KexecInput *input, const char *subject, KexecFindings *findings);

/**
 * kexec_uki_find_profile:
 * @name: (nullable): a profile's id, or its number ("0" is the first); %NULL or "": the default
 *
 * Returns: (nullable) (transfer none): %NULL: there is no such profile.
 */
const KexecUkiProfile *kexec_uki_find_profile (const KexecUki *self, const char *name);

/* What an addon ("NAME.efi.extra.d/WHAT.addon.efi") adds to a UKI. */
typedef struct {
  char *cmdline;     /* "" if there is none */
  GArray *microcode; /* (element-type KexecInput) */
  GArray *initrds;   /* (element-type KexecInput) */
  gboolean has_devicetree;
} KexecUkiAddon;

void kexec_uki_addon_free (KexecUkiAddon *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecUkiAddon, kexec_uki_addon_free)

/** Returns: (transfer full) (nullable): %NULL, with a finding, if @input is no addon. */
KexecUkiAddon *kexec_uki_addon_read (const KexecInput *input, const char *subject,
                                     KexecFindings *findings);

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

/* A UKI with more profiles is refused. */
#define KEXEC_UKI_PROFILES_MAX 64

/* The longest id of a profile, in bytes. */
#define KEXEC_UKI_ID_MAX 64

/* One way to boot the image: the base sections, overridden by those of a profile. */
typedef struct {
  char *id;          /* ID= of .profile, of A-Z a-z 0-9 . _ -; "" if it has none like that */
  char *title;       /* TITLE=, at most 128 bytes of it; "" if it has none */
  KexecInput kernel; /* .linux */
  GArray *microcode; /* (element-type KexecInput): .ucode; loaded before the initrds */
  GArray *initrds;   /* (element-type KexecInput): .initrd, in their order */
  gboolean has_cmdline;
  char *cmdline;    /* .cmdline on one line, as systemd-stub makes it; "" if there is none */
  char *release;    /* .uname, at most 64 bytes; nullable */
  char *os_name;    /* PRETTY_NAME= of .osrel, NAME= failing that, at most 128 bytes; nullable */
  char *os_version; /* IMAGE_VERSION=, VERSION=, VERSION_ID= or BUILD_ID=, the first; nullable */
  char *sort_key;   /* IMAGE_ID= or ID= of .osrel, the first that it has; nullable */
  gboolean has_devicetree;    /* .dtb or .dtbauto: kexec does not apply them */
  gboolean has_pcr_signature; /* .pcrsig, which systemd-stub hands to the initrd */
} KexecUkiProfile;

typedef struct {
  const char *architecture; /* of its boot stub, as uname(2) says it; nullable */
  GPtrArray *profiles; /* (element-type KexecUkiProfile): at least one; the first is the default */
} KexecUki;

void kexec_uki_free (KexecUki *self);
void kexec_uki_profile_free (KexecUkiProfile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecUki, kexec_uki_free)

/** Whether @input is a PE file with a .linux section. */
gboolean kexec_uki_recognize (const KexecInput *input);

/**
 * kexec_uki_read:
 * @input: the whole file; the result points into it
 * @findings: what is wrong with it; a blocker means that it cannot be used
 *
 * Holds every section against the file and the others. Loads text alone: kernel and initrds are
 * views into @input. A section without a size counts as missing, as it does for systemd-stub; in a
 * profile it takes away the base's.
 *
 * Returns: (transfer full) (nullable): %NULL after a blocker.
 */
KexecUki *kexec_uki_read (const KexecInput *input, const char *subject, KexecFindings *findings);

/**
 * kexec_uki_find_profile:
 * @name: (nullable): a profile's id, or its number ("0" is the first); %NULL or "": the default. An
 *   id of digits is never another profile's number.
 *
 * Returns: (nullable) (transfer none): %NULL: there is no such profile.
 */
const KexecUkiProfile *kexec_uki_find_profile (const KexecUki *self, const char *name);

/* What an addon ("NAME.efi.extra.d/WHAT.addon.efi") adds to a UKI. */
typedef struct {
  const char *architecture; /* as uname(2) says it; %NULL if it is for a machine without Linux */
  char *release;            /* .uname: the only release that it is for; nullable */
  char *cmdline;            /* "" if there is none */
  GArray *microcode;        /* (element-type KexecInput) */
  GArray *initrds;          /* (element-type KexecInput) */
  gboolean has_devicetree;
} KexecUkiAddon;

void kexec_uki_addon_free (KexecUkiAddon *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecUkiAddon, kexec_uki_addon_free)

/** Returns: (transfer full) (nullable): %NULL, with a finding, if @input is no addon. */
KexecUkiAddon *kexec_uki_addon_read (const KexecInput *input, const char *subject,
                                     KexecFindings *findings);

/**
 * kexec_uki_addon_applies:
 * @profile: of @uki
 *
 * Whether systemd-stub would use it: one for another architecture than the image's stub, and one
 * that names another release than the profile does, is passed over. That is usual, and no fault.
 */
gboolean kexec_uki_addon_applies (const KexecUkiAddon *self, const KexecUki *uki,
                                  const KexecUkiProfile *profile);

/** Says in @findings how many of the addons beside @image do not apply; nothing if @n is 0. */
void kexec_uki_addons_pass_over (guint n, const char *image, KexecFindings *findings);

/*
 * What a profile and its addons boot with, in the order of systemd-stub (stub.c). The kernel takes
 * the first microcode that it finds, and the last of several files of one name. @addons:
 * (element-type KexecUkiAddon): in the order of their names. Initrds that are given beside a UKI
 * come between its microcode and its initrds.
 */

/** Returns: (transfer full) (element-type KexecInput): the addons', the last first; the UKI's. */
GArray *kexec_uki_list_microcode (const KexecUkiProfile *profile, const GPtrArray *addons);
/** Returns: (transfer full) (element-type KexecInput): the UKI's, then the addons'. */
GArray *kexec_uki_list_initrds (const KexecUkiProfile *profile, const GPtrArray *addons);
/** Returns: (transfer full): @cmdline (the UKI's, or what replaces it), then the addons'. */
char *kexec_uki_join_cmdline (const char *cmdline, const GPtrArray *addons);

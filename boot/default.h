/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The default entry: what a normal reboot would boot, as far as that can be known. */
#pragma once

#include "boot/source.h"

/* What there is to choose from. */
typedef struct {
  KexecScan *scan;
  const GPtrArray *entries;  /* (element-type KexecEntry): all of them, merged and in order */
  const KexecMenu *config;   /* (nullable): of the administrator's configuration */
  const KexecMenu *leading;  /* (nullable): of the boot loader in use */
  KexecLoader loader;        /* … which is this one */
  const char *loader_reason; /* as kexec_loader_detect() gave it */
  gboolean has_menu;         /* any boot loader's menu is there, if only to be complained of */
} KexecChoice;

/**
 * kexec_default_choose:
 * @findings: gets why it is this one, or why there is none
 *
 * The first of these that says something: Entry= of the configuration, an id or a glob; Kernel=;
 * the menu of the boot loader in use, which may also say that it boots something else than Linux.
 * Else it is a guess: the first entry that is neither old nor a rescue system nor another than the
 * first profile of its image, and that nothing speaks against. It is_default_guessed, unless
 * Entry=auto; and where it is what Gentoo's service would find by /etc/conf.d/kexec, it
 * is_default_detected.
 *
 * Marks at most one entry. Returns: (transfer none) (nullable): that one.
 */
KexecEntry *kexec_default_choose (const KexecChoice *choice, KexecFindings *findings);

/**
 * kexec_default_find:
 * @id: an id, or another name that an entry is found by
 *
 * An entry's own id comes before what another one is found by as well.
 *
 * Returns: (transfer none) (nullable)
 */
KexecEntry *kexec_default_find (const GPtrArray *entries, const char *id);

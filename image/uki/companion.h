/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lies beside a UKI for its boot stub to add, by its name (systemd-stub(7), "Companion
 * Files"). A kexec does without the stub: addons are applied here, and the rest is left out.
 */
#pragma once

#include "image/finding.h"

/* Kinds of companions; bits. */
typedef enum {
  KEXEC_COMPANION_NONE = 0,
  KEXEC_COMPANION_ADDON = 1 << 0,
  KEXEC_COMPANION_CREDENTIAL = 1 << 1,
  KEXEC_COMPANION_SYSEXT = 1 << 2,
  KEXEC_COMPANION_CONFEXT = 1 << 3,
  KEXEC_COMPANION_GLOBAL_CREDENTIAL = 1 << 4, /* for all images: in a directory of its own */
} KexecCompanion;

/**
 * kexec_companion_recognize:
 * @name: of a file in NAME.extra.d; directories are never companions
 *
 * As systemd-stub: the suffix in any case, no hidden files, ASCII. Returns: one kind, or none.
 */
KexecCompanion kexec_companion_recognize (const char *name);

/** Says in @findings which of the @kinds beside @image are left out: all but addons. */
void kexec_companions_check (guint kinds, const char *image, KexecFindings *findings);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What to inspect a file as, from how it begins. */
#pragma once

#include "image/input.h"

typedef enum {
  KEXEC_KIND_KERNEL, /* or something that is none of the others */
  KEXEC_KIND_INITRD,
  KEXEC_KIND_ADDON, /* of a unified kernel image */
} KexecKind;

/**
 * kexec_kind_identify:
 *
 * Looks at the first bytes. A compressed file can be either: it is unpacked as far as it takes to
 * see whether a cpio archive is in it. One that cannot be unpacked is taken for an initrd, which
 * most of them are.
 */
KexecKind kexec_kind_identify (const KexecInput *input);

/** A short stable name, "kernel". */
const char *kexec_kind_name (KexecKind kind);

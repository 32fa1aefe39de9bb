/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file is and whether it can boot here: all that kexecctl inspect finds out about it. */
#pragma once

#include "image/initrd/initrd.h"
#include "image/kernel/kernel.h"
#include "image/kind.h"

/* What a file is held against, and who wants to know how far that is. */
typedef struct {
  KexecMachine machine;
  KexecSignaturePolicy policy;
  KexecWatch watch;
} KexecInspectHost;

/* An initrd or microcode in a unified kernel image or an addon. */
typedef struct {
  const char *section; /* ".initrd" or ".ucode" */
  KexecInput input;    /* where it is in that file */
  KexecInitrd *initrd;
} KexecInspectPart;

typedef struct {
  char *path; /* as it was named */
  KexecKind kind;
  gboolean is_known; /* it is of that kind, good or bad; else it is neither kernel nor initrd */
  guint64 size;      /* in bytes */
  char *sha256;      /* in lower-case hexadecimal */

  int fd; /* what the inputs below point into; -1 when it has been read */

  /* One of these is there, whatever is known; none for an addon that cannot be used. */
  KexecKernel *kernel;
  KexecInitrd *initrd;
  KexecUkiAddon *addon;

  /* Of the file itself, whatever it is; for an initrd there are none. */
  GArray *sections;      /* (element-type KexecPeSection) */
  GPtrArray *signatures; /* (element-type KexecSignature) */

  GPtrArray *parts;        /* (element-type KexecInspectPart): each once */
  GPtrArray *addons;       /* (element-type KexecInspected): beside a unified kernel image */
  KexecFindings *findings; /* also about the initrds and command lines of its profiles */
  KexecFindings *together; /* how it fits the initrds named with it; %NULL: not looked at */
  gboolean is_fit_known;   /* … which were all read to their end */
} KexecInspected;

/**
 * kexec_inspected_read:
 *
 * Reads the file, and the addons beside it. Returns: (transfer full) (nullable): %NULL with IOError
 * if it cannot be opened or read, or changes meanwhile.
 */
KexecInspected *kexec_inspected_read (const char *path, const KexecInspectHost *host,
                                      GError **error);

/** As kexec_inspected_read(), of what has to be an addon. The file stays open. */
KexecInspected *kexec_inspected_read_addon (const char *path, const KexecInspectHost *host,
                                            GError **error);

void kexec_inspected_free (KexecInspected *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecInspected, kexec_inspected_free)

/** Whether the file itself can be used on this machine, whatever it was named together with. */
gboolean kexec_inspected_is_usable (const KexecInspected *self);

/** Returns: (transfer none) (nullable): the initrd or microcode at @input, of the file or of one of
 * its addons. */
const KexecInspectPart *kexec_inspected_find_part (const KexecInspected *self,
                                                   const KexecInput *input);

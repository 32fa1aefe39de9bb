/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options of kexec(8) (kexec-tools 2.0.25: kexec/kexec.h, kexec/arch/.../options.h), and what
 * each means to us, who load as "kexec -s -l" does, from a menu's entry.
 */
#pragma once

#include <glib.h>

/* What becomes of an option. */
typedef enum {
  KEXEC_TOOLS_OPTION_KEY,   /* it is what a key of ours says */
  KEXEC_TOOLS_OPTION_REUSE, /* --reuse-cmdline */
  KEXEC_TOOLS_OPTION_USUAL, /* it is what is done anyway */
  KEXEC_TOOLS_OPTION_OTHER, /* it means nothing here */
} KexecToolsOptionUse;

typedef struct {
  const char *name; /* after "--" */
  char letter;      /* after "-"; '\0': it has none */
  gboolean has_value;
  KexecToolsOptionUse use;
  const char *key;      /* of ours */
  const char *variable; /* (nullable): of Gentoo's service; if it is set, the script's own option
                           comes later and wins */
  const char *why;      /* it means nothing here: the middle of a sentence, "it loads …" */
} KexecToolsOption;

/**
 * kexec_tools_option_find:
 * @name: as after "--": a whole name, or, as getopt_long(3) has it, the beginning of one alone
 *
 * Returns: (nullable): the option.
 */
const KexecToolsOption *kexec_tools_option_find (const char *name, gsize length);

/** Returns: (nullable): the option that a letter after a single "-" means. */
const KexecToolsOption *kexec_tools_option_find_letter (char letter);

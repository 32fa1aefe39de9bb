/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of GRUB's commands, as grub-core/lib/arg.c takes them. */
#pragma once

#include <glib.h>

typedef enum {
  KEXEC_GRUB_NO_VALUE,
  KEXEC_GRUB_NEEDS_VALUE,
  KEXEC_GRUB_MAY_HAVE_VALUE,
} KexecGrubOptionValue;

/* Ends with a row without a name. */
typedef struct {
  const char *name;
  char letter; /* 0: none */
  KexecGrubOptionValue value;
} KexecGrubOption;

/**
 * kexec_grub_options_parse:
 * @takes_unknown: options that are not known are operands; else they are an error
 * @values: (out): for each option, in their order: its last value; "" if it was given without;
 *   %NULL if it was not given
 *
 * Returns: (transfer container) (nullable) (element-type utf8): the operands; %NULL if GRUB would
 * refuse the options.
 */
GPtrArray *kexec_grub_options_parse (const KexecGrubOption *options, const GPtrArray *args,
                                     gboolean takes_unknown, const char **values);

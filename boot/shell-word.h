/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of shell text: quotes, backslashes, variables, and where they end. */
#pragma once

#include <glib.h>

/* A place in a text that ends with a NUL. */
typedef struct {
  const char *here;
  guint line; /* counted from 1 */
} KexecShellText;

/** Returns: (transfer none) (nullable): the value of a variable, %NULL if it is not known. */
typedef const char *(*KexecShellLookUp) (const char *name, gpointer user_data);

/** Skips white space, line breaks, ";" and comments. Returns: whether anything is left. */
gboolean kexec_shell_skip_to_statement (KexecShellText *self);

/** Skips spaces, tabs and continued lines. */
void kexec_shell_skip_blanks (KexecShellText *self);

/** Skips everything up to the end of the line, the line break too. */
void kexec_shell_skip_line (KexecShellText *self);

/** Skips a statement that is not read, over all lines that its quotes and backslashes join; or one
 * line, if a quote is not closed. */
void kexec_shell_skip_statement (KexecShellText *self);

/** Skips @keyword and the blanks after it, if that is what stands here. Returns: whether it did. */
gboolean kexec_shell_skip_keyword (KexecShellText *self, const char *keyword);

/** Whether a statement ends here: at a line break, ";", a comment or the end of the text. */
gboolean kexec_shell_is_at_end (const KexecShellText *self);

/** Whether a name that was just read stands alone: a blank or a statement's end follows. */
gboolean kexec_shell_is_after_name (const KexecShellText *self);

/** Returns: (transfer full) (nullable): the variable's name that stands here; %NULL if none does,
 * and nothing was skipped. */
char *kexec_shell_read_name (KexecShellText *self);

/**
 * kexec_shell_read_word:
 * @look_up: knows variables
 * @problem: (out): why it cannot be read, the end of a sentence
 *
 * Reads what follows a "=": up to a blank or the end of the statement, quotes removed.
 *
 * Returns: (transfer full) (nullable): the word; %NULL with @problem if only a shell could tell, or
 * it is longer than KEXEC_SHELL_ASSIGN_VALUE_MAX.
 */
char *kexec_shell_read_word (KexecShellText *self, KexecShellLookUp look_up, gpointer user_data,
                             const char **problem);

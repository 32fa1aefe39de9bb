/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the terminal can do, and the few colours we use. */
#pragma once

#include <glib.h>

typedef enum {
  KEXEC_STYLE_PLAIN,
  KEXEC_STYLE_BOLD,
  KEXEC_STYLE_DIM,
  KEXEC_STYLE_GOOD,
  KEXEC_STYLE_WARNING,
  KEXEC_STYLE_BAD,
} KexecStyle;

/** Whether @fd is a terminal that understands escape sequences. */
gboolean kexec_terminal_is_capable (int fd);

/** Returns: the columns of the terminal on standard output; G_MAXUINT if it is none. */
guint kexec_terminal_columns (void);

/** Returns: the columns that @text takes. */
guint kexec_terminal_width (const char *text);

/** Returns: (transfer full): @text in @width columns, cut with a "…" or filled up with spaces. */
char *kexec_terminal_fit (const char *text, guint width);

/** Returns: (transfer full): @text in a style, if standard output shows colours. */
char *kexec_terminal_style (KexecStyle style, const char *text);

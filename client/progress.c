/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "client/human.h"
#include "client/terminal.h"

/* To the first column, and wipe what is there. */
#define WIPE "\r\033[K"

static const struct {
  const char *phase;
  const char *word;
} words[] = {
  { "copy", "Copying" },
  { "check", "Checking" },
  { "load", "Loading" },
};

void
kexec_progress_init (KexecProgress *self, gboolean quiet)
{
  self->enabled = !quiet && kexec_terminal_is_capable (STDERR_FILENO);
  self->visible = FALSE;
}

char *
kexec_progress_describe (const char *phase, guint64 done, guint64 total)
{
  g_autofree char *word = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (g_str_equal (words[i].phase, phase))
      word = g_strdup (words[i].word);
  }
  /* A newer service may have other phases. */
  if (word == NULL)
    word = kexec_human_text (phase);
  /* A phase that does not tell how far it is begins and ends with nothing done. */
  if (done == 0 || total == 0)
    return g_strdup_printf ("%s…", word);
  return g_strdup_printf ("%s %d %%…", word, (int) (100.0 * MIN (done, total) / total));
}

void
kexec_progress_show (KexecProgress *self, const char *phase, guint64 done, guint64 total)
{
  g_autofree char *text = NULL;

  if (!self->enabled)
    return;
  text = kexec_progress_describe (phase, done, total);
  g_printerr (WIPE "%s", text);
  self->visible = TRUE;
}

void
kexec_progress_clear (KexecProgress *self)
{
  if (!self->visible)
    return;
  g_printerr (WIPE);
  self->visible = FALSE;
}

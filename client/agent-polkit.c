/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text agent, with polkit's own library. */
#define POLKIT_AGENT_I_KNOW_API_IS_SUBJECT_TO_CHANGE
#include "client/agent.h"

#include <polkitagent/polkitagent.h>
#include <termios.h>
#include <unistd.h>

struct KexecAgent {
  PolkitAgentListener *listener;
  gpointer registration;
  struct termios terminal; /* as it was before a prompt switched off its echo */
};

/*
 * As a fallback, so that a desktop's dialog asks where there is one. But polkit forgets about
 * fallbacks where the caller has no session at all, as under an init system without logind.
 */
static gboolean
should_be_fallback (void)
{
  g_autoptr (PolkitSubject) session =
    polkit_unix_session_new_for_process_sync (getpid (), NULL, NULL);

  return session != NULL;
}

static gpointer
register_listener (PolkitAgentListener *listener)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) dict = NULL;
  g_autoptr (PolkitSubject) subject =
    polkit_unix_process_new_for_owner (getpid (), 0, (int) getuid ());

  g_variant_dict_insert (&options, "fallback", "b", should_be_fallback ());
  dict = g_variant_ref_sink (g_variant_dict_end (&options));
  /* In a thread: the prompt blocks while it waits for the password, and Ctrl-C must work. */
  return polkit_agent_listener_register_with_options (
    listener, POLKIT_AGENT_REGISTER_FLAGS_RUN_IN_THREAD, subject, NULL, dict, NULL, NULL);
}

KexecAgent *
kexec_agent_start (void)
{
  g_autoptr (PolkitAgentListener) listener = NULL;
  struct termios terminal;
  gpointer registration;
  KexecAgent *self;

  if (geteuid () == 0 || tcgetattr (STDIN_FILENO, &terminal) < 0)
    return NULL;
  listener = polkit_agent_text_listener_new (NULL, NULL);
  if (listener == NULL)
    return NULL;
  registration = register_listener (listener);
  if (registration == NULL)
    return NULL;
  self = g_new0 (KexecAgent, 1);
  self->listener = g_steal_pointer (&listener);
  self->registration = registration;
  self->terminal = terminal;
  return self;
}

void
kexec_agent_give_up_prompt (KexecAgent *self)
{
  struct termios now;

  /* An open prompt has switched the echo off. */
  if (tcgetattr (STDIN_FILENO, &now) < 0 || now.c_lflag == self->terminal.c_lflag)
    return;
  /* Half a password must not reach the shell. */
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &self->terminal);
  g_printerr ("\n");
}

void
kexec_agent_stop (KexecAgent *self)
{
  kexec_agent_give_up_prompt (self);
  /* To unregister would wait for the thread, and so for a prompt that nobody answers. polkit
   * forgets an agent when its connection closes. */
  g_free (self);
}

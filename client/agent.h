/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks for passwords on the terminal where polkit wants one and no other agent can. */
#pragma once

#include <glib.h>

typedef struct KexecAgent KexecAgent;

/**
 * kexec_agent_start:
 *
 * Registers a text agent for this process, in a thread of its own. Returns: (transfer full)
 * (nullable): the agent, or %NULL where none is needed or possible: without a terminal, as root,
 * without polkit. Then polkit uses another agent, or refuses.
 */
KexecAgent *kexec_agent_start (void);

/** Gives a prompt up that is still open, with the terminal as it was before. */
void kexec_agent_give_up_prompt (KexecAgent *self);

/** Stops it, and gives an open prompt up. */
void kexec_agent_stop (KexecAgent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecAgent, kexec_agent_stop)

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* No text agent: this build is without polkit's agent library. */
#include "client/agent.h"

KexecAgent *
kexec_agent_start (void)
{
  return NULL;
}

void
kexec_agent_give_up_prompt (KexecAgent *self)
{
}

void
kexec_agent_stop (KexecAgent *self)
{
}

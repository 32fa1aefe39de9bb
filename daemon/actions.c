/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of actions. A unit test holds it against the policy file that is installed. */
#include "daemon/actions.h"

#include "daemon/names.h"

#define BIT(action) KEXEC_ACTION_BIT (KEXEC_ACTION_##action)

/* A row reads better than a column. */
/* clang-format off */
static const KexecActionInfo table[] = {
#define TO "Authentication is required to "
  [KEXEC_ACTION_STAGE_CUSTOM] = {
    KEXEC_ACTION_PREFIX "stage-custom", BIT (STAGE_ENTRY) | BIT (STAGE_DEFAULT),
    TO "prepare a fast reboot into $(title). This gives full control of the"
    " machine. Command line: $(cmdline)" },
  [KEXEC_ACTION_STAGE_ENTRY] = {
    KEXEC_ACTION_PREFIX "stage-entry", BIT (STAGE_DEFAULT),
    TO "prepare a fast reboot into $(title)." },
  [KEXEC_ACTION_STAGE_DEFAULT] = {
    KEXEC_ACTION_PREFIX "stage-default", 0,
    TO "prepare a fast reboot into the default kernel." },
  [KEXEC_ACTION_UNSTAGE] = {
    KEXEC_ACTION_PREFIX "unstage", 0,
    TO "drop the staged kernel." },
  [KEXEC_ACTION_EXECUTE_IMMEDIATE] = {
    KEXEC_ACTION_PREFIX "execute-immediate", BIT (EXECUTE) | BIT (SET_WALL_MESSAGE),
    TO "jump into $(title) without a shutdown. Data can be lost." },
  [KEXEC_ACTION_EXECUTE_IGNORE_INHIBIT] = {
    KEXEC_ACTION_PREFIX "execute-ignore-inhibit", BIT (EXECUTE) | BIT (SET_WALL_MESSAGE),
    TO "reboot into $(title) although this asks not to: $(inhibitors)" },
  [KEXEC_ACTION_EXECUTE_MULTIPLE_SESSIONS] = {
    KEXEC_ACTION_PREFIX "execute-multiple-sessions", BIT (EXECUTE) | BIT (SET_WALL_MESSAGE),
    TO "reboot into $(title) while others are logged in: $(sessions)" },
  [KEXEC_ACTION_EXECUTE] = {
    KEXEC_ACTION_PREFIX "execute", BIT (SET_WALL_MESSAGE),
    TO "reboot into $(title)." },
  [KEXEC_ACTION_SET_WALL_MESSAGE] = {
    KEXEC_ACTION_PREFIX "set-wall-message", 0,
    TO "send a message to everyone before a reboot." },
  [KEXEC_ACTION_INSPECT] = {
    KEXEC_ACTION_PREFIX "inspect", 0,
    TO "see the installed kernels and the staged image." },
#undef TO
};
/* clang-format on */

G_STATIC_ASSERT (G_N_ELEMENTS (table) == KEXEC_N_ACTIONS);

const KexecActionInfo *
kexec_action_info (KexecAction action)
{
  g_return_val_if_fail (action < KEXEC_N_ACTIONS, NULL);
  return &table[action];
}

int
kexec_action_from_id (const char *id)
{
  for (int action = 0; action < KEXEC_N_ACTIONS; action++)
    if (g_str_equal (table[action].id, id))
      return action;
  return -1;
}

KexecActions
kexec_actions_closure (KexecActions actions)
{
  KexecActions closure = actions;

  for (guint action = 0; action < KEXEC_N_ACTIONS; action++)
    if (actions & KEXEC_ACTION_BIT (action))
      closure |= table[action].includes;
  return closure;
}

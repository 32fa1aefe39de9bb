/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The polkit actions as data: what each is called, what it includes, what a prompt for it says. */
#pragma once

#include <glib.h>

/* In the order in which they are asked: the most powerful first, since it includes others. */
typedef enum {
  KEXEC_ACTION_STAGE_CUSTOM,
  KEXEC_ACTION_STAGE_ENTRY,
  KEXEC_ACTION_STAGE_DEFAULT,
  KEXEC_ACTION_UNSTAGE,
  KEXEC_ACTION_EXECUTE_IMMEDIATE,
  KEXEC_ACTION_EXECUTE_IGNORE_INHIBIT,
  KEXEC_ACTION_EXECUTE_MULTIPLE_SESSIONS,
  KEXEC_ACTION_EXECUTE,
  KEXEC_ACTION_SET_WALL_MESSAGE,
  KEXEC_ACTION_INSPECT,
  KEXEC_N_ACTIONS
} KexecAction;

/* A set of actions: bits of 1 << KexecAction. */
typedef guint32 KexecActions;
#define KEXEC_ACTION_BIT(action) (1u << (action))

typedef struct {
  const char *id;        /* "org.kexec.manager.stage-entry" */
  KexecActions includes; /* what else it allows, as the policy's imply annotations say */
  const char
    *message; /* for the prompt; polkit fills in $(title) and its like from the request's details */
} KexecActionInfo;

const KexecActionInfo *kexec_action_info (KexecAction action);

/** Returns: the action with this id, or -1. */
int kexec_action_from_id (const char *id);

/** Returns: @actions and everything that they include. */
KexecActions kexec_actions_closure (KexecActions actions);

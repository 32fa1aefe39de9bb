/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/stage-action.h"

#include "daemon/ownership.h"
#include "image/cmdline.h"

#define BIT(action) KEXEC_ACTION_BIT (KEXEC_ACTION_##action)

KexecAction
kexec_stage_entry_action (const KexecEntry *entry, guint32 uid)
{
  g_autofree char *shell = entry->cmdline_origin == KEXEC_CMDLINE_BORROWED
                             ? kexec_cmdline_opens_shell (entry->cmdline)
                             : NULL;

  /* Who may boot it from the menu knows a password; whoever opens a shell is root. */
  if (!entry->is_trusted || entry->is_locked || shell != NULL)
    return KEXEC_ACTION_STAGE_CUSTOM;
  if (entry->is_default && (!entry->is_default_guessed || (entry->is_default_detected && uid == 0)))
    return KEXEC_ACTION_STAGE_DEFAULT;
  return KEXEC_ACTION_STAGE_ENTRY;
}

gboolean
kexec_stage_changes_cmdline (const KexecRequest *request)
{
  const char *append = kexec_options_get_string (request->options, "append");

  return kexec_options_get_string (request->options, "cmdline") != NULL ||
         (append != NULL && *append != '\0');
}

KexecAction
kexec_stage_action (const KexecRequest *request)
{
  if (request->entry == NULL || kexec_stage_changes_cmdline (request))
    return KEXEC_ACTION_STAGE_CUSTOM;
  return kexec_stage_entry_action (request->entry, request->uid);
}

KexecActions
kexec_stage_shape (KexecRequest *request)
{
  KexecActions action = kexec_stage_changes_cmdline (request) ? BIT (STAGE_CUSTOM)
                        : *request->entry_id == '\0'          ? BIT (STAGE_DEFAULT)
                                                              : BIT (STAGE_ENTRY);

  return action | kexec_ownership_need (request->service, request->uid);
}

KexecActions
kexec_stage_need (KexecRequest *request)
{
  if (request->is_kept)
    return kexec_stage_shape (request);
  return KEXEC_ACTION_BIT (kexec_stage_action (request)) |
         kexec_ownership_need (request->service, request->uid);
}

KexecActions
kexec_stage_files_shape (KexecRequest *request)
{
  return BIT (STAGE_CUSTOM);
}

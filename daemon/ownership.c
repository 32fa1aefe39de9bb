/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/ownership.h"

#include "image/error.h"

KexecActions
kexec_ownership_need (KexecService *service, guint32 uid)
{
  const KexecRecord *record = service->record;

  return record != NULL && record->uid != uid && uid != 0 ? KEXEC_ACTION_BIT (record->action) : 0;
}

gboolean
kexec_ownership_check_busy (KexecService *service, guint32 uid, GError **error)
{
  if (service->handing_over)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                         "The machine is about to reboot; nothing can be changed any more");
  else if (service->staging)
    g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                         "An image is being staged; try again when that has finished");
  else if (service->schedule != NULL && service->schedule->uid != uid && uid != 0)
    g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_BUSY,
                 "A reboot that uid %u scheduled is waiting for its time; cancel it first with"
                 " 'kexecctl cancel'",
                 service->schedule->uid);
  else
    return TRUE;
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An execution: what was asked and authorized. One that waits for its time is kept in /run. */
#pragma once

#include "daemon/actions.h"

typedef struct {
  guint32 uid; /* who asked */
  gint64 when; /* µs, CLOCK_REALTIME; 0: now */
  char
    *stage_id; /* the image it was authorized for; "" if there is none yet, or for a cold reboot */
  char *message; /* nullable */
  char *shown;   /* (nullable): the mirror's id, as the init system has it */
  gboolean ignore_inhibitors;
  gboolean allow_cold_reboot;
  gboolean load; /* nothing is staged: the default entry is, when its time has come */
  gboolean immediate;
  KexecActions granted; /* what the caller was authorized to */
} KexecSchedule;

KexecSchedule *kexec_schedule_new (void);
void kexec_schedule_free (KexecSchedule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecSchedule, kexec_schedule_free)

gboolean kexec_schedule_save (const KexecSchedule *self, int runtime_fd, const char *boot_id,
                              GError **error);
/** Returns: (transfer full) (nullable): the schedule of this boot. */
KexecSchedule *kexec_schedule_load (int runtime_fd, const char *boot_id);
/** Forgets a saved schedule. */
void kexec_schedule_remove (int runtime_fd);

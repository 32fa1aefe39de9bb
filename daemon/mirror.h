/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mirror: what the init system shows users of our schedule, so that its own tools announce it
 * and can cancel it ("shutdown --show", wall messages, "shutdown -c"). It fires nothing: the timer
 * is ours. Where it disappears before its time, somebody has cancelled the reboot.
 */
#pragma once

#include "daemon/reboot.h"

typedef struct KexecService KexecService;

typedef struct {
  char *id;                          /* of what users are shown; NULL: nothing */
  const KexecRebootBackend *backend; /* … and by whom */
  gint64 ends;   /* … and when what counts minutes may end by itself: µs, CLOCK_MONOTONIC */
  gboolean busy; /* the init system is being asked */
  gboolean late; /* … and the schedule has changed since */
  guint changes; /* how often what is shown has changed */
  GFileMonitor *monitor;
  guint retry; /* of a look that had no answer */
  void (*settled) (gpointer user_data);
  gpointer settled_data;
} KexecMirror;

/** Brings what users are shown into line with the service's schedule; during a hand-over, nothing
 * is changed. Call it whenever either has changed. */
void kexec_mirror_update (KexecService *service);

/** The back-end may have been away, and may have forgotten what it showed: then it shows it again.
 */
void kexec_mirror_renew (KexecService *service);

/**
 * kexec_mirror_wait:
 *
 * Returns: whether the init system is being asked now; then @callback is called once it has
 * answered. Only for the one execution that there can be.
 */
gboolean kexec_mirror_wait (KexecService *service, void (*callback) (gpointer user_data),
                            gpointer user_data);

/** Takes over what an earlier daemon of this boot showed of the service's schedule. */
void kexec_mirror_recover (KexecService *service);

/** After that, once it is known what becomes of the schedule: looks whether it is still shown, and
 * shows it if it never was. */
void kexec_mirror_resume (KexecService *service);

/** Whether a scheduled shutdown that the init system knows of is only the mirror of ours; said of a
 * look after which the mirror has changed, "no" may be wrong. */
gboolean kexec_mirror_is_ours (const KexecService *service, const KexecShutdown *shutdown);

void kexec_mirror_clear (KexecMirror *self);

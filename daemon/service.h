/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service: the one place where the daemon's state lives, from what an earlier daemon left until
 * the daemon may go. What is done with it has files of its own: slot.h for what is staged,
 * timetable.h for what is scheduled, properties.h for what is shown of it.
 */
#pragma once

#include <gio/gio.h>

#include "daemon/authority.h"
#include "daemon/environment.h"
#include "daemon/list-memory.h"
#include "daemon/manager.h"
#include "daemon/mirror.h"
#include "daemon/reboot.h"
#include "daemon/record.h"
#include "daemon/schedule.h"
#include "daemon/stale.h"
#include "daemon/verdicts.h"

typedef struct KexecRequest KexecRequest;

struct KexecService {
  const KexecEnvironment *environment;
  GDBusConnection *connection;
  KexecManager *manager;
  KexecAuthority *authority;
  const KexecRebootBackend *backend;

  KexecRecord *record;     /* of our image in the slot; NULL: none of ours is there */
  KexecSchedule *schedule; /* waiting for its time, or NULL */
  KexecMirror mirror;      /* … and what the init system's tools show of it */
  gboolean staging;        /* a Stage is under way */
  gboolean handing_over;   /* asked the init system to shut down, or about to */
  gboolean executing;      /* an execution is on its way to that, or to a failure */
  gboolean foreign_logged;

  GSource *schedule_timer;
  GSource *expiry_timer;
  GSource *handover_timer;
  guint prepare_signal; /* subscription to logind's PrepareForShutdown */
  guint login_watch;
  gboolean knows_login; /* it has told whether logind is there */
  guint idle_timer;

  GHashTable *requests_of_uid; /* uid → number of requests in flight */
  GQueue requests;             /* KexecRequest: of everyone together */
  gint64 refusals_since;       /* µs, monotonic: when counting refusals in the log began */
  guint refusals;              /* … and how many there have been since */
  KexecRequest *worker;        /* the request whose verification is under way */
  GQueue waiting;              /* KexecRequest: for the worker, Stage before Check */
  KexecRequest *scheduling;    /* for whose schedule the default entry is being checked */
  KexecVerdicts *verdicts;     /* what checks found */
  KexecListMemory list_memory; /* what was listed last */
  gboolean is_listing;         /* a listing is under way */
  GQueue waiting_to_list;      /* KexecRequest: who asked since it began */
  KexecStaleWatch stale_watch; /* on the files of what is staged */
  gboolean is_draining;        /* the daemon ends: nothing new is begun */

  void (*quit) (gpointer user_data); /* nothing is left to do */
  gpointer quit_data;
};

/**
 * kexec_service_new:
 * @quit: called when nothing is staged, scheduled or under way and no client has come for
 *   KEXEC_IDLE_EXIT_SEC
 *
 * Finds the state that an earlier daemon left and exports the object.
 */
KexecService *kexec_service_new (const KexecEnvironment *environment, GDBusConnection *connection,
                                 void (*quit) (gpointer user_data), gpointer user_data,
                                 GError **error);
void kexec_service_free (KexecService *self);

/** Stops what can be stopped, and waits for a load that has begun. */
void kexec_service_drain (KexecService *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecService, kexec_service_free)

/** Somebody is using the daemon: idle time begins anew. */
void kexec_service_touch (KexecService *self);

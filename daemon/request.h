/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One call of a method: its frozen arguments, its caller, what the caller has been authorized to,
 * and what was found for it. It is answered exactly once.
 */
#pragma once

#include "boot/entry.h"
#include "daemon/login.h"
#include "daemon/options.h"
#include "daemon/service.h"
#include "daemon/staging.h"

typedef struct {
  const char *name;   /* of the D-Bus method */
  const char *signal; /* of the generated skeleton */
  const KexecOption *options;

  /* Whether this only tells what would be allowed: nobody is asked, errors become answers. */
  gboolean probe;

  /* Looks at the arguments; no state. (nullable) */
  gboolean (*check) (KexecRequest *request, GError **error);
  /* Looks at the state, before anybody is asked and again right before the run. (nullable) */
  gboolean (*prepare) (KexecRequest *request, GError **error);
  /* What the request needs by its shape alone, before anything is resolved. */
  KexecActions (*shape) (KexecRequest *request);
  /* Finds what the request is about; ends in kexec_dispatch_resolved(). (nullable) */
  void (*resolve) (KexecRequest *request);
  /* What it needs now that it is resolved; NULL: the same as the shape. */
  KexecActions (*need) (KexecRequest *request);
  /* Does it, and answers. */
  void (*run) (KexecRequest *request);
  /* Called before it is answered with an error. (nullable) */
  void (*failed) (KexecRequest *request, const GError *error);
} KexecMethod;

struct KexecRequest {
  gatomicrefcount ref_count;
  KexecService *service;
  const KexecMethod *method;
  GDBusMethodInvocation *invocation; /* NULL once answered */
  GCancellable *cancellable;         /* cancelled when the caller leaves */
  guint sender_watch;
  char *sender;
  guint32 uid;
  gboolean is_counted; /* in the service's requests_of_uid */
  gboolean interactive;
  gboolean may_inspect; /* errors may tell what exists */

  /* Frozen arguments. */
  GVariant *parameters;
  GVariant *options; /* a{sv} */
  const char *entry_id;
  GArray *fds;      /* int, owned: the kernel first */
  gboolean is_late; /* with "during-shutdown"; see late-load.h */

  /* Authorization. */
  KexecActions granted;
  KexecActions asking; /* the one action that polkit is asked for now */
  gboolean has_asked;  /* since it was resolved last */
  guint rounds;
  char *seen_stage_id; /* what was staged when it was asked for; "": nothing */

  /* What resolving found. */
  gboolean is_resolved;
  gboolean is_kept; /* what is staged stays, and there is no entry */
  KexecEntry *entry;
  char *cmdline; /* the one that would be loaded */
  guint64 staged_lifetime_sec;
  KexecLogin *login;
  guint mirror_changes; /* … which was asked for when the mirror had changed so often */

  gboolean is_executing; /* from here on its caller's leaving changes nothing */

  /* The verification; see worker.h. */
  void (*start) (KexecRequest *request); /* what is called when its turn has come */
  KexecStaging *staging;                 /* … and what it works on from then on */
};

KexecRequest *kexec_request_new (KexecService *service, const KexecMethod *method,
                                 GDBusMethodInvocation *invocation);
KexecRequest *kexec_request_ref (KexecRequest *self);
void kexec_request_unref (KexecRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecRequest, kexec_request_unref)

/** Answers with @value (floating: sunk), a tuple; does nothing if it was answered already. */
void kexec_request_return (KexecRequest *self, GVariant *value);

/** Answers with an error; for a probe, with the answer that it means. Takes @error. */
void kexec_request_fail (KexecRequest *self, GError *error);

/** What @error says; of a request that was cancelled, why it was. */
const char *kexec_request_sentence (const KexecRequest *self, const GError *error);

/** Stops what is under way for it, as if its caller had left. */
void kexec_request_cancel (KexecRequest *self);

/** Answers a probe with "yes". */
void kexec_request_answer_yes (KexecRequest *self);

/** Returns: (transfer full): what a prompt says this request is about. */
GHashTable *kexec_request_details (const KexecRequest *self);

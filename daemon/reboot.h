/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reboot back-ends: each init system's way to an orderly shutdown. One file, one row in reboot.c.
 *
 * The timer of a scheduled reboot is kexecd's own, which looks at everything again when it fires;
 * schedule() only shows users what is coming, and lets them cancel it, by the means they know.
 */
#pragma once

#include <gio/gio.h>

#include "daemon/environment.h"

/* What is asked of a back-end. */
typedef struct {
  gboolean kexec;             /* into the staged image; else an ordinary reboot */
  gboolean ignore_inhibitors; /* authorized to pass over them */
  gboolean is_shown;          /* reboot() only: schedule() showed it before; whoever asks says it
                                 where it does not come */
  const char *message;        /* (nullable): for everyone who is logged in */
  gint64 when;                /* schedule() only: µs, CLOCK_REALTIME */
  guint32 uid;                /* schedule() only: who asked for it */
} KexecRebootRequest;

/* The shutdown that the init system has before it, whoever asked for it. */
typedef struct {
  gboolean preparing; /* one is under way */
  char *scheduled;    /* what is scheduled, as a person reads it: "reboot"; NULL: nothing */
  char *id;           /* which one that is; what schedule() returned, if it is ours */
  gboolean is_login1; /* it is login1's, which need not be the init system's */
} KexecShutdown;

void kexec_shutdown_clear (KexecShutdown *self);

/* Only probe(), reach() and check() are called from the main loop; the others from a worker, and
 * may take their time. Each but probe() and reboot() may be NULL. */
typedef struct {
  const char *name; /* as the RebootBackend property has it */

  /* Whether this is how this machine reboots now. May make short calls on the bus. */
  gboolean (*probe) (const KexecEnvironment *environment, GDBusConnection *connection);

  /* Whether init can be asked for any shutdown; else %FALSE with NoRebootBackend and what would
   * change that. As check(), which is asked after it. NULL: it always can. */
  gboolean (*reach) (const KexecEnvironment *environment, GError **error);

  /* Whether a shutdown can end in a kexec at all; else %FALSE with NoRebootBackend and what would
   * change that. Reads files only; asked again before reboot(). NULL: it always can. */
  gboolean (*check) (const KexecEnvironment *environment, GError **error);

  /* Adds what it knows of a coming shutdown to what login1 said, of which nothing is replaced.
   * NULL: login1 says it all. */
  void (*look) (const KexecEnvironment *environment, GDBusConnection *connection,
                KexecShutdown *shutdown);

  /* Begins the shutdown, and returns when it has begun, or is sure to. Returns %FALSE with
   * NoRebootBackend, Inhibited or Failed if it did not begin: what happened, and what to do. What
   * becomes of the image then, the caller knows and says. */
  gboolean (*reboot) (const KexecEnvironment *environment, GDBusConnection *connection,
                      const KexecRebootRequest *request, GError **error);

  /* Tells everyone about a reboot at @request->when. Returns: (transfer full): its id, as look()
   * tells it from others'; "" if the users were told but nothing of it can be seen. */
  char *(*schedule) (const KexecEnvironment *environment, GDBusConnection *connection,
                     const KexecRebootRequest *request, GError **error);

  /* Takes back what schedule() showed under @id, if it is still there, and unless @quiet tells
   * everyone that it does not come. */
  void (*cancel) (const KexecEnvironment *environment, GDBusConnection *connection, const char *id,
                  gboolean quiet);

  /* Whether what schedule() showed counts minutes, and is done when they are over, whatever the
   * clock says by then. */
  gboolean counts_minutes;

  /* The file, an absolute path, that comes and goes with what schedule() showed. */
  const char *trace;

  /* The command with which a person cancels what look() finds, ours or another tool's. NULL: this
   * init system schedules nothing. */
  const char *cancel_command;
} KexecRebootBackend;

/** systemd with logind; built with -Dsystemd. */
extern const KexecRebootBackend kexec_reboot_logind;
/** systemd where logind is masked or not installed; built with -Dsystemd. */
extern const KexecRebootBackend kexec_reboot_systemd;
/** OpenRC's own init. */
extern const KexecRebootBackend kexec_reboot_openrc;
/** sysvinit, with or without OpenRC, where its last step kexecs. */
extern const KexecRebootBackend kexec_reboot_sysvinit;
/** Takes the place of one where there is none: its reboot always fails with NoRebootBackend. */
extern const KexecRebootBackend kexec_reboot_none;

/** Returns: whether what is scheduled is elogind's, beside an init system that schedules as well.
 */
gboolean kexec_shutdown_is_elogind (const KexecShutdown *self, const KexecRebootBackend *backend);

/** Returns: the back-end of this machine, the placeholder if there is none. */
const KexecRebootBackend *kexec_reboot_probe (const KexecEnvironment *environment,
                                              GDBusConnection *connection);

/**
 * kexec_reboot_reach:
 *
 * Returns: whether @backend can reboot at all; else NoRebootBackend with a sentence that names it.
 * Any thread may ask.
 */
gboolean kexec_reboot_reach (const KexecRebootBackend *backend, const KexecEnvironment *environment,
                             GError **error);

/**
 * kexec_reboot_check_wanted:
 *
 * Returns: %FALSE with NoRebootBackend if an administrator of OpenRC made the file /nokexec, with
 * which the next reboot is to go through the firmware.
 */
gboolean kexec_reboot_check_wanted (const KexecEnvironment *environment, GError **error);

/**
 * kexec_reboot_check:
 *
 * Returns: whether a shutdown through @backend can end in a kexec, all of the above included; else
 * NoRebootBackend with a sentence that names the back-end. Any thread may ask.
 */
gboolean kexec_reboot_check (const KexecRebootBackend *backend, const KexecEnvironment *environment,
                             GError **error);

/** Makes of a program's @error the sentence that the shutdown did not begin; @remedy: what to do.
 */
void kexec_reboot_explain (GError **error, const char *remedy);

/**
 * kexec_reboot_async:
 * @shown: (nullable): the id under which schedule() showed the same reboot before, taken back first
 *
 * Begins the shutdown in a worker; the strings are copied.
 */
void kexec_reboot_async (const KexecRebootBackend *backend, const KexecEnvironment *environment,
                         GDBusConnection *connection, const KexecRebootRequest *request,
                         const char *shown, GAsyncReadyCallback callback, gpointer user_data);
gboolean kexec_reboot_finish (GAsyncResult *result, GError **error);

/**
 * kexec_reboot_show_async:
 * @request: (nullable): what to show users; %NULL: nothing any more
 * @shown: (nullable): the id of what they were shown until now, taken back first
 * @quiet: whether that needs no word
 */
void kexec_reboot_show_async (const KexecRebootBackend *backend,
                              const KexecEnvironment *environment, GDBusConnection *connection,
                              const KexecRebootRequest *request, const char *shown, gboolean quiet,
                              GAsyncReadyCallback callback, gpointer user_data);
/** Returns: (transfer full) (nullable): the id of what is shown now; %NULL without an error if
 * nothing is. */
char *kexec_reboot_show_finish (GAsyncResult *result, GError **error);

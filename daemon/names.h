/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every name that the daemon shares with the outside: bus, files, limits. */
#pragma once

#define KEXEC_BUS_NAME       "org.kexec.Manager"
#define KEXEC_BUS_PATH       "/org/kexec/Manager"
#define KEXEC_BUS_INTERFACE  "org.kexec.Manager"
#define KEXEC_ACTION_PREFIX  "org.kexec.manager."
#define KEXEC_GETTEXT_DOMAIN "kexecd"

#define LOGIN1_BUS_NAME          "org.freedesktop.login1"
#define LOGIN1_PATH              "/org/freedesktop/login1"
#define LOGIN1_INTERFACE         "org.freedesktop.login1.Manager"
#define LOGIN1_ERROR_INHIBITED   "org.freedesktop.login1.BlockedByInhibitorLock"
#define LOGIN1_ERROR_IN_PROGRESS "org.freedesktop.login1.OperationInProgress"
#define LOGIN1_SESSION           "org.freedesktop.login1.Session"

#define SYSTEMD1_BUS_NAME  "org.freedesktop.systemd1"
#define SYSTEMD1_PATH      "/org/freedesktop/systemd1"
#define SYSTEMD1_INTERFACE "org.freedesktop.systemd1.Manager"
#define SYSTEMD1_UNIT      "org.freedesktop.systemd1.Unit"
#define LOGIND_UNIT        "systemd-logind.service"

/* In the runtime directory: gone with this boot. */
#define KEXEC_RUNTIME_DIR   "/run/kexecd"
#define KEXEC_FILE_STAGED   "staged"
#define KEXEC_FILE_SCHEDULE "schedule"

/* In the state directory: survives the reboot. */
#define KEXEC_STATE_DIR    "/var/lib/kexecd"
#define KEXEC_FILE_PENDING "pending"
#define KEXEC_FILE_LAST    "last-execution"

/* Limits on what a caller controls. */
#define KEXEC_MAX_ENTRY_ID     255 /* bytes */
#define KEXEC_MAX_TITLE        255
#define KEXEC_MAX_PROFILE      255
#define KEXEC_MAX_MESSAGE      255
#define KEXEC_MAX_STAGE_ID     64
#define KEXEC_MAX_INITRDS      15 /* dbus-daemon passes 16 descriptors */
#define KEXEC_MAX_KERNEL_SIZE  (G_GUINT64_CONSTANT (512) << 20)  /* bytes */
#define KEXEC_MAX_INITRD_SIZE  (G_GUINT64_CONSTANT (2047) << 20) /* of all initrds, padded */
#define KEXEC_MAX_REQUESTS     64                 /* in flight, of everyone together */
#define KEXEC_MAX_LISTING      (16 * 1024 * 1024) /* bytes of an answer to ListEntries */
#define KEXEC_MAX_REQUESTS_UID 8                  /* in flight, of one uid */
#define KEXEC_MAX_REFUSALS     30                 /* in the log, in a minute */
#define KEXEC_MAX_WHEN_SEC     (366 * 24 * 3600)  /* how far ahead a reboot can be scheduled */

/* Patience. */
#define KEXEC_IDLE_EXIT_SEC 30  /* nothing to do, no client */
#define KEXEC_LOCK_SEC      3   /* another daemon runs */
#define KEXEC_STALL_SEC     30  /* a read that makes no progress */
#define KEXEC_DRAIN_SEC     5   /* at the end, for a listing that nothing can stop */
#define KEXEC_HANDOVER_SEC  120 /* from the hand-over to the beginning of the shutdown */
#define KEXEC_LATE_SEC      300 /* a scheduled time that was missed by more is cancelled */

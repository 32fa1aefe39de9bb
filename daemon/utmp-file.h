/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* utmp(5): who is logged in, and the runlevel, where no login1 says so. */
#pragma once

#include <glib.h>

typedef struct {
  char *user;
  char *line; /* "tty2", "pts/0" */
  GPid pid;   /* of the session's first process */
} KexecUtmpSession;

typedef struct {
  GPtrArray *sessions; /* (element-type KexecUtmpSession) */
  char runlevel;       /* '6'; 0 if there is none */
} KexecUtmp;

/** Parses @size bytes, records in the layout of this machine; never fails: what is no record of
 * either kind is passed over, and so is what comes after the thousandth session. */
KexecUtmp *kexec_utmp_parse (const void *data, gsize size);

/** Reads /run/utmp, or /var/run/utmp. Returns: (transfer full): empty where there is none. */
KexecUtmp *kexec_utmp_read (int root_fd);
void kexec_utmp_free (KexecUtmp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecUtmp, kexec_utmp_free)

/**
 * kexec_utmp_others:
 * @own_uid: the caller, whose own sessions are not "others"
 *
 * Returns: (transfer full) (element-type utf8): the sessions that live, as a person reads them:
 * "bob (tty2)". A user without an account is somebody else.
 */
GPtrArray *kexec_utmp_others (int root_fd, guint32 own_uid);

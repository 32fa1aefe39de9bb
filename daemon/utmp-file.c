/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/utmp-file.h"

#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmp.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "daemon/text.h"

#define MAX_FILE     (1024 * 1024)
#define MAX_SESSIONS 1000

static void
session_free (gpointer data)
{
  KexecUtmpSession *self = data;

  g_free (self->user);
  g_free (self->line);
  g_free (self);
}

void
kexec_utmp_free (KexecUtmp *self)
{
  g_ptr_array_unref (self->sessions);
  g_free (self);
}

static void
add_session (KexecUtmp *self, const struct utmp *record)
{
  g_autofree char *user = g_strndup (record->ut_user, sizeof record->ut_user);
  g_autofree char *line = g_strndup (record->ut_line, sizeof record->ut_line);
  KexecUtmpSession *session;

  if (*user == '\0' || self->sessions->len == MAX_SESSIONS)
    return;
  session = g_new0 (KexecUtmpSession, 1);
  session->user = g_utf8_make_valid (user, -1);
  session->line = g_utf8_make_valid (line, -1);
  session->pid = record->ut_pid;
  g_ptr_array_add (self->sessions, session);
}

KexecUtmp *
kexec_utmp_parse (const void *data, gsize size)
{
  KexecUtmp *self = g_new0 (KexecUtmp, 1);
  struct utmp record;

  self->sessions = g_ptr_array_new_with_free_func (session_free);
  for (gsize i = 0; i + sizeof record <= size; i += sizeof record) {
    memcpy (&record, (const char *) data + i, sizeof record);
    if (record.ut_type == USER_PROCESS)
      add_session (self, &record);
    else if (record.ut_type == RUN_LVL)
      /* The one before is in the second byte. */
      self->runlevel = (char) (record.ut_pid & 0x7f);
  }
  return self;
}

static GByteArray *
read_file (int root_fd, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_RDONLY, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 buffer[sizeof (struct utmp) * 16];
  struct stat st;
  ssize_t n;

  if (fd < 0 || fstat (fd, &st) != 0 || !S_ISREG (st.st_mode))
    return NULL;
  while (bytes->len < MAX_FILE && (n = read (fd, buffer, sizeof buffer)) > 0)
    g_byte_array_append (bytes, buffer, (guint) n);
  return g_steal_pointer (&bytes);
}

KexecUtmp *
kexec_utmp_read (int root_fd)
{
  g_autoptr (GByteArray) bytes = read_file (root_fd, "/run/utmp");

  if (bytes == NULL)
    bytes = read_file (root_fd, "/var/run/utmp");
  return kexec_utmp_parse (bytes != NULL ? bytes->data : NULL, bytes != NULL ? bytes->len : 0);
}

static gboolean
lives (int root_fd, GPid pid)
{
  g_autofree char *path = g_strdup_printf ("proc/%d", pid);

  return pid > 0 && faccessat (root_fd, path, F_OK, 0) == 0;
}

static gboolean
is_uid (const char *user, guint32 uid)
{
  struct passwd entry, *found = NULL;
  g_autofree char *buffer = g_malloc (65536);

  return getpwnam_r (user, &entry, buffer, 65536, &found) == 0 && found != NULL &&
         found->pw_uid == uid;
}

GPtrArray *
kexec_utmp_others (int root_fd, guint32 own_uid)
{
  g_autoptr (KexecUtmp) utmp = kexec_utmp_read (root_fd);
  GPtrArray *others = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < utmp->sessions->len; i++) {
    const KexecUtmpSession *session = utmp->sessions->pdata[i];
    g_autofree char *text = NULL;

    if (!lives (root_fd, session->pid) || is_uid (session->user, own_uid))
      continue;
    text = g_strdup_printf ("%s (%s)", session->user, session->line);
    g_ptr_array_add (others, kexec_text_sanitize (text));
  }
  return others;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/login.h"

#include <string.h>

#include "daemon/names.h"
#include "daemon/systemd1.h"
#include "daemon/text.h"
#include "daemon/utmp-file.h"
#include "image/error.h"

#define CALL_TIMEOUT 10000 /* ms */

void
kexec_login_free (KexecLogin *self)
{
  g_ptr_array_unref (self->sessions);
  g_ptr_array_unref (self->inhibitors);
  kexec_shutdown_clear (&self->shutdown);
  g_free (self);
}

static GVariant *
call (GDBusConnection *connection, const char *path, const char *interface, const char *method,
      GVariant *parameters, GCancellable *cancellable, GError **error)
{
  return g_dbus_connection_call_sync (connection, LOGIN1_BUS_NAME, path, interface, method,
                                      parameters, NULL, G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT,
                                      cancellable, error);
}

static GVariant *
get_properties (GDBusConnection *connection, const char *path, const char *interface,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) reply = call (connection, path, "org.freedesktop.DBus.Properties", "GetAll",
                                     g_variant_new ("(s)", interface), cancellable, error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

/* One that is gone by now is nobody's; any other error is one. */
static gboolean
is_gone (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT) ||
         g_strcmp0 (name, "org.freedesktop.login1.NoSuchSession") == 0;
}

/* A person's session: neither a greeter, nor the manager of a user's services, nor one that ends.
 */
static gboolean
is_person (GDBusConnection *connection, const char *path, GCancellable *cancellable,
           gboolean *ret_is_person, GError **error)
{
  static const char *const persons[] = {
    "user", "user-early", "user-light", "user-early-light", "user-incomplete", NULL
  };
  g_autoptr (GError) cause = NULL;
  g_autoptr (GVariant) properties =
    get_properties (connection, path, LOGIN1_SESSION, cancellable, &cause);
  const char *class = "", *state = "";

  if (properties == NULL && !is_gone (cause)) {
    g_propagate_error (error, g_steal_pointer (&cause));
    return FALSE;
  }
  if (properties != NULL) {
    g_variant_lookup (properties, "Class", "&s", &class);
    g_variant_lookup (properties, "State", "&s", &state);
  }
  *ret_is_person = g_strv_contains (persons, class) && !g_str_equal (state, "closing");
  return TRUE;
}

static gboolean
read_sessions (KexecLogin *self, GDBusConnection *connection, guint32 own_uid,
               GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) reply =
    call (connection, LOGIN1_PATH, LOGIN1_INTERFACE, "ListSessions", NULL, cancellable, error);
  g_autoptr (GVariantIter) iter = NULL;
  const char *id, *user, *seat, *path;
  guint32 uid;

  if (reply == NULL || !g_variant_is_of_type (reply, G_VARIANT_TYPE ("(a(susso))")))
    return FALSE;
  g_variant_get (reply, "(a(susso))", &iter);
  while (g_variant_iter_next (iter, "(&su&s&s&o)", &id, &uid, &user, &seat, &path)) {
    gboolean person = FALSE;

    if (uid == own_uid)
      continue;
    if (!is_person (connection, path, cancellable, &person, error))
      return FALSE;
    if (person)
      g_ptr_array_add (self->sessions, g_strdup_printf ("%s (session %s%s%s)", user, id,
                                                        *seat != '\0' ? " on " : "", seat));
  }
  return TRUE;
}

static gboolean
blocks_shutdown (const char *what, const char *mode, guint32 uid, guint32 own_uid)
{
  g_auto (GStrv) things = g_strsplit (what, ":", -1);

  if (!g_strv_contains ((const char *const *) things, "shutdown"))
    return FALSE;
  /* "block" binds everybody, "block-weak" (systemd 257) everybody but its owner. */
  return g_str_equal (mode, "block") || (g_str_equal (mode, "block-weak") && uid != own_uid);
}

static gboolean
read_inhibitors (KexecLogin *self, GDBusConnection *connection, guint32 own_uid,
                 GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) reply =
    call (connection, LOGIN1_PATH, LOGIN1_INTERFACE, "ListInhibitors", NULL, cancellable, error);
  g_autoptr (GVariantIter) iter = NULL;
  const char *what, *who, *why, *mode;
  guint32 uid, pid;

  if (reply == NULL || !g_variant_is_of_type (reply, G_VARIANT_TYPE ("(a(ssssuu))")))
    return FALSE;
  g_variant_get (reply, "(a(ssssuu))", &iter);
  while (g_variant_iter_next (iter, "(&s&s&s&suu)", &what, &who, &why, &mode, &uid, &pid)) {
    g_autofree char *clean_who = kexec_text_sanitize (who);
    g_autofree char *clean_why = kexec_text_sanitize (why);

    if (blocks_shutdown (what, mode, uid, own_uid))
      g_ptr_array_add (self->inhibitors, g_strdup_printf ("%s (uid %u, pid %u: '%s')", clean_who,
                                                          uid, pid, clean_why));
  }
  return TRUE;
}

char *
kexec_login_shutdown_id (const char *type, guint64 when)
{
  /* A logind whose last reboot did not begin goes on naming it, for the time 0 (seen of 252). */
  if (*type == '\0' || when == 0 || when == G_MAXUINT64)
    return NULL;
  /* Versions differ in whether they tell that nothing will be done. */
  return g_strdup_printf ("%s@%" G_GUINT64_FORMAT,
                          g_str_has_prefix (type, "dry-") ? type + strlen ("dry-") : type, when);
}

static gboolean
read_shutdown (KexecLogin *self, GDBusConnection *connection, GCancellable *cancellable,
               GError **error)
{
  g_autoptr (GVariant) properties =
    get_properties (connection, LOGIN1_PATH, LOGIN1_INTERFACE, cancellable, error);
  const char *type = "";
  guint64 when;

  if (properties == NULL)
    return FALSE;
  if (g_variant_lookup (properties, "ScheduledShutdown", "(&st)", &type, &when))
    self->shutdown.id = kexec_login_shutdown_id (type, when);
  if (self->shutdown.id != NULL) {
    self->shutdown.scheduled = g_strdup (type);
    self->shutdown.is_login1 = TRUE;
  }
  g_variant_lookup (properties, "PreparingForShutdown", "b", &self->shutdown.preparing);
  return TRUE;
}

/* How a bus says that nobody has the name, and that nobody could be started to take it. */
static gboolean
is_unanswered (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return name != NULL && (g_str_equal (name, "org.freedesktop.DBus.Error.ServiceUnknown") ||
                          g_str_equal (name, "org.freedesktop.DBus.Error.NameHasNoOwner") ||
                          g_str_has_prefix (name, "org.freedesktop.DBus.Error.Spawn."));
}

/* Under systemd, the answers are of many kinds where logind is masked ("FileExists"), and the same
 * where it crashes at this moment, with inhibitors that count: systemd knows which it is. */
static gboolean
is_absent (const KexecEnvironment *environment, GDBusConnection *connection, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (*error == NULL || !g_dbus_error_is_remote_error (*error))
    return FALSE;
  if (!kexec_systemd1_is_init (environment->root_fd))
    return is_unanswered (*error);
  if (kexec_systemd1_check_no_logind (connection, &cause))
    return TRUE;
  if (is_unanswered (*error)) {
    g_clear_error (error);
    *error = g_steal_pointer (&cause);
  }
  return FALSE;
}

typedef struct {
  const KexecEnvironment *environment;
  const KexecRebootBackend *backend;
  guint32 uid;
} Question;

static KexecLogin *
login_new (void)
{
  KexecLogin *self = g_new0 (KexecLogin, 1);

  self->sessions = g_ptr_array_new_with_free_func (g_free);
  self->inhibitors = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/* Returns: whether it is known now who is there: from login1, or where there is none, from utmp. */
static gboolean
read_login (KexecLogin *self, const Question *question, GDBusConnection *connection,
            GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (read_shutdown (self, connection, cancellable, &cause) &&
      read_inhibitors (self, connection, question->uid, cancellable, &cause) &&
      read_sessions (self, connection, question->uid, cancellable, &cause))
    return TRUE;
  if (!is_absent (question->environment, connection, &cause)) {
    if (cause != NULL)
      g_propagate_error (error, g_steal_pointer (&cause));
    return FALSE;
  }
  g_ptr_array_unref (self->sessions);
  self->sessions = kexec_utmp_others (question->environment->root_fd, question->uid);
  return TRUE;
}

static void
worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Question *question = task_data;
  g_autoptr (KexecLogin) self = login_new ();
  g_autoptr (GError) error = NULL;

  if (read_login (self, question, source, cancellable, &error)) {
    if (question->backend->look != NULL)
      question->backend->look (question->environment, source, &self->shutdown);
    g_task_return_pointer (task, g_steal_pointer (&self), (GDestroyNotify) kexec_login_free);
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
             g_error_matches (error, KEXEC_ERROR, KEXEC_ERROR_FAILED)) {
    g_task_return_error (task, g_steal_pointer (&error));
  } else {
    if (error != NULL)
      g_dbus_error_strip_remote_error (error);
    g_task_return_new_error (task, KEXEC_ERROR, KEXEC_ERROR_FAILED,
                             "logind did not say who is logged in and who asks not to shut down"
                             " (%s); look at its log",
                             error != NULL ? error->message : "unexpected answer");
  }
}

void
kexec_login_read_async (const KexecEnvironment *environment, const KexecRebootBackend *backend,
                        GDBusConnection *connection, guint32 uid, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (connection, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->environment = environment;
  question->backend = backend;
  question->uid = uid;
  g_task_set_task_data (task, question, g_free);
  g_task_run_in_thread (task, worker);
}

KexecLogin *
kexec_login_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

char *
kexec_login_join (const GPtrArray *names)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, "%s%s",
                            i == 0                ? ""
                            : i + 1 == names->len ? " and "
                                                  : ", ",
                            (const char *) names->pdata[i]);
  return g_string_free (text, FALSE);
}

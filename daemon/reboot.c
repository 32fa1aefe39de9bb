/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "daemon/reboot.h"

#include <fcntl.h>
#include <unistd.h>

#include "image/error.h"

/* OpenRC's service empties the slot where it finds this file. */
#define NO_KEXEC "nokexec"

static const KexecRebootBackend *const backends[] = {
#if HAVE_SYSTEMD
  &kexec_reboot_logind, &kexec_reboot_systemd,
#endif
  &kexec_reboot_openrc, &kexec_reboot_sysvinit, &kexec_reboot_none,
};

void
kexec_shutdown_clear (KexecShutdown *self)
{
  g_clear_pointer (&self->scheduled, g_free);
  g_clear_pointer (&self->id, g_free);
  self->preparing = self->is_login1 = FALSE;
}

gboolean
kexec_shutdown_is_elogind (const KexecShutdown *self, const KexecRebootBackend *backend)
{
  return self->is_login1 && backend->look != NULL;
}

const KexecRebootBackend *
kexec_reboot_probe (const KexecEnvironment *environment, GDBusConnection *connection)
{
  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    if (backends[i]->probe (environment, connection))
      return backends[i];
  return &kexec_reboot_none;
}

/* Takes the result of a question to @backend, which is named in the error. */
static gboolean
name_backend (const KexecRebootBackend *backend, gboolean ok, GError **error)
{
  if (!ok && backend != &kexec_reboot_none)
    g_prefix_error (error, "%s: ", backend->name);
  return ok;
}

gboolean
kexec_reboot_reach (const KexecRebootBackend *backend, const KexecEnvironment *environment,
                    GError **error)
{
  gboolean ok = backend->reach == NULL || backend->reach (environment, error);

  return name_backend (backend, ok, error);
}

gboolean
kexec_reboot_check_wanted (const KexecEnvironment *environment, GError **error)
{
  if (!kexec_environment_has_openrc (environment) ||
      faccessat (environment->root_fd, NO_KEXEC, F_OK, 0) != 0)
    return TRUE;
  g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_NO_REBOOT_BACKEND,
                       "The file /" NO_KEXEC " asks for a reboot through the firmware; remove it to"
                       " boot by kexec");
  return FALSE;
}

gboolean
kexec_reboot_check (const KexecRebootBackend *backend, const KexecEnvironment *environment,
                    GError **error)
{
  gboolean ok = (backend->reach == NULL || backend->reach (environment, error)) &&
                (backend->check == NULL || backend->check (environment, error)) &&
                kexec_reboot_check_wanted (environment, error);

  return name_backend (backend, ok, error);
}

void
kexec_reboot_explain (GError **error, const char *remedy)
{
  GError *cause = *error;

  *error = g_error_new (cause->domain, cause->code, "The shutdown did not begin: %s; %s",
                        cause->message, remedy);
  g_error_free (cause);
}

/* --- in workers --- */

typedef struct {
  const KexecRebootBackend *backend;
  const KexecEnvironment *environment;
  KexecRebootRequest request;
  gboolean has_request;
  char *message;
  char *shown;
  gboolean quiet;
} Job;

static void
job_free (Job *job)
{
  g_free (job->message);
  g_free (job->shown);
  g_free (job);
}

static void
run (const KexecRebootBackend *backend, const KexecEnvironment *environment,
     GDBusConnection *connection, const KexecRebootRequest *request, const char *shown,
     gboolean quiet, GTaskThreadFunc worker, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (connection, NULL, callback, user_data);
  Job *job = g_new0 (Job, 1);

  job->backend = backend;
  job->environment = environment;
  if (request != NULL) {
    job->has_request = TRUE;
    job->request = *request;
    job->request.message = job->message = g_strdup (request->message);
  }
  job->shown = g_strdup (shown);
  job->quiet = quiet;
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, worker);
}

static void
take_back (const Job *job, GDBusConnection *connection)
{
  if (job->shown != NULL && job->backend->cancel != NULL)
    job->backend->cancel (job->environment, connection, job->shown, job->quiet);
}

static void
reboot_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Job *job = task_data;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  /* It may have changed since the reboot was asked for. */
  ok = job->request.kexec ? kexec_reboot_check (job->backend, job->environment, &error)
                          : kexec_reboot_reach (job->backend, job->environment, &error);
  if (!ok) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  take_back (job, source);
  if (job->backend->reboot (job->environment, source, &job->request, &error)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  g_prefix_error (&error, "%s: ", job->backend->name);
  g_task_return_error (task, g_steal_pointer (&error));
}

void
kexec_reboot_async (const KexecRebootBackend *backend, const KexecEnvironment *environment,
                    GDBusConnection *connection, const KexecRebootRequest *request,
                    const char *shown, GAsyncReadyCallback callback, gpointer user_data)
{
  run (backend, environment, connection, request, shown, TRUE, reboot_worker, callback, user_data);
}

gboolean
kexec_reboot_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
show_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Job *job = task_data;
  g_autoptr (GError) error = NULL;
  char *id = NULL;

  take_back (job, source);
  if (job->has_request && job->backend->schedule != NULL)
    id = job->backend->schedule (job->environment, source, &job->request, &error);
  if (error != NULL) {
    g_prefix_error (&error, "%s: ", job->backend->name);
    g_task_return_error (task, g_steal_pointer (&error));
  } else {
    g_task_return_pointer (task, id, g_free);
  }
}

void
kexec_reboot_show_async (const KexecRebootBackend *backend, const KexecEnvironment *environment,
                         GDBusConnection *connection, const KexecRebootRequest *request,
                         const char *shown, gboolean quiet, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  run (backend, environment, connection, request, shown, quiet, show_worker, callback, user_data);
}

char *
kexec_reboot_show_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "daemon/reboot.h"

#include "image/error.h"

static const KexecRebootBackend *const backends[] = {
#if HAVE_SYSTEMD
  &kexec_reboot_logind,
#endif
  &kexec_reboot_none,
};

const KexecRebootBackend *
kexec_reboot_probe (const KexecEnvironment *environment, GDBusConnection *connection)
{
  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    if (backends[i]->probe (environment, connection))
      return backends[i];
  return &kexec_reboot_none;
}

typedef struct {
  const KexecRebootBackend *backend;
  KexecRebootRequest request;
  char *message;
} Job;

static void
job_free (Job *job)
{
  g_free (job->message);
  g_free (job);
}

static void
worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Job *job = task_data;
  g_autoptr (GError) error = NULL;

  if (job->backend->reboot (source, &job->request, &error)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  g_prefix_error (&error, "%s: ", job->backend->name);
  g_task_return_error (task, g_steal_pointer (&error));
}

void
kexec_reboot_async (const KexecRebootBackend *backend, GDBusConnection *connection,
                    const KexecRebootRequest *request, GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (connection, NULL, callback, user_data);
  Job *job = g_new0 (Job, 1);

  job->backend = backend;
  job->request = *request;
  job->request.message = job->message = g_strdup (request->message);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, worker);
}

gboolean
kexec_reboot_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kexec-tools.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "daemon/text.h"

#define PATIENCE_SEC 120 /* it reads two files and copies them */
#define OUTPUT_MAX   512 /* bytes of what it says that are kept */

/* The descriptors as the program sees them. */
#define KERNEL_FD 3
#define INITRD_FD 4

/* Where distributions put it; nothing else is looked at. */
static const char *const paths[] = { "/usr/sbin/kexec", "/sbin/kexec" };

/* --- the program --- */

/* Whether root alone can change it. Returns: (transfer full) (nullable): why not. */
static char *
refuse_step (int root_fd, const char *path, const struct stat *st)
{
  struct stat root;

  if (fstat (root_fd, &root) < 0 || (st->st_uid != 0 && st->st_uid != root.st_uid))
    return g_strdup_printf ("%s belongs to user %u; give it to root (chown root)", path,
                            st->st_uid);
  if (st->st_mode & (S_IWGRP | S_IWOTH))
    return g_strdup_printf ("others than root can write %s; run chmod go-w", path);
  return NULL;
}

/* Judges what @path leads to and the directories that it names. */
static char *
refuse_program (int root_fd, const char *path)
{
  g_autofree char *step = g_strdup (path);

  for (;;) {
    kexec_autofd fd = kexec_beneath_open_in_root (root_fd, step, O_PATH, NULL);
    gboolean is_program = g_str_equal (step, path);
    struct stat st;
    char *refusal, *above;

    if (fd < 0 || fstat (fd, &st) < 0)
      return g_strdup_printf ("%s cannot be looked at; install kexec-tools again", step);
    if (is_program && (!S_ISREG (st.st_mode) || !(st.st_mode & S_IXUSR)))
      return g_strdup_printf ("%s is no program; install kexec-tools again", path);
    refusal = refuse_step (root_fd, step, &st);
    if (refusal != NULL || g_str_equal (step, "/"))
      return refusal;
    above = g_path_get_dirname (step);
    g_free (step);
    step = above;
  }
}

/* Returns: (nullable): where the program is. */
static const char *
find_program (int root_fd)
{
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    kexec_autofd fd = kexec_beneath_open_in_root (root_fd, paths[i], O_PATH, NULL);

    if (fd >= 0)
      return paths[i];
  }
  return NULL;
}

void
kexec_tools_check (const KexecEnvironment *environment, const KexecKernelFacts *facts,
                   KexecFindings *findings)
{
  const char *path = find_program (environment->root_fd);
  g_autofree char *refusal = path != NULL ? refuse_program (environment->root_fd, path) : NULL;

  if (path == NULL)
    kexec_findings_add (
      findings, KEXEC_FINDING_KEXEC_TOOLS_UNUSABLE, paths[0], NULL,
      "LoadMethod=kexec-tools is set, and there is no %s; install kexec-tools, or "
      "set LoadMethod=file",
      paths[0]);
  else if (refusal != NULL)
    kexec_findings_add (findings, KEXEC_FINDING_KEXEC_TOOLS_UNUSABLE, path, NULL,
                        "LoadMethod=kexec-tools is set, and %s", refusal);
  if (facts->lockdown != NULL && !g_str_equal (facts->lockdown, "none"))
    kexec_findings_add (findings, KEXEC_FINDING_KEXEC_TOOLS_LOCKDOWN, NULL, NULL,
                        "LoadMethod=kexec-tools is set, and the kernel is locked down (%s), which "
                        "forbids it; set LoadMethod=file, or reboot in the ordinary way",
                        facts->lockdown);
}

/* --- running it --- */

static GSubprocess *
start (const KexecEnvironment *environment, const char *path, int kernel_fd, int initrd_fd,
       const char *cmdline, GError **error)
{
  static const char *const clean[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *program = g_build_filename (environment->root, path, NULL);
  g_autofree char *kernel = g_strdup_printf ("/proc/self/fd/%d", KERNEL_FD);
  g_autofree char *initrd = g_strdup_printf ("--initrd=/proc/self/fd/%d", INITRD_FD);
  g_autofree char *line = g_strconcat ("--command-line=", cmdline, NULL);
  const char *const argv[] = {
    program, "--kexec-syscall", "--load", line, kernel, initrd_fd >= 0 ? initrd : NULL, NULL,
  };

  g_subprocess_launcher_set_environ (launcher, (char **) clean);
  g_subprocess_launcher_set_cwd (launcher, "/");
  g_subprocess_launcher_take_fd (launcher, fcntl (kernel_fd, F_DUPFD_CLOEXEC, 0), KERNEL_FD);
  if (initrd_fd >= 0)
    g_subprocess_launcher_take_fd (launcher, fcntl (initrd_fd, F_DUPFD_CLOEXEC, 0), INITRD_FD);
  return g_subprocess_launcher_spawnv (launcher, argv, error);
}

/* Reads to the end, so that the program can say what it likes. Returns: (transfer full): what it
 * said first, as one line. */
static char *
read_first_line (GInputStream *stream)
{
  char kept[OUTPUT_MAX + 1] = "";
  char rest[4096];
  gsize length = 0;
  gssize n;

  while ((n = g_input_stream_read (stream, rest, sizeof rest, NULL, NULL)) > 0) {
    gsize more = MIN ((gsize) n, OUTPUT_MAX - length);

    memcpy (kept + length, rest, more);
    length += more;
  }
  kept[length] = '\0';
  g_strchug (kept);
  kept[strcspn (kept, "\n")] = '\0';
  return kexec_text_sanitize (kept);
}

static gboolean
on_impatient (gpointer user_data)
{
  g_subprocess_force_exit (user_data);
  return G_SOURCE_REMOVE;
}

/* In the main context: this thread waits. */
static GSource *
start_timer (GSubprocess *process)
{
  GSource *timer = g_timeout_source_new_seconds (PATIENCE_SEC);

  g_source_set_callback (timer, on_impatient, g_object_ref (process), g_object_unref);
  g_source_attach (timer, NULL);
  return timer;
}

static gboolean
check_outcome (GSubprocess *process, const char *said, GError **error)
{
  if (g_subprocess_get_if_signaled (process))
    g_set_error (
      error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
      "kexec-tools was ended by signal %d, after %d seconds at most; run 'kexec -c -l' by "
      "hand to see why",
      g_subprocess_get_term_sig (process), PATIENCE_SEC);
  else if (g_subprocess_get_exit_status (process) != 0)
    g_set_error (
      error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
      "kexec-tools could not load it: %s; see LoadMethod= in kexecd.conf(5), which shows "
      "what the service's sandbox must allow",
      *said != '\0' ? said : "it does not say why");
  else
    return TRUE;
  return FALSE;
}

gboolean
kexec_tools_load (const KexecEnvironment *environment, int kernel_fd, int initrd_fd,
                  const char *cmdline, GError **error)
{
  g_autoptr (KexecKernelFacts) facts = kexec_kernel_facts_read (environment->root_fd);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GSource) timer = NULL;
  g_autofree char *said = NULL;

  /* The preflight was a while ago. */
  kexec_tools_check (environment, facts, findings);
  if (!kexec_findings_check (findings, error))
    return FALSE;
  process =
    start (environment, find_program (environment->root_fd), kernel_fd, initrd_fd, cmdline, error);
  if (process == NULL) {
    g_prefix_error (error, "kexec-tools cannot be run: ");
    return FALSE;
  }
  timer = start_timer (process);
  said = read_first_line (g_subprocess_get_stderr_pipe (process));
  g_subprocess_wait (process, NULL, NULL);
  g_source_destroy (timer);
  if (!check_outcome (process, said, error))
    return FALSE;
  if (kexec_kernel_slot (environment->root_fd) != KEXEC_SLOT_EMPTY)
    return TRUE;
  g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
                       "kexec-tools says that it has loaded the kernel, and nothing is loaded; see "
                       "whether it is the one of your distribution");
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kexec-tools.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "daemon/command.h"

#define PATIENCE_SEC 120 /* it reads two files and copies them */

/* The descriptors as the program sees them. */
#define KERNEL_FD 3
#define INITRD_FD 4

/* Where distributions put it; nothing else is looked at. */
static const char *const paths[] = { "/usr/sbin/kexec", "/sbin/kexec" };

/* --- the program --- */

/* Judges what @path leads to and the directories that it names. Returns: (transfer full)
 * (nullable): why root is not the only one who can change it. */
static char *
refuse_program (int root_fd, const char *path)
{
  g_autofree char *step = g_strdup (path);

  for (;;) {
    kexec_autofd fd = kexec_beneath_open_in_root (root_fd, step, O_PATH, NULL);
    gboolean is_program = g_str_equal (step, path);
    struct stat st;
    char *above;

    if (fd < 0 || fstat (fd, &st) < 0)
      return g_strdup_printf ("%s cannot be looked at; install kexec-tools again", step);
    if (is_program && (!S_ISREG (st.st_mode) || !(st.st_mode & S_IXUSR)))
      return g_strdup_printf ("%s is no program; install kexec-tools again", path);
    if (!kexec_beneath_is_roots (root_fd, &st))
      return g_strdup_printf ("others than root can change %s; run chown root and chmod go-w",
                              step);
    if (g_str_equal (step, "/"))
      return NULL;
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

static gboolean
run (const KexecEnvironment *environment, int kernel_fd, int initrd_fd, const char *cmdline,
     GError **error)
{
  g_autofree char *kernel = g_strdup_printf ("/proc/self/fd/%d", KERNEL_FD);
  g_autofree char *initrd = g_strdup_printf ("--initrd=/proc/self/fd/%d", INITRD_FD);
  g_autofree char *line = g_strconcat ("--command-line=", cmdline, NULL);
  const int fds[] = { kernel_fd, initrd_fd };
  const char *const argv[] = {
    find_program (environment->root_fd),
    "--kexec-syscall",
    "--load",
    line,
    kernel,
    initrd_fd >= 0 ? initrd : NULL,
    NULL,
  };
  KexecCommand command = {
    .argv = argv,
    .fds = fds,
    .n_fds = initrd_fd >= 0 ? 2 : 1,
    .limit_sec = PATIENCE_SEC,
  };
  g_autoptr (GError) cause = NULL;

  if (kexec_command_run (environment, &command, NULL, NULL, &cause))
    return TRUE;
  g_set_error (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
               "%s; see LoadMethod= in kexecd.conf(5), which shows what the service's sandbox must"
               " allow",
               cause->message);
  return FALSE;
}

gboolean
kexec_tools_load (const KexecEnvironment *environment, int kernel_fd, int initrd_fd,
                  const char *cmdline, gboolean *has_run, GError **error)
{
  g_autoptr (KexecKernelFacts) facts = kexec_kernel_facts_read (environment->root_fd);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();

  *has_run = FALSE;
  /* The preflight was a while ago. */
  kexec_tools_check (environment, facts, findings);
  if (!kexec_findings_check (findings, error))
    return FALSE;
  *has_run = TRUE;
  if (!run (environment, kernel_fd, initrd_fd, cmdline, error))
    return FALSE;
  if (kexec_kernel_slot (environment->root_fd) != KEXEC_SLOT_EMPTY)
    return TRUE;
  g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_FAILED,
                       "kexec-tools says that it has loaded the kernel, and nothing is loaded; see "
                       "whether it is the one of your distribution");
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify-initrd FILE…: verifies initrds as staging does, and prints the memory that it took, in
   KiB. For tests/bench/initrd.py. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "image/initrd/initrd.h"

/* Returns: what this program had in memory at most, in KiB. getrusage(2) also counts what its
   parent had when it began. */
static guint64
peak_memory (void)
{
  g_autofree char *status = NULL;
  const char *line = NULL;

  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    line = strstr (status, "VmHWM:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("VmHWM:"), NULL, 10) : 0;
}

static gboolean
open_job (KexecInitrdJob *job, const char *path)
{
  struct stat status;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &status) < 0) {
    perror (path);
    return FALSE;
  }
  job->input = kexec_input_from_fd (fd, (guint64) status.st_size);
  job->subject = path;
  return TRUE;
}

int
main (int argc, char **argv)
{
  guint n = (guint) (argc - 1);
  g_autofree KexecInitrdJob *jobs = g_new0 (KexecInitrdJob, n);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  gboolean is_verified = TRUE;

  for (guint i = 0; i < n; i++)
    if (!open_job (&jobs[i], argv[i + 1]))
      return 2;
  kexec_initrds_inspect (jobs, n, NULL, findings);
  for (guint i = 0; i < findings->len; i++)
    fprintf (stderr, "%s\n", ((const KexecFinding *) findings->pdata[i])->text);
  for (guint i = 0; i < n; i++) {
    is_verified = is_verified && jobs[i].initrd->is_verified && jobs[i].initrd->has_init;
    kexec_initrd_free (jobs[i].initrd);
  }
  printf ("%" G_GUINT64_FORMAT "\n", peak_memory ());
  return is_verified ? 0 : 1;
}

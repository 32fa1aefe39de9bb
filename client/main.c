/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl, the command-line client of kexecd. */
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "client/command.h"
#include "client/report.h"

/* As with "kexecctl list | head -1". */
static gboolean
reader_left (void)
{
  struct pollfd output = { .fd = STDOUT_FILENO };

  return poll (&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

/* A full disk must not look like success to a script. */
static KexecExitCode
check_written (KexecExitCode code)
{
  if ((fflush (stdout) == 0 && !ferror (stdout)) || reader_left ())
    return code;
  kexec_report_sentence ("Cannot write the output; is the disk full?");
  return code == KEXEC_EXIT_DONE ? KEXEC_EXIT_FAILED : code;
}

int
main (int argc, char **argv)
{
  g_auto (KexecOptions) options = { 0 };
  KexecExitCode code;

  setlocale (LC_ALL, "");
  if (!kexec_options_parse_global (&options, &argc, &argv, &code))
    return check_written (code);
  return check_written (options.command->run (&options, argc, argv));
}

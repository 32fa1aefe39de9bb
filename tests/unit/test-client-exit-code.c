/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which exit code every error ends in, as it arrives from the bus. */
#include "client/exit-code.h"
#include "image/finding.h"

/* An error as GDBus makes it from a reply. */
static GError *
from_bus (const char *name)
{
  return g_dbus_error_new_for_dbus_error (name, "A sentence");
}

static void
test_names (void)
{
  static const struct {
    const char *name;
    KexecExitCode code;
  } cases[] = {
    { "org.kexec.Error.Failed", KEXEC_EXIT_FAILED },
    { "org.kexec.Error.NoSuchEntry", KEXEC_EXIT_FAILED },
    { "org.kexec.Error.Busy", KEXEC_EXIT_FAILED },
    { "org.kexec.Error.InvalidArgument", KEXEC_EXIT_USAGE },
    { "org.kexec.Error.InvalidImage", KEXEC_EXIT_REFUSED },
    { "org.kexec.Error.Inhibited", KEXEC_EXIT_REFUSED },
    { "org.kexec.Error.ForeignImage", KEXEC_EXIT_REFUSED },
    { "org.kexec.Error.StageChanged", KEXEC_EXIT_REFUSED },
    { "org.kexec.Error.AuthorizationDismissed", KEXEC_EXIT_UNAUTHORIZED },
    { "org.kexec.Error.FromTheFuture", KEXEC_EXIT_FAILED },
    { "org.freedesktop.DBus.Error.AccessDenied", KEXEC_EXIT_UNAUTHORIZED },
    { "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", KEXEC_EXIT_UNAUTHORIZED },
    { "org.freedesktop.DBus.Error.ServiceUnknown", KEXEC_EXIT_FAILED },
    { "org.freedesktop.DBus.Error.NoReply", KEXEC_EXIT_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = from_bus (cases[i].name);

    g_test_message ("%s", cases[i].name);
    g_assert_cmpint (kexec_exit_code (error), ==, cases[i].code);
  }
}

static void
test_interrupted (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "");

  g_assert_cmpint (kexec_exit_code (error), ==, KEXEC_EXIT_INTERRUPTED);
}

/* Every error of ours keeps its code on the way over the bus. */
static void
test_every_error (void)
{
  for (int code = 0; code < KEXEC_N_ERRORS; code++) {
    g_autofree char *name = g_strconcat (KEXEC_ERROR_PREFIX, kexec_error_name (code), NULL);
    g_autoptr (GError) error = from_bus (name);

    g_assert_error (error, KEXEC_ERROR, code);
    g_assert_cmpint (kexec_exit_code (error), !=, KEXEC_EXIT_DONE);
  }
}

/* "check" exits with 4 on a blocker; "stage" then does too, unless the request itself is at fault,
   which it is only in what it brings: a command line, a profile. */
static void
test_blockers (void)
{
  for (int code = 0; code < KEXEC_N_FINDINGS; code++) {
    KexecError blocked_by = kexec_finding_error (code);
    g_autoptr (GError) error = g_error_new_literal (KEXEC_ERROR, (int) blocked_by, "");

    if (kexec_finding_severity (code) != KEXEC_SEVERITY_BLOCKER ||
        code == KEXEC_FINDING_CMDLINE_INVALID || code == KEXEC_FINDING_UKI_NO_SUCH_PROFILE ||
        blocked_by == KEXEC_ERROR_IO_ERROR)
      continue;
    g_test_message ("%s", kexec_finding_name (code));
    g_assert_cmpint (kexec_exit_code (error), ==, KEXEC_EXIT_REFUSED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  kexec_exit_code_register ();
  g_test_add_func ("/client/exit-code/names", test_names);
  g_test_add_func ("/client/exit-code/interrupted", test_interrupted);
  g_test_add_func ("/client/exit-code/every-error", test_every_error);
  g_test_add_func ("/client/exit-code/blockers", test_blockers);
  return g_test_run ();
}

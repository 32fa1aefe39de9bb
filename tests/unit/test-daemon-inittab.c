/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sysvinit's inittab, and what the commands in it and in scripts do to the machine. */
#include "daemon/inittab.h"

static void
expect_lines (const char *text, const char *expected)
{
  g_autoptr (GPtrArray) lines = kexec_inittab_parse (text, '6');
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++) {
    const KexecInittabLine *line = lines->pdata[i];

    g_string_append_printf (found, "%s%s>%s", i > 0 ? " | " : "", line->id, line->process);
  }
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_gentoo (void)
{
  expect_lines ("id:3:initdefault:\n"
                "si::sysinit:/sbin/openrc sysinit\n"
                "rc::bootwait:/sbin/openrc boot\n"
                "l0:0:wait:/sbin/openrc shutdown\n"
                "l0s:0:wait:/sbin/halt.sh\n"
                "l3:3:wait:/sbin/openrc default\n"
                "l6u:6:wait:/sbin/telinit u\n"
                "l6:6:wait:/sbin/openrc reboot\n"
                "r6:6:wait:/sbin/reboot -dkn\n"
                "#z6:6:respawn:/sbin/sulogin\n"
                "c1:12345:respawn:/sbin/agetty --noclear 38400 tty1 linux\n"
                "ca:12345:ctrlaltdel:/sbin/shutdown -r now\n",
                "l6u>/sbin/telinit u | l6>/sbin/openrc reboot | r6>/sbin/reboot -dkn");
}

static void
test_debian (void)
{
  expect_lines ("id:2:initdefault:\nsi::sysinit:/etc/init.d/rcS\n~~:S:wait:/sbin/sulogin --force\n"
                "l5:5:wait:/etc/init.d/rc 5\nl6:6:wait:/etc/init.d/rc 6\n"
                "z6:6:respawn:/sbin/sulogin --force\n6:23:respawn:/sbin/getty 38400 tty6\n",
                "l6>/etc/init.d/rc 6");
}

static void
test_passed_over (void)
{
  g_autofree char *longest = g_strnfill (127, 'p');
  g_autofree char *too_long = g_strnfill (128, 'p');
  g_autofree char *fits = g_strdup_printf ("a:6:wait:%s", longest);
  g_autofree char *found = g_strdup_printf ("a>%s", longest);
  g_autofree char *over = g_strdup_printf ("a:6:wait:%s", too_long);

  expect_lines ("", "");
  expect_lines ("\n\n  # a:6:wait:x\n", "");
  expect_lines ("a:6:wait:x", "a>x");
  expect_lines (" \ta:0126:WAIT:+x y:z\n", "a>x y:z");
  /* Without a runlevel it is for all that are numbers. */
  expect_lines ("a::wait:x\n", "a>x");
  expect_lines ("a:06\n:6:wait:x\na:6::x\na:6:wait\n", "");
  expect_lines ("abcd:6:wait:x\nabcde:6:wait:y\n", "abcd>x");
  expect_lines ("a:6:once:x\nb:6:respawn:y\nc:6:off:z\nd:345:wait:w\n", "");
  /* The first of an id counts, whatever its runlevel. */
  expect_lines ("a:3:wait:x\na:6:wait:y\n", "");
  expect_lines ("~~:6:wait:x\n~~:6:wait:y\n", "~~>x | ~~>y");
  expect_lines (fits, found);
  expect_lines (over, "");
}

static void
test_commands (void)
{
  static const struct {
    const char *command;
    KexecStep step;
  } cases[] = {
    { "/sbin/reboot -dkn", KEXEC_STEP_KEXEC },
    { "/sbin/reboot -d -k -n", KEXEC_STEP_KEXEC },
    { "exec /usr/sbin/reboot -dkn", KEXEC_STEP_KEXEC },
    { "reboot\t-k", KEXEC_STEP_KEXEC },
    { "/sbin/reboot -d", KEXEC_STEP_COLD },
    { "/sbin/reboot", KEXEC_STEP_COLD },
    { "/sbin/reboot --kexec", KEXEC_STEP_COLD },
    { "/sbin/halt -dhk", KEXEC_STEP_COLD },
    { "/sbin/poweroff", KEXEC_STEP_COLD },
    { "/sbin/reboot -w", KEXEC_STEP_GOES_ON },
    { "/sbin/openrc reboot -k", KEXEC_STEP_GOES_ON },
    { "/etc/init.d/reboot -k", KEXEC_STEP_GOES_ON },
    { "/home/bob/sbin/reboot -k", KEXEC_STEP_GOES_ON },
    { "echo reboot -k", KEXEC_STEP_GOES_ON },
    { "/sbin/rebootk", KEXEC_STEP_GOES_ON },
    { "exec", KEXEC_STEP_GOES_ON },
    { "", KEXEC_STEP_GOES_ON },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].command);
    g_assert_cmpint (kexec_inittab_judge_command (cases[i].command), ==, cases[i].step);
  }
}

static void
test_scripts (void)
{
  static const struct {
    const char *script;
    KexecStep step;
  } cases[] = {
    { "#!/bin/sh\nexec /sbin/reboot -dkn\n", KEXEC_STEP_KEXEC },
    { "sync; /sbin/reboot -idk", KEXEC_STEP_KEXEC },
    { "if [ -e /x ]; then reboot -k; else exec reboot -dk; fi", KEXEC_STEP_KEXEC },
    { "stop && reboot -d -f -k || true", KEXEC_STEP_KEXEC },
    { "(reboot -k)\n", KEXEC_STEP_KEXEC },
    /* What decides between them cannot be told. */
    { "if [ -e /x ]; then reboot -k; else reboot; fi", KEXEC_STEP_COLD },
    { "#!/bin/sh\nif [ \"$INIT_HALT\" = HALT ]; then\n\texec /sbin/halt -dhn\nelse\n"
      "\texec /sbin/poweroff -dhn\nfi\n",
      KEXEC_STEP_COLD },
    { "do_stop () {\n\treboot -d -f ${netdown}\n}\n", KEXEC_STEP_COLD },
    { "# reboot\nreboot -k # reboot now\n", KEXEC_STEP_KEXEC },
    { "#reboot -k\n  # reboot -k\n", KEXEC_STEP_GOES_ON },
    { "/sbin/openrc reboot\necho reboot\n", KEXEC_STEP_GOES_ON },
    { "", KEXEC_STEP_GOES_ON },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].script);
    g_assert_cmpint (kexec_inittab_judge_script (cases[i].script), ==, cases[i].step);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/inittab/gentoo", test_gentoo);
  g_test_add_func ("/daemon/inittab/debian", test_debian);
  g_test_add_func ("/daemon/inittab/passed-over", test_passed_over);
  g_test_add_func ("/daemon/inittab/commands", test_commands);
  g_test_add_func ("/daemon/inittab/scripts", test_scripts);
  return g_test_run ();
}

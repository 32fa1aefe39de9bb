/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command lines, word by word, as the kernel's next_arg() and the other readers take them. */
#include "image/cmdline.h"
#include "tests/unit/expect.h"

static void
test_split (void)
{
  static const struct {
    const char *cmdline;
    const char *words; /* joined by "|" */
  } cases[] = {
    { "", "" },
    { " \t\n", "" },
    { "quiet", "quiet" },
    { "  ro   quiet ", "ro|quiet" },
    { "a\tb\nc\vd\fe\rf", "a|b|c|d|e|f" },
    { "foo=\"bar baz\" quiet", "foo=\"bar baz\"|quiet" },
    { "\"foo=bar baz\" quiet", "\"foo=bar baz\"|quiet" },
    { "foo=\"open quiet", "foo=\"open quiet" },
    { "a\"b c\"d e", "a\"b c\"d|e" },
    { "it's two", "it's|two" },
    { "back\\ slash", "back\\|slash" },
    { "a\240b", "a|b" },
    { "x\302\240init=/bin/sh", "x\302|init=/bin/sh" },
    { "\303\274 --", "\303\274|--" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (GStrv) words = kexec_cmdline_split (cases[i].cmdline);
    g_autofree char *joined = g_strjoinv ("|", words);

    g_assert_cmpstr (joined, ==, cases[i].words);
  }
}

static void
test_get (void)
{
  static const struct {
    const char *cmdline;
    const char *key;
    gboolean has;
    const char *value;
  } cases[] = {
    { "root=/dev/sda1 ro", "root", TRUE, "/dev/sda1" },
    { "root=/dev/sda1 root=/dev/sdb1", "root", TRUE, "/dev/sdb1" },
    { "root=UUID=12 ro", "root", TRUE, "UUID=12" },
    { "ro", "ro", TRUE, NULL },
    { "ro", "r", FALSE, NULL },
    { "ro", "roo", FALSE, NULL },
    { "root=1", "Root", FALSE, NULL },
    { "", "root", FALSE, NULL },
    { "x.root=1 root.x=2", "root", FALSE, NULL },
    { "log_buf_len=1M", "log-buf-len", TRUE, "1M" },
    { "log-buf-len=1M", "log_buf_len", TRUE, "1M" },
    { "a=1 a", "a", TRUE, "1" },
    { "a=", "a", TRUE, "" },
    { "foo=\"bar baz\"", "foo", TRUE, "bar baz" },
    { "\"foo=bar baz\"", "foo", TRUE, "bar baz" },
    { "\"foo\"", "foo", TRUE, NULL },
    { "foo=\"bar", "foo", TRUE, "bar" },
    { "foo=\"", "foo", TRUE, "" },
    { "foo=\"\"", "foo", TRUE, "" },
    { "foo=ba\"r x\"", "foo", TRUE, "ba\"r x\"" },
    { "\"", "x", FALSE, NULL },
    { "\"\"", "", TRUE, NULL },
    { "=x", "=x", TRUE, NULL },
    { "=x=y", "=x", TRUE, "y" },
    { "quiet -- root=/dev/sda1", "root", TRUE, "/dev/sda1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *value = kexec_cmdline_get (cases[i].cmdline, cases[i].key);

    g_test_message ("%s in %s", cases[i].key, cases[i].cmdline);
    g_assert_cmpint (kexec_cmdline_has (cases[i].cmdline, cases[i].key), ==, cases[i].has);
    g_assert_cmpstr (value, ==, cases[i].value);
  }
}

static void
test_get_all (void)
{
  g_auto (GStrv) all = kexec_cmdline_get_all (
    "rd.luks.uuid=a quiet rd.luks.uuid \"rd.luks.uuid=b c\" rd_luks=d", "rd.luks.uuid");
  g_auto (GStrv) none = kexec_cmdline_get_all ("quiet", "root");

  g_assert_cmpuint (g_strv_length (all), ==, 2);
  g_assert_cmpstr (all[0], ==, "a");
  g_assert_cmpstr (all[1], ==, "b c");
  g_assert_cmpuint (g_strv_length (none), ==, 0);
}

static void
test_remove (void)
{
  static const struct {
    const char *cmdline;
    const char *rest;
  } cases[] = {
    { "", "" },
    { "root=/dev/a", "" },
    { "  ro  root=/dev/a quiet root=b ", "ro quiet" },
    { "\"root=/dev/a b\" x=\"root=c  d\"", "x=\"root=c  d\"" },
    { "root rootwait rootflags=x", "rootwait rootflags=x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *rest = kexec_cmdline_remove (cases[i].cmdline, "root");

    g_assert_cmpstr (rest, ==, cases[i].rest);
  }
}

static void
test_clean (void)
{
  static const struct {
    const char *cmdline;
    const char *cleaned;
  } cases[] = {
    { "", "" },
    { "BOOT_IMAGE=/boot/vmlinuz-6.1.0 root=/dev/sda1 ro  quiet\n", "root=/dev/sda1 ro quiet" },
    { "initrd=\\debian\\initrd root=/dev/sda1", "root=/dev/sda1" },
    { "initrd=a quiet initrd=b", "quiet" },
    { "BOOT-IMAGE=x initrdmem=0x1000,0x2000", "" },
    { "\"BOOT_IMAGE=(hd0,gpt2)/a b\" ro", "ro" },
    { "BOOT_IMAGE=\"/a b\" ro", "ro" },
    { "elfcorehdr=0x1000 kexec_jump_back_entry=0x1 ro", "ro" },
    { "systemd.random_seed=QUJD systemd.clock-usec=1 ro", "ro" },
    { "crashkernel=256M single", "crashkernel=256M single" },
    { "BOOT_IMAGE initrd noinitrd", "BOOT_IMAGE initrd noinitrd" },
    { "xBOOT_IMAGE=1 my.initrd=2", "xBOOT_IMAGE=1 my.initrd=2" },
    { "foo=\"a  b\"   c -- initrd=x d", "foo=\"a  b\" c -- d" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *cleaned = kexec_cmdline_clean (cases[i].cmdline);

    g_assert_cmpstr (cleaned, ==, cases[i].cleaned);
  }
}

static void
test_append (void)
{
  static const struct {
    const char *cmdline;
    const char *more;
    const char *result;
  } cases[] = {
    { "", "", "" },           { "ro", "", "ro" },
    { "", "quiet", "quiet" }, { "ro", "quiet", "ro quiet" },
    { " ro ", "\n", "ro" },   { "ro \n", " quiet splash ", "ro quiet splash" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *result = kexec_cmdline_append (cases[i].cmdline, cases[i].more);

    g_assert_cmpstr (result, ==, cases[i].result);
  }
}

static void
test_root_for_initrd (void)
{
  static const struct {
    const char *cmdline;
    const char *root;
  } cases[] = {
    { "root=UUID=12 ro", "UUID=12" },
    { "root=/dev/sda1 root=LABEL=x", "LABEL=x" },
    { "root=LABEL=x root=/dev/sda1", NULL },
    { "root=/dev/mapper/vg-root", "/dev/mapper/vg-root" },
    { "root=/dev/disk/by-uuid/1", "/dev/disk/by-uuid/1" },
    { "root=PARTUUID=12", NULL },
    { "root=PARTLABEL=x", NULL },
    { "root=/dev/vda1", NULL },
    { "root=8:1", NULL },
    { "resume=UUID=12", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *root = kexec_cmdline_root_for_initrd (cases[i].cmdline);

    g_assert_cmpstr (root, ==, cases[i].root);
  }
}

static void
test_opens_shell (void)
{
  static const struct {
    const char *cmdline;
    const char *word;
  } cases[] = {
    /* what opens one */
    { "root=/dev/sda1 single", "single" },
    { "s", "s" },
    { "S", "S" },
    { "1", "1" },
    { "emergency", "emergency" },
    { "rd.emergency", "rd.emergency" },
    { "rescue", "rescue" },
    { "rd.rescue", "rd.rescue" },
    { "ro init=/bin/sh", "init=/bin/sh" },
    { "init=/sbin/../bin/sh", "init=/sbin/../bin/sh" },
    { "init=/sbin/openrc-init/x", "init=/sbin/openrc-init/x" },
    { "init=/home/x/init", "init=/home/x/init" },
    { "init=openrc-init", "init=openrc-init" },
    { "init=/sbin/openrc-init init=/bin/sh", "init=/bin/sh" },
    { "rdinit=/sbin/init", "rdinit=/sbin/init" },
    { "rdinit=/bin/sh", "rdinit=/bin/sh" },
    { "rd.break", "rd.break" },
    { "rd.break=pre-mount", "rd.break=pre-mount" },
    { "break", "break" },
    { "break=premount", "break=premount" },
    { "rdbreak", "rdbreak" },
    { "rd.shell", "rd.shell" },
    { "rd.shell=1", "rd.shell=1" },
    { "rdshell", "rdshell" },
    { "rd.cmdline=ask", "rd.cmdline=ask" },
    { "systemd.debug-shell", "systemd.debug-shell" },
    { "systemd.debug_shell=1", "systemd.debug_shell=1" },
    { "rd.systemd.debug_shell", "rd.systemd.debug_shell" },
    { "systemd.debug-shell=tty9", "systemd.debug-shell=tty9" },
    { "systemd.unit=rescue.target", "systemd.unit=rescue.target" },
    { "systemd.unit=emergency", "systemd.unit=emergency" },
    { "rd.systemd.unit=emergency.target", "rd.systemd.unit=emergency.target" },
    { "systemd.run=/bin/sh", "systemd.run=/bin/sh" },
    { "systemd.wants=debug-shell.service", "systemd.wants=debug-shell.service" },
    { "systemd.mask=auditd.service", "systemd.mask=auditd.service" },
    { "systemd.crash_shell", "systemd.crash_shell" },
    { "systemd.confirm_spawn=yes", "systemd.confirm_spawn=yes" },
    { "systemd.setenv=LD_PRELOAD=/x", "systemd.setenv=LD_PRELOAD=/x" },
    { "systemd.set_credential=a:b", "systemd.set_credential=a:b" },
    { "softlevel=single", "softlevel=single" },
    { "recovery", "recovery" },
    { "debug", "debug" },
    { "kgdbwait", "kgdbwait" },
    /* where it is hidden */
    { "ro -- single", "single" },
    { "-b", "-b" },
    { "quiet -- --unit=rescue.target", "--unit=rescue.target" },
    { "\"init=/bin/sh\"", "\"init=/bin/sh\"" },
    { "in\"it\"=/bin/sh", "in\"it\"=/bin/sh" },
    { "'systemd.debug-shell'", "'systemd.debug-shell'" },
    { "foo=\"x init=/bin/sh\"", "init=/bin/sh\"" },
    { "x\302\240init=/bin/sh", "init=/bin/sh" },
    { "x\tsingle\n", "single" },
    /* what does not */
    { "", NULL },
    { "root=/dev/sda1 ro quiet splash console=ttyS0,115200 -- ", NULL },
    { "systemd.unit=multi-user.target", NULL },
    { "systemd.unit=graphical.target rd.systemd.unit=initrd.target", NULL },
    { "rd.shell=0 rd.shell=no systemd.debug_shell=off", NULL },
    { "initrd=x xinit=/bin/sh noinit init_on_alloc=1", NULL },
    { "init", NULL },
    { "init=/sbin/openrc-init", NULL },
    { "init=/usr/sbin/init ro init=/lib/systemd/systemd init=/usr/lib/systemd/systemd", NULL },
    { "single=1 rescue.x loglevel=1", NULL },
    { "3", NULL },
    { "root=LABEL=single", NULL },
    { "systemd.show_status=1 shell break.x", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *word = kexec_cmdline_opens_shell (cases[i].cmdline);
    g_autofree char *shown = g_strescape (cases[i].cmdline, NULL);

    g_test_message ("%s", shown);
    g_assert_cmpstr (word, ==, cases[i].word);
  }
}

/* What is shown of a word has an end, and nothing that spoils a terminal. */
static void
test_opens_shell_shown (void)
{
  g_autofree char *fill = g_strnfill (1000, 'x');
  g_autofree char *cmdline = g_strconcat ("init=\033[2J\303\274", fill, NULL);
  g_autofree char *word = kexec_cmdline_opens_shell (cmdline);

  g_assert_true (g_str_has_prefix (word, "init=?[2J??xxx"));
  g_assert_cmpuint (strlen (word), ==, 64);
}

static void
check (const char *cmdline, guint limit, const char *codes)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autofree char *shown = g_strescape (cmdline, NULL);

  g_test_message ("%s", shown);
  kexec_cmdline_check (cmdline, limit, NULL, "/boot/vmlinuz", findings);
  expect_findings (findings, codes);
  for (guint i = 0; i < findings->len; i++)
    g_assert_cmpstr (((KexecFinding *) findings->pdata[i])->subject, ==, "/boot/vmlinuz");
}

static void
test_check (void)
{
  check ("root=/dev/sda1 ro", 0, "");
  check ("root=/dev/sda1 ro", 17, "");
  check ("root=/dev/sda1 ro", 16, "cmdline-too-long");
  check ("", 0, "cmdline-no-root");
  check ("ro quiet", 0, "cmdline-no-root");
  check ("root=/dev/sda1\tro", 0, "cmdline-invalid");
  check ("root=/dev/sda1\n", 0, "cmdline-invalid");
  check ("root=/dev/sda1 \033[2J", 0, "cmdline-invalid");
  check ("root=/dev/sda1 \302\205", 0, "cmdline-invalid"); /* a control character above ASCII */
  check ("root=/dev/sda1 \374", 0, "cmdline-invalid");
  check ("root=/dev/sda1 \302\240x", 0, "cmdline-invalid");
  check ("root=/dev/sda1 x=\303\240", 0, "cmdline-invalid"); /* "à" has the byte A0 */
  check ("root=/dev/sda1 x=\303\274", 0, "");
  check ("root=/dev/sda1 root=/dev/sdb1", 0, "cmdline-invalid");
}

/* An image's addon that overrides root= boots; who composes a line gives one. */
static void
test_check_roots (void)
{
  static const struct {
    const char *cmdline;
    const char *own;
    const char *codes;
  } cases[] = {
    { "root=/a root=/b", NULL, "cmdline-invalid" },
    { "root=/a root=/b", "root=/a root=/b", "cmdline-two-roots" },
    { "root=/a root=/b quiet", "root=/a root=/b", "cmdline-two-roots" },
    { "root=/a root=/b root=/c", "root=/a root=/b", "cmdline-invalid" },
    { "root=/a root=/b", "root=/a", "cmdline-invalid" },
    { "root=/a root=/b", "", "cmdline-invalid" },
    { "root=/a", "root=/a root=/b", "" },
    { "root=/a", "root=/a", "" },
    { "quiet", "root=/a root=/b", "cmdline-no-root" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (KexecFindings) findings = kexec_findings_new ();

    g_test_message ("%s", cases[i].cmdline);
    kexec_cmdline_check (cases[i].cmdline, 0, cases[i].own, "", findings);
    expect_findings (findings, cases[i].codes);
  }
  g_assert_true (kexec_finding_is_about_cmdline (KEXEC_FINDING_CMDLINE_TWO_ROOTS));
  g_assert_cmpint (kexec_finding_severity (KEXEC_FINDING_CMDLINE_TWO_ROOTS), ==,
                   KEXEC_SEVERITY_WARNING);
}

static void
test_check_length (void)
{
  g_autofree char *fill = g_strnfill (KEXEC_CMDLINE_MAX - strlen ("root=/x "), 'x');
  g_autofree char *longest = g_strconcat ("root=/x ", fill, NULL);
  g_autofree char *too_long = g_strconcat (longest, "x", NULL);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  guint64 length;
  guint64 limit;

  check (longest, 0, "");
  check (longest, 1000000, "");
  check (too_long, 1000000, "cmdline-too-long");
  kexec_cmdline_check (longest, 2016, NULL, "", findings);
  expect_findings (findings, "cmdline-too-long");
  g_assert_true (
    g_variant_lookup (((KexecFinding *) findings->pdata[0])->args, "length", "t", &length));
  g_assert_true (
    g_variant_lookup (((KexecFinding *) findings->pdata[0])->args, "limit", "t", &limit));
  g_assert_cmpuint (length, ==, KEXEC_CMDLINE_MAX);
  g_assert_cmpuint (limit, ==, 2016);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cmdline/split", test_split);
  g_test_add_func ("/cmdline/get", test_get);
  g_test_add_func ("/cmdline/get-all", test_get_all);
  g_test_add_func ("/cmdline/remove", test_remove);
  g_test_add_func ("/cmdline/clean", test_clean);
  g_test_add_func ("/cmdline/append", test_append);
  g_test_add_func ("/cmdline/root-for-initrd", test_root_for_initrd);
  g_test_add_func ("/cmdline/opens-shell", test_opens_shell);
  g_test_add_func ("/cmdline/opens-shell-shown", test_opens_shell_shown);
  g_test_add_func ("/cmdline/check", test_check);
  g_test_add_func ("/cmdline/check-roots", test_check_roots);
  g_test_add_func ("/cmdline/check-length", test_check_length);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gentoo's conf.d/kexec: what each variable becomes. */
#include "boot/config-gentoo.h"

#include "tests/unit/expect.h"

#define SUBJECT "/etc/conf.d/kexec"

/* Returns: (transfer full): every key that is set, "Kernel=… Initrd=…", with ";" between them. */
static char *
describe (const KexecConfig *config)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *initrds = config->initrds != NULL ? g_strjoinv (" ", config->initrds) : NULL;
  static const char *const loads[] = { NULL, "yes", "no" };
  const struct {
    const char *name;
    const char *value;
  } keys[] = {
    { "BootPath", config->boot_path },
    { "MountBoot", config->mount_boot ? NULL : "no" },
    { "Kernel", config->kernel },
    { "Initrd", initrds },
    { "RootDevice", config->root_device },
    { "Cmdline", config->cmdline },
    { "Append", config->append },
    { "LoadDuringShutdown", loads[config->load_during_shutdown] },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].value != NULL)
      g_string_append_printf (line, "%s%s=%s", line->len > 0 ? ";" : "", keys[i].name,
                              keys[i].value);
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static void
expect (const char *text, const char *expected, const char *codes)
{
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autofree char *line = NULL;

  g_test_message ("%s", text);
  kexec_config_gentoo_parse (config, text, SUBJECT);
  line = describe (config);
  g_assert_cmpstr (line, ==, expected);
  expect_findings (config->findings, codes);
  for (guint i = 0; i < config->findings->len; i++)
    g_assert_true (
      g_str_has_prefix (((KexecFinding *) config->findings->pdata[i])->text, SUBJECT ", line "));
}

static void
test_variables (void)
{
  static const struct {
    const char *text;
    const char *expected;
  } cases[] = {
    { "", "" },
    /* the file as it is installed: nothing but comments */
    { "# Load kexec kernel image …\n#LOAD_DURING_SHUTDOWN=\"yes\"\n#KNAME=\"kernel\"\n", "" },
    { "LOAD_DURING_SHUTDOWN=\"no\"\n", "LoadDuringShutdown=no" },
    { "LOAD_DURING_SHUTDOWN=\"yes\"\n", "LoadDuringShutdown=yes" },
    { "LOAD_DURING_SHUTDOWN=YES\n", "LoadDuringShutdown=no" },
    { "LOAD_DURING_SHUTDOWN=1\n", "LoadDuringShutdown=no" },
    { "LOAD_DURING_SHUTDOWN=\n", "" },
    { "KNAME=\"kernel\"\n", "Kernel=kernel" },
    { "KNAME=/boot/efi/kernel\n", "Kernel=/boot/efi/kernel" },
    { "KNAME=boot/kernel\n", "Kernel=/boot/kernel" },
    { "KNAME=\"-\"\n", "Kernel=-" },
    { "KNAME=\"\"\n", "" },
    { "BOOTPART=/efi/ KNAME=k INITRD=i\n", "BootPath=/efi;Kernel=k;Initrd=i" },
    { "INITRD=\"/boot/a b\"\n", "Initrd=/boot/a b" },
    { "INITRD=\" \"\n", "" },
    { "INITRD=-\n", "Initrd=" },
    { "ROOTPART=\"/dev/hda3\"\n", "RootDevice=/dev/hda3" },
    { "ROOTPART=UUID=1234\n", "RootDevice=UUID=1234" },
    { "KPARAM=\"splash=silent,theme:emergence\"\n", "Cmdline=splash=silent,theme:emergence" },
    { "KPARAM=\"a \\\n  b\n\tc\"\n", "Cmdline=a b c" },
    { "DONT_MOUNT_BOOT=\"yes\"\n", "MountBoot=no" },
    { "DONT_MOUNT_BOOT=1\n", "MountBoot=no" },
    { "DONT_MOUNT_BOOT=no\n", "" },
    { "DONT_MOUNT_BOOT=\n", "" },
    { "V=6.6.1\nKNAME=kernel-$V\nINITRD=\"initramfs-${V}.img\"\n", NULL },
    { "rc_need=\"localmount\"\nRC_ULIMIT=x\n", "" },
    { "supervisor=supervise-daemon respawn_max=3 command_args=x KEXECD_TIMEOUT=9\n", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (cases[i].expected != NULL)
      expect (cases[i].text, cases[i].expected, "");
    else
      expect (cases[i].text, "Kernel=kernel-6.6.1;Initrd=initramfs-6.6.1.img",
              "configuration-invalid"); /* V is none that Gentoo knows */
}

static void
test_options (void)
{
  static const struct {
    const char *text;
    const char *expected;
    const char *codes;
  } cases[] = {
    { "KEXEC_OPT_ARGS=\"\"\n", "", "" },
    { "KEXEC_OPT_ARGS=\"-s -l --kexec-file-syscall -a\"\n", "", "" },
    { "KEXEC_OPT_ARGS=\"--append=quiet\"\n", "Append=quiet", "" },
    { "KEXEC_OPT_ARGS=\"--append='quiet splash'\"\n", "Append=quiet splash", "" },
    { "KEXEC_OPT_ARGS=\"--append quiet -s\"\n", "Append=quiet", "" },
    { "KEXEC_OPT_ARGS=\"--command-line='root=/dev/a ro'\"\n", "Cmdline=root=/dev/a ro", "" },
    { "KEXEC_OPT_ARGS=--command-line=a KPARAM=b\n", "Cmdline=b", "configuration-invalid" },
    { "KEXEC_OPT_ARGS=\"--initrd=/boot/a\"\n", "Initrd=/boot/a", "" },
    { "KEXEC_OPT_ARGS=--ramdisk=/a INITRD=b\n", "Initrd=b", "configuration-invalid" },
    { "KEXEC_OPT_ARGS=--reuse-cmdline\n", "", "" },
    { "KPARAM=b KEXEC_OPT_ARGS=--reuse-cmdline\n", "Append=b", "" },
    { "KPARAM=b KEXEC_OPT_ARGS=\"--append=a --reuse-cmdline\"\n", "Append=a b", "" },
    { "KEXEC_OPT_ARGS=\"-d -x\"\n", "", "configuration-invalid configuration-invalid" },
    { "KEXEC_OPT_ARGS=\"-t bzImage --append=a\"\n", "Append=a", "configuration-invalid" },
    { "KEXEC_OPT_ARGS=\"--mem-min=0 word\"\n", "", "configuration-invalid configuration-invalid" },
    { "KEXEC_OPT_ARGS=\"'unclosed\"\n", "", "configuration-invalid" },
    { "KEXEC_OPT_ARGS=\"--append\"\n", "", "" },
    /* as getopt_long(3) takes them: several letters, and the beginning of a name */
    { "KEXEC_OPT_ARGS=-ls\n", "", "" },
    { "KEXEC_OPT_ARGS=\"-stbzImage --append=a\"\n", "Append=a", "configuration-invalid" },
    { "KEXEC_OPT_ARGS=\"-lz --append=a\"\n", "Append=a", "configuration-invalid" },
    { "KEXEC_OPT_ARGS=\"--command=a\"\n", "Cmdline=a", "" },
    { "KEXEC_OPT_ARGS=\"--reuse-c\" KPARAM=a\n", "Append=a", "" },
    { "KEXEC_OPT_ARGS=\"--reuse\"\n", "", "configuration-invalid" },
    { "KEXEC_OPT_ARGS=\"-- - =\"\n", "",
      "configuration-invalid configuration-invalid configuration-invalid" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    expect (cases[i].text, cases[i].expected, cases[i].codes);
}

/* What is ignored is told with the reason, where kexec(8) has the option. */
static void
test_why (void)
{
  static const struct {
    const char *word;
    const char *why;
  } cases[] = {
    { "-p", "it loads a crash kernel, and kexecd loads none" },
    { "--load-panic", "it loads a crash kernel, and kexecd loads none" },
    { "-e", "the init system shuts the machine down, in order" },
    { "--no-ifdown", "the init system shuts the machine down, in order" },
    { "-u", "KNAME=- says that nothing is loaded" },
    { "--mem-max=0x1000", "the kernel itself chooses where images lie" },
    { "--noefi", "the kernel itself hands on what it knows of the hardware" },
    { "--pass-memmap-cmdline", "the kernel itself hands on what it knows of the hardware" },
    { "-c", "LoadMethod= in kexecd.conf says how images are loaded" },
    { "--warp", "it means nothing to kexecd" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text =
      g_strdup_printf ("KNAME=kernel\nKEXEC_OPT_ARGS=\"%s\"\n", cases[i].word);
    g_autofree char *expected = g_strdup_printf (
      SUBJECT ", line 2: \"%s\" in KEXEC_OPT_ARGS was ignored, as %s", cases[i].word, cases[i].why);
    g_autoptr (KexecConfig) config = kexec_config_new ();

    kexec_config_gentoo_parse (config, text, SUBJECT);
    g_assert_cmpuint (config->findings->len, ==, 1);
    g_assert_true (
      g_str_has_prefix (((KexecFinding *) config->findings->pdata[0])->text, expected));
    g_assert_cmpstr (config->kernel, ==, "kernel");
  }
}

/* Never two root=: the last one counts, and the script puts KPARAM last. */
static void
test_two_roots (void)
{
  expect ("ROOTPART=/dev/a\nKPARAM='root=/dev/b quiet'\n", "Cmdline=root=/dev/b quiet",
          "configuration-invalid");
  expect ("ROOTPART=/dev/a\nKPARAM='quiet'\n", "RootDevice=/dev/a;Cmdline=quiet", "");
}

static void
test_bad (void)
{
  expect ("KNAME=$(ls -t /boot | head -1)\nKPARAM=quiet\n", "Cmdline=quiet",
          "configuration-invalid");
  expect ("KPARAM=\"quiet\nKNAME=kernel\n", "Kernel=kernel", "configuration-invalid");
  expect ("KNAMES=kernel\n", "", "configuration-invalid");
  expect ("KNAME=../etc/shadow\nINITRD='a /../b'\nBOOTPART=boot\n", "",
          "configuration-invalid configuration-invalid configuration-invalid");
  expect ("ROOTPART='/dev/a init=/bin/sh'\n", "", "configuration-invalid");
  expect ("KPARAM=\"gr\374n\"\n", "", "configuration-invalid");
}

/* Where the kernel is from, for its entry and its trust. */
static void
test_from (void)
{
  g_autoptr (KexecConfig) config = kexec_config_new ();

  kexec_config_gentoo_parse (config, "KNAME=kernel\nKPARAM=quiet\n", SUBJECT);
  g_assert_true (config->is_gentoo);
  g_assert_cmpstr (config->kernel_from, ==, SUBJECT);
  g_assert_cmpstr (config->cmdline_from, ==, SUBJECT);
  kexec_config_parse (config, "[Manager]\nKernel=other\n", "kexecd.conf");
  g_assert_false (config->is_gentoo);
  g_assert_cmpstr (config->kernel_from, ==, "kexecd.conf");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config-gentoo/variables", test_variables);
  g_test_add_func ("/config-gentoo/options", test_options);
  g_test_add_func ("/config-gentoo/why", test_why);
  g_test_add_func ("/config-gentoo/two-roots", test_two_roots);
  g_test_add_func ("/config-gentoo/bad", test_bad);
  g_test_add_func ("/config-gentoo/from", test_from);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the command line is taken from. */
#include "boot/kernel-cmdline.h"

#include <fcntl.h>

#include "boot/fd.h"
#include "tests/unit/expect.h"
#include "tests/unit/make-tree.h"

#define RUNNING "proc/cmdline"
#define OWN     "etc/kernel/cmdline"
#define VENDOR  "usr/lib/kernel/cmdline"

static void
expect_cmdline (const Tree *tree, const char *cmdline, const char *path, KexecCmdlineOrigin origin,
                const char *codes)
{
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecKernelCmdline) found = kexec_kernel_cmdline_find (tree->fd, config);

  g_assert_cmpstr (found->cmdline, ==, cmdline);
  g_assert_cmpstr (found->path, ==, path);
  g_assert_cmpint (found->origin, ==, origin);
  expect_findings (found->findings, codes);
}

static void
test_order (void)
{
  g_autoptr (Tree) tree = tree_new ();

  expect_cmdline (tree, "", "", KEXEC_CMDLINE_BORROWED, "cmdline-no-root");
  tree_write (tree, RUNNING, "BOOT_IMAGE=/vmlinuz root=/dev/a  quiet\n");
  expect_cmdline (tree, "root=/dev/a quiet", "/" RUNNING, KEXEC_CMDLINE_BORROWED, "");
  tree_write (tree, VENDOR, "root=/dev/b\n");
  expect_cmdline (tree, "root=/dev/b", "/" VENDOR, KEXEC_CMDLINE_OWN, "");
  tree_write (tree, OWN, "root=/dev/c\nBOOT_IMAGE=x\tquiet\n\n");
  expect_cmdline (tree, "root=/dev/c BOOT_IMAGE=x quiet", "/" OWN, KEXEC_CMDLINE_OWN, "");
  tree_write (tree, OWN, " \n");
  expect_cmdline (tree, "root=/dev/b", "/" VENDOR, KEXEC_CMDLINE_OWN, "");
}

/* A file that is there and cannot be used stands for itself: nothing is borrowed instead. */
static void
test_unusable (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *large = g_strnfill (20000, 'x');

  tree_write (tree, RUNNING, "root=/dev/a");
  tree_write (tree, OWN, large);
  expect_cmdline (tree, "", "/" OWN, KEXEC_CMDLINE_OWN, "cmdline-unreadable");
  tree_write (tree, OWN, "root=/dev/c");
  tree_chmod (tree, OWN, 0);
  tree_drop_root ();
  expect_cmdline (tree, "", "/" OWN, KEXEC_CMDLINE_OWN, "cmdline-unreadable");
  tree_regain_root ();
  tree_remove (tree, OWN);
  tree_fifo (tree, OWN);
  expect_cmdline (tree, "", "/" OWN, KEXEC_CMDLINE_OWN, "cmdline-unreadable");
}

static void
test_not_utf8 (void)
{
  g_autoptr (Tree) tree = tree_new ();

  tree_write (tree, OWN, "root=/dev/a x=\374");
  expect_cmdline (tree, "root=/dev/a x=\357\277\275", "/" OWN, KEXEC_CMDLINE_OWN,
                  "cmdline-invalid");
}

/* The kernel's own is trusted; a file that looks like it is judged as any other. */
static void
test_trust (void)
{
  kexec_autofd root = open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  KexecKernelCmdline running = { .path = (char *) "/proc/cmdline",
                                 .origin = KEXEC_CMDLINE_BORROWED };
  KexecKernelCmdline none = { .path = (char *) "" };
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *reason = NULL;

  g_assert_true (kexec_kernel_cmdline_is_trusted (&running, root, NULL));
  g_assert_true (kexec_kernel_cmdline_is_trusted (&none, root, NULL));
  tree_write (tree, RUNNING, "root=/dev/a");
  tree_chmod (tree, RUNNING, 0666);
  g_assert_false (kexec_kernel_cmdline_is_trusted (&running, tree->fd, &reason));
  g_assert_nonnull (reason);
}

/* @keys: of kexecd.conf */
static void
expect_configured (const Tree *tree, const char *keys, const char *cmdline, const char *path,
                   KexecCmdlineOrigin origin, const char *codes)
{
  g_autofree char *text = g_strconcat ("[Manager]\n", keys, "\n", NULL);
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecKernelCmdline) found = NULL;

  kexec_config_parse (config, text, "/kexecd.conf");
  expect_findings (config->findings, "");
  found = kexec_kernel_cmdline_find (tree->fd, config);
  g_assert_cmpstr (found->cmdline, ==, cmdline);
  g_assert_cmpstr (found->path, ==, path);
  g_assert_cmpint (found->origin, ==, origin);
  expect_findings (found->findings, codes);
}

/* Cmdline= comes before every file, also before one that cannot be read. */
static void
test_configured (void)
{
  g_autoptr (Tree) tree = tree_new ();

  tree_fifo (tree, OWN);
  expect_configured (tree, "Cmdline=root=/dev/a  quiet", "root=/dev/a quiet", "/kexecd.conf",
                     KEXEC_CMDLINE_OWN, "");
}

/* Never two root=, whoever wrote the line. */
static void
test_root_device (void)
{
  g_autoptr (Tree) tree = tree_new ();

  expect_configured (tree, "RootDevice=/dev/b", "root=/dev/b", "", KEXEC_CMDLINE_OWN, "");
  tree_write (tree, RUNNING, "root=/dev/a quiet \"root=/dev/c\" root=x\n");
  expect_configured (tree, "RootDevice=/dev/b", "root=/dev/b quiet", "/" RUNNING,
                     KEXEC_CMDLINE_BORROWED, "");
  tree_write (tree, OWN, "root=/dev/a ro\n");
  expect_configured (tree, "RootDevice=UUID=12", "root=UUID=12 ro", "/" OWN, KEXEC_CMDLINE_OWN, "");
  expect_configured (tree, "RootDevice=UUID=12\nCmdline=ro rootwait", "root=UUID=12 ro rootwait",
                     "/kexecd.conf", KEXEC_CMDLINE_OWN, "");
}

/* As the root device of Gentoo's service: added to what is composed, not to what is reused. */
static void
test_root_added (void)
{
  g_autoptr (Tree) tree = tree_new ();

  tree_write (tree, "etc/fstab", "/dev/sda2 / ext4 defaults 0 1\n");
  expect_configured (tree, "Cmdline=quiet", "root=/dev/sda2 quiet", "/kexecd.conf",
                     KEXEC_CMDLINE_OWN, "");
  expect_configured (tree, "Cmdline=real_root=/dev/sda3", "real_root=/dev/sda3", "/kexecd.conf",
                     KEXEC_CMDLINE_OWN, "");
  tree_write (tree, RUNNING, "root=LABEL=r quiet\n");
  expect_configured (tree, "Cmdline=splash", "root=LABEL=r splash", "/kexecd.conf",
                     KEXEC_CMDLINE_OWN, "");
  tree_write (tree, RUNNING, "quiet\n");
  expect_configured (tree, "", "quiet", "/" RUNNING, KEXEC_CMDLINE_BORROWED, "");
  tree_write (tree, OWN, "rw\n");
  expect_configured (tree, "", "rw", "/" OWN, KEXEC_CMDLINE_OWN, "");
}

static void
test_extend (void)
{
  static const struct {
    const char *cmdline;
    const char *append;
    const char *expected;
  } cases[] = {
    { "root=/dev/a ro", NULL, "root=/dev/a ro" },
    { "root=/dev/a ro", "quiet", "root=/dev/a ro quiet" },
    { "", "quiet", "quiet" },
    { "root=/dev/a ro", "root=/dev/b", "ro root=/dev/b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (KexecConfig) config = kexec_config_new ();
    g_autofree char *cmdline = NULL;

    config->append = g_strdup (cases[i].append);
    cmdline = kexec_kernel_cmdline_extend (cases[i].cmdline, config);
    g_assert_cmpstr (cmdline, ==, cases[i].expected);
  }
}

/* What the configuration says is as good as the file that says it. */
static void
test_configured_trust (void)
{
  KexecKernelCmdline configured = { .path = (char *) "/etc/kexecd/kexecd.conf",
                                    .origin = KEXEC_CMDLINE_OWN };
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *reason = NULL;

  tree_write (tree, "etc/kexecd/kexecd.conf", "");
  tree_chmod (tree, "etc/kexecd", 0777);
  g_assert_false (kexec_kernel_cmdline_is_trusted (&configured, tree->fd, &reason));
  g_assert_nonnull (reason);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-cmdline/order", test_order);
  g_test_add_func ("/kernel-cmdline/unusable", test_unusable);
  g_test_add_func ("/kernel-cmdline/not-utf8", test_not_utf8);
  g_test_add_func ("/kernel-cmdline/trust", test_trust);
  g_test_add_func ("/kernel-cmdline/configured", test_configured);
  g_test_add_func ("/kernel-cmdline/root-source", test_root_device);
  g_test_add_func ("/kernel-cmdline/root-added", test_root_added);
  g_test_add_func ("/kernel-cmdline/extend", test_extend);
  g_test_add_func ("/kernel-cmdline/configured-trust", test_configured_trust);
  return g_test_run ();
}

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
  g_autoptr (KexecKernelCmdline) found = kexec_kernel_cmdline_find (tree->fd);

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-cmdline/order", test_order);
  g_test_add_func ("/kernel-cmdline/unusable", test_unusable);
  g_test_add_func ("/kernel-cmdline/not-utf8", test_not_utf8);
  g_test_add_func ("/kernel-cmdline/trust", test_trust);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel says and what its errno means, read from a made-up /proc and /sys. */
#include <errno.h>
#include <string.h>

#include "daemon/kernel-ops.h"
#include "image/error.h"
#include "tests/unit/make-tree.h"

static void
test_slot (void)
{
  g_autoptr (Tree) tree = tree_new ();

  g_assert_cmpint (kexec_kernel_slot (tree->fd), ==, KEXEC_SLOT_UNKNOWN);
  tree_write (tree, "sys/kernel/kexec_loaded", "1\n");
  g_assert_cmpint (kexec_kernel_slot (tree->fd), ==, KEXEC_SLOT_FULL);
  tree_write (tree, "sys/kernel/kexec_loaded", "0\n");
  g_assert_cmpint (kexec_kernel_slot (tree->fd), ==, KEXEC_SLOT_EMPTY);
  /* The new place wins. */
  tree_write (tree, "sys/kernel/kexec/loaded", "1\n");
  g_assert_cmpint (kexec_kernel_slot (tree->fd), ==, KEXEC_SLOT_FULL);
  tree_write (tree, "sys/kernel/kexec/loaded", "rubbish\n");
  g_assert_cmpint (kexec_kernel_slot (tree->fd), ==, KEXEC_SLOT_EMPTY);
}

static void
test_facts (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecKernelFacts) nothing = kexec_kernel_facts_read (tree->fd);
  g_autoptr (KexecKernelFacts) facts = NULL;

  g_assert_false (nothing->has_capability);
  g_assert_false (nothing->load_disabled);
  g_assert_cmpint (nothing->load_limit, ==, -1);
  g_assert_null (nothing->lockdown);
  g_assert_cmpuint (nothing->available, ==, 0);

  tree_write (tree, "proc/self/status", "Name:\tx\nCapEff:\t0000000000400000\n");
  tree_write (tree, "proc/sys/kernel/kexec_load_disabled", "1\n");
  tree_write (tree, "proc/sys/kernel/kexec_load_limit_reboot", "3\n");
  tree_write (tree, "sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
  tree_write (tree, "proc/meminfo", "MemTotal: 100 kB\nMemAvailable:      64 kB\n");
  facts = kexec_kernel_facts_read (tree->fd);
  g_assert_true (facts->has_capability);
  g_assert_true (facts->load_disabled);
  g_assert_cmpint (facts->load_limit, ==, 3);
  g_assert_cmpstr (facts->lockdown, ==, "integrity");
  g_assert_cmpuint (facts->available, ==, 65536);
}

static void
test_came_by_kexec (void)
{
  g_autoptr (Tree) tree = tree_new ();

  g_assert_cmpint (kexec_kernel_came_by_kexec (tree->fd), ==, -1);
  tree_write (tree, "proc/sys/kernel/bootloader_type", "208\n");
  g_assert_cmpint (kexec_kernel_came_by_kexec (tree->fd), ==, 1);
  tree_write (tree, "proc/sys/kernel/bootloader_type", "176\n");
  g_assert_cmpint (kexec_kernel_came_by_kexec (tree->fd), ==, 0);
}

static const struct {
  int error_number;
  KexecKernelFacts facts;
  KexecError error;
} load_errors[] = {
  { EPERM, { .has_capability = FALSE }, KEXEC_ERROR_NOT_SUPPORTED },
  { EPERM, { .has_capability = TRUE, .load_disabled = TRUE }, KEXEC_ERROR_LOAD_DISABLED },
  { EPERM, { .has_capability = TRUE, .load_limit = 0 }, KEXEC_ERROR_LOAD_LIMIT_REACHED },
  { EPERM,
    { .has_capability = TRUE, .load_limit = -1, .lockdown = (char *) "integrity" },
    KEXEC_ERROR_LOCKDOWN },
  { EPERM,
    { .has_capability = TRUE, .load_limit = -1, .lockdown = (char *) "none" },
    KEXEC_ERROR_POLICY_REFUSED },
  { EACCES, { 0 }, KEXEC_ERROR_POLICY_REFUSED },
  { ENOEXEC, { 0 }, KEXEC_ERROR_UNSUPPORTED_IMAGE },
  { EINVAL, { 0 }, KEXEC_ERROR_UNSUPPORTED_IMAGE },
  { EFBIG, { 0 }, KEXEC_ERROR_INVALID_IMAGE },
  { ETXTBSY, { 0 }, KEXEC_ERROR_BUSY },
  { EBUSY, { 0 }, KEXEC_ERROR_BUSY },
  { ENOMEM, { 0 }, KEXEC_ERROR_OUT_OF_MEMORY },
  { EADDRNOTAVAIL, { 0 }, KEXEC_ERROR_NO_MEMORY_HOLE },
  { ENODATA, { 0 }, KEXEC_ERROR_SIGNATURE_MISSING },
  { ENOKEY, { 0 }, KEXEC_ERROR_SIGNATURE_REJECTED },
  { EKEYREJECTED, { 0 }, KEXEC_ERROR_SIGNATURE_REJECTED },
  { ELIBBAD, { 0 }, KEXEC_ERROR_SIGNATURE_REJECTED },
  { ENOPKG, { 0 }, KEXEC_ERROR_SIGNATURE_REJECTED },
  { EBADMSG, { 0 }, KEXEC_ERROR_SIGNATURE_REJECTED },
  { ENOSYS, { 0 }, KEXEC_ERROR_NOT_SUPPORTED },
  { EXFULL, { 0 }, KEXEC_ERROR_FAILED },
};

static void
test_load_errors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (load_errors); i++) {
    g_autoptr (GError) error = NULL;

    kexec_kernel_load_error (load_errors[i].error_number, &load_errors[i].facts, &error);
    g_assert_error (error, KEXEC_ERROR, (int) load_errors[i].error);
    g_assert_nonnull (strchr (error->message, ' '));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/kernel/slot", test_slot);
  g_test_add_func ("/daemon/kernel/facts", test_facts);
  g_test_add_func ("/daemon/kernel/came-by-kexec", test_came_by_kexec);
  g_test_add_func ("/daemon/kernel/load-errors", test_load_errors);
  return g_test_run ();
}

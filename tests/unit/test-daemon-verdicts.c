/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What checks found is remembered for as long as the files are the same, and no longer. */
#include "daemon/verdicts.h"
#include "tests/unit/expect.h"

static struct stat
old_file (void)
{
  struct stat st = { .st_dev = 1, .st_ino = 2, .st_size = 3 };

  st.st_mtim.tv_sec = st.st_ctim.tv_sec = g_get_real_time () / G_USEC_PER_SEC - 3600;
  return st;
}

static char *
key_of (const struct stat *st, const char *path, const char *circumstances)
{
  g_autoptr (KexecRecord) record = kexec_record_new ();

  g_ptr_array_add (record->files, kexec_record_file_new ("kernel", path, st));
  return kexec_verdicts_key (record->files, g_variant_new_string (circumstances));
}

static void
test_keys_differ (void)
{
  struct stat st = old_file ();
  g_autofree char *key = key_of (&st, "/boot/vmlinuz", "quiet");
  g_autofree char *same = key_of (&st, "/boot/vmlinuz", "quiet");
  g_autofree char *other_path = key_of (&st, "/boot/vmlinux", "quiet");
  g_autofree char *other_cmdline = key_of (&st, "/boot/vmlinuz", "loud");
  struct stat changed[5] = { st, st, st, st, st };

  g_assert_cmpstr (key, ==, same);
  g_assert_cmpstr (key, !=, other_path);
  g_assert_cmpstr (key, !=, other_cmdline);
  changed[0].st_dev++;
  changed[1].st_ino++;
  changed[2].st_size++;
  changed[3].st_mtim.tv_nsec++;
  changed[4].st_ctim.tv_nsec++;
  for (guint i = 0; i < G_N_ELEMENTS (changed); i++) {
    g_autofree char *other = key_of (&changed[i], "/boot/vmlinuz", "quiet");

    g_assert_cmpstr (key, !=, other);
  }
}

/* A file can be written twice within one tick of its clock. */
static void
test_files_that_are_just_written (void)
{
  struct stat st = old_file ();

  st.st_ctim.tv_sec = g_get_real_time () / G_USEC_PER_SEC;
  g_assert_null (key_of (&st, "/boot/vmlinuz", "quiet"));
  st = old_file ();
  st.st_mtim.tv_sec = g_get_real_time () / G_USEC_PER_SEC + 3600;
  g_assert_null (key_of (&st, "/boot/vmlinuz", "quiet"));
}

static void
test_find (void)
{
  KexecVerdicts *verdicts = kexec_verdicts_new ();
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecFindings) found = kexec_findings_new ();

  kexec_findings_add (findings, KEXEC_FINDING_NO_INITRD, "x", NULL, "It has none; give it one");
  g_assert_false (kexec_verdicts_find (verdicts, "key", found));
  kexec_verdicts_add (verdicts, "key", findings);
  kexec_verdicts_add (verdicts, "nothing", found);
  g_assert_true (kexec_verdicts_find (verdicts, "nothing", found));
  expect_findings (found, "");
  g_assert_true (kexec_verdicts_find (verdicts, "key", found));
  expect_findings (found, "no-initrd");

  /* What was found last counts. */
  kexec_findings_add (findings, KEXEC_FINDING_UNTRUSTED, "x", NULL, "It is open; close it");
  kexec_verdicts_add (verdicts, "key", findings);
  g_ptr_array_set_size (found, 0);
  g_assert_true (kexec_verdicts_find (verdicts, "key", found));
  expect_findings (found, "no-initrd untrusted");
  kexec_verdicts_unref (verdicts);
}

static void
test_is_bounded (void)
{
  KexecVerdicts *verdicts = kexec_verdicts_new ();
  g_autoptr (KexecFindings) none = kexec_findings_new ();
  guint known = 0;

  for (guint i = 0; i < 1000; i++) {
    g_autofree char *key = g_strdup_printf ("%u", i);

    kexec_verdicts_add (verdicts, key, none);
  }
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *key = g_strdup_printf ("%u", i);

    known += kexec_verdicts_find (verdicts, key, none);
  }
  g_assert_cmpuint (known, ==, 64);
  g_assert_true (kexec_verdicts_find (verdicts, "999", none));
  g_assert_false (kexec_verdicts_find (verdicts, "0", none));
  kexec_verdicts_unref (verdicts);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon-verdicts/keys-differ", test_keys_differ);
  g_test_add_func ("/daemon-verdicts/just-written", test_files_that_are_just_written);
  g_test_add_func ("/daemon-verdicts/find", test_find);
  g_test_add_func ("/daemon-verdicts/is-bounded", test_is_bounded);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the daemon keeps in files: the store, the record, the schedule, the arrival. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/arrival.h"
#include "daemon/clock.h"
#include "daemon/names.h"
#include "daemon/record.h"
#include "daemon/schedule.h"
#include "daemon/stale.h"
#include "daemon/store.h"
#include "tests/unit/make-tree.h"

#define BOOT_ID "11111111-2222-3333-4444-555555555555"

static int
open_dir (Tree *tree, const char *path)
{
  int fd;

  tree_dir (tree, path);
  fd = openat (tree->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static void
test_store (void)
{
  g_autoptr (Tree) tree = tree_new ();
  int fd = open_dir (tree, "run");
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GKeyFile) loaded = NULL;
  g_autofree char *value = NULL;
  g_autoptr (GError) error = NULL;
  struct stat st;

  g_assert_null (kexec_store_load (fd, "x", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);

  g_key_file_set_string (file, "A", "Key", "one = two\n\"three\" ");
  g_assert_true (kexec_store_save (fd, "x", file, TRUE, &error));
  g_assert_cmpint (fstatat (fd, "x", &st, 0), ==, 0);
  g_assert_cmpuint (st.st_mode & 07777, ==, 0600);
  loaded = kexec_store_load (fd, "x", &error);
  g_assert_no_error (error);
  value = g_key_file_get_string (loaded, "A", "Key", NULL);
  g_assert_cmpstr (value, ==, "one = two\n\"three\" ");
  /* Nothing temporary is left. */
  g_assert_cmpint (faccessat (fd, ".x.new", F_OK, 0), ==, -1);

  /* A link that somebody put there is not followed. */
  tree_write (tree, "elsewhere", "precious");
  tree_link (tree, "run/.y.new", "../elsewhere");
  g_assert_false (kexec_store_save (fd, "y", file, FALSE, &error));
  g_assert_error (error, KEXEC_ERROR, KEXEC_ERROR_IO_ERROR);
  g_clear_error (&error);

  g_assert_true (kexec_store_remove (fd, "x", TRUE, &error));
  g_assert_true (kexec_store_remove (fd, "x", TRUE, &error));
  g_assert_null (kexec_store_load (fd, "x", NULL));
  close (fd);
}

static KexecRecord *
make_record (Tree *tree)
{
  KexecRecord *record = kexec_record_new ();
  KexecRecordFile *file;
  struct stat st;

  tree_write (tree, "boot/vmlinuz", "kernel");
  g_assert_cmpint (fstatat (tree->fd, "boot/vmlinuz", &st, 0), ==, 0);
  file = kexec_record_file_new ("kernel", "/boot/vmlinuz", &st);
  file->sha256 = g_strdup ("abc");
  g_ptr_array_add (record->files, file);
  record->boot_id = g_strdup (BOOT_ID);
  record->stage_id = g_strdup ("token");
  record->id = g_strdup ("6.1.0");
  record->title = g_strdup ("Debian, kernel 6.1.0");
  record->release = g_strdup ("6.1.0");
  record->source = g_strdup ("directory");
  record->cmdline = g_strdup ("root=/dev/vda \"quoted word\" ro");
  record->action = KEXEC_ACTION_STAGE_ENTRY;
  record->uid = 1000;
  record->staged_at = 1234567;
  kexec_record_set_expiry (record, kexec_clock_boottime () + 60 * G_USEC_PER_SEC);
  return record;
}

static void
test_record (void)
{
  g_autoptr (Tree) tree = tree_new ();
  int fd = open_dir (tree, "run");
  g_autoptr (KexecRecord) record = make_record (tree);
  g_autoptr (KexecRecord) loaded = NULL;
  g_autoptr (GVariant) before = NULL, after = NULL, property = NULL;

  g_assert_null (kexec_record_load (fd, BOOT_ID));
  g_assert_true (kexec_record_save (record, fd, NULL));
  g_assert_null (kexec_record_load (fd, "another boot"));
  loaded = kexec_record_load (fd, BOOT_ID);
  g_assert_nonnull (loaded);
  g_assert_cmpint (loaded->expires, ==, record->expires);
  g_assert_cmpint (ABS (loaded->expires_at - record->expires_at), <, G_USEC_PER_SEC);
  loaded->expires_at = record->expires_at; /* worked out from two clocks each time */
  before = g_variant_ref_sink (kexec_record_to_variant (record, FALSE));
  after = g_variant_ref_sink (kexec_record_to_variant (loaded, FALSE));
  g_assert_true (g_variant_equal (before, after));
  g_assert_cmpint (loaded->expires_at, >, g_get_real_time ());

  /* The property is for everyone: no command line, no paths. */
  property = g_variant_ref_sink (kexec_record_to_property (record, TRUE));
  g_assert_null (g_variant_lookup_value (property, "cmdline", NULL));
  g_assert_null (g_variant_lookup_value (property, "files", NULL));

  for (guint cut = 0; cut < 3; cut++) {
    static const char *const broken[] = { "", "[Staged]\nBootId=" BOOT_ID "\n", "no key file" };

    tree_write (tree, "run/" KEXEC_FILE_STAGED, broken[cut]);
    g_assert_null (kexec_record_load (fd, BOOT_ID));
  }
  close (fd);
}

/* The kernel is replaced, and then gone. */
static void
expect_stale_when_changed (const KexecRecord *record, Tree *tree)
{
  g_assert_false (kexec_record_is_stale (record, tree->fd));
  tree_write (tree, "boot/vmlinuz.new", "kernel");
  g_assert_cmpint (renameat (tree->fd, "boot/vmlinuz.new", tree->fd, "boot/vmlinuz"), ==, 0);
  g_assert_true (kexec_record_is_stale (record, tree->fd));
  tree_remove (tree, "boot/vmlinuz");
  g_assert_true (kexec_record_is_stale (record, tree->fd));
}

static void
test_stale (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecRecord) record = make_record (tree);

  expect_stale_when_changed (record, tree);
}

/* What is in a file system that is not mounted is found where its place is; only a worker looks. */
static void
test_stale_private (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecRecord) record = make_record (tree);

  g_assert_true (kexec_stale_can_look (record));
  record->is_private = TRUE;
  g_assert_false (kexec_stale_can_look (record));
  expect_stale_when_changed (record, tree);
  record->is_private = FALSE;
  record->action = KEXEC_ACTION_STAGE_CUSTOM;
  g_assert_false (kexec_stale_can_look (record));
}

static void
test_schedule (void)
{
  g_autoptr (Tree) tree = tree_new ();
  int fd = open_dir (tree, "run");
  g_autoptr (KexecSchedule) schedule = kexec_schedule_new ();
  g_autoptr (KexecSchedule) loaded = NULL;

  schedule->uid = 1001;
  schedule->when = 99;
  schedule->stage_id = g_strdup ("token");
  schedule->message = g_strdup ("Back soon");
  schedule->ignore_inhibitors = TRUE;
  schedule->granted = KEXEC_ACTION_BIT (KEXEC_ACTION_EXECUTE);
  g_assert_true (kexec_schedule_save (schedule, fd, BOOT_ID, NULL));
  g_assert_null (kexec_schedule_load (fd, "another boot"));
  loaded = kexec_schedule_load (fd, BOOT_ID);
  g_assert_nonnull (loaded);
  g_assert_cmpuint (loaded->uid, ==, 1001);
  g_assert_cmpint (loaded->when, ==, 99);
  g_assert_cmpstr (loaded->stage_id, ==, "token");
  g_assert_cmpstr (loaded->message, ==, "Back soon");
  g_assert_true (loaded->ignore_inhibitors);
  g_assert_false (loaded->allow_cold_reboot);
  g_assert_cmphex (loaded->granted, ==, schedule->granted);
  kexec_schedule_remove (fd);
  g_assert_null (kexec_schedule_load (fd, BOOT_ID));
  close (fd);
}

/* What the next boot shows, and what is to be made of it. */
static const struct {
  const char *bootloader_type; /* NULL: the architecture has none */
  const char *release, *cmdline;
  const char *result;
} arrivals[] = {
  { "208", "6.1.0", "root=/dev/vda \"quoted word\" ro", "arrived" },
  { "208", "6.1.0", "built=in root=/dev/vda \"quoted word\" ro", "arrived" },
  { NULL, "6.1.0", "root=/dev/vda \"quoted word\" ro", "arrived" },
  { "176", "6.1.0", "root=/dev/vda \"quoted word\" ro", "cold" },
  { "176", "6.2.0", "quiet", "cold" },
  { "208", "6.2.0", "root=/dev/vda \"quoted word\" ro", "other" },
  { "208", "6.1.0", "root=/dev/vda single", "other" },
};

static void
test_arrival (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecRecord) record = make_record (tree);
  KexecEnvironment first = { .root_fd = tree->fd, .boot_id = (char *) BOOT_ID };
  KexecEnvironment next = { .root_fd = tree->fd, .boot_id = (char *) "the next boot" };
  g_autoptr (GVariant) last = NULL;
  g_autofree char *stored = NULL;
  const char *result;

  first.state_fd = next.state_fd = open_dir (tree, "var");
  g_assert_true (kexec_arrival_expect (&first, record, 1000, NULL));
  g_assert_true (kexec_arrival_is_pending (&first));
  /* Still the same boot: nothing to record. */
  g_assert_true (kexec_arrival_record (&first, NULL));
  g_assert_true (kexec_arrival_is_pending (&first));

  tree_write (tree, "proc/sys/kernel/osrelease", arrivals[i].release);
  tree_write (tree, "proc/cmdline", arrivals[i].cmdline);
  if (arrivals[i].bootloader_type != NULL)
    tree_write (tree, "proc/sys/kernel/bootloader_type", arrivals[i].bootloader_type);
  g_assert_true (kexec_arrival_record (&next, NULL));
  g_assert_false (kexec_arrival_is_pending (&first));
  last = g_variant_ref_sink (kexec_arrival_last (&next));
  g_assert_true (g_variant_lookup (last, "result", "&s", &result));
  g_assert_cmpstr (result, ==, arrivals[i].result);
  /* Everyone can read it: the command line is gone. */
  stored = g_variant_print (last, FALSE);
  g_assert_null (g_strstr_len (stored, -1, "quoted word"));
  close (first.state_fd);
}

static void
test_arrival_failed (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecRecord) record = make_record (tree);
  KexecEnvironment environment = { .root_fd = tree->fd, .boot_id = (char *) BOOT_ID };
  g_autoptr (GVariant) none = NULL, last = NULL;
  const char *text;

  environment.state_fd = open_dir (tree, "var");
  none = g_variant_ref_sink (kexec_arrival_last (&environment));
  g_assert_cmpuint (g_variant_n_children (none), ==, 0);
  kexec_arrival_fail (&environment, "nothing is pending");
  g_assert_true (kexec_arrival_expect (&environment, record, 1000, NULL));
  kexec_arrival_fail (&environment, "It did not begin");
  g_assert_false (kexec_arrival_is_pending (&environment));
  last = g_variant_ref_sink (kexec_arrival_last (&environment));
  g_assert_true (g_variant_lookup (last, "text", "&s", &text));
  g_assert_cmpstr (text, ==, "It did not begin");
  close (environment.state_fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/store", test_store);
  g_test_add_func ("/daemon/record", test_record);
  g_test_add_func ("/daemon/record/stale", test_stale);
  g_test_add_func ("/daemon/record/stale-private", test_stale_private);
  g_test_add_func ("/daemon/schedule", test_schedule);
  for (guint i = 0; i < G_N_ELEMENTS (arrivals); i++) {
    g_autofree char *path = g_strdup_printf ("/daemon/arrival/%u", i);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_arrival);
  }
  g_test_add_func ("/daemon/arrival/failed", test_arrival_failed);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/arrival.h"

#include <string.h>

#include "boot/beneath.h"
#include "daemon/log.h"
#include "daemon/names.h"
#include "daemon/store.h"

#define GROUP "Execution"

gboolean
kexec_arrival_expect (const KexecEnvironment *environment, const KexecRecord *record, guint32 uid,
                      GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_string (file, GROUP, "BootId", environment->boot_id);
  g_key_file_set_string (file, GROUP, "Id", record->id);
  g_key_file_set_string (file, GROUP, "Title", record->title);
  g_key_file_set_string (file, GROUP, "ExpectedRelease", record->release);
  g_key_file_set_string (file, GROUP, "Cmdline", record->cmdline);
  g_key_file_set_int64 (file, GROUP, "When", g_get_real_time ());
  g_key_file_set_uint64 (file, GROUP, "Uid", uid);
  return kexec_store_save (environment->state_fd, KEXEC_FILE_PENDING, file, TRUE, error);
}

/** Returns: (transfer full) (nullable): the pending record of this boot or of an earlier one. */
static GKeyFile *
load_pending (const KexecEnvironment *environment, gboolean this_boot)
{
  g_autoptr (GKeyFile) file = kexec_store_load (environment->state_fd, KEXEC_FILE_PENDING, NULL);
  g_autofree char *boot_id =
    file != NULL ? g_key_file_get_string (file, GROUP, "BootId", NULL) : NULL;

  if (boot_id == NULL || g_str_equal (boot_id, environment->boot_id) != this_boot)
    return NULL;
  return g_steal_pointer (&file);
}

gboolean
kexec_arrival_is_pending (const KexecEnvironment *environment)
{
  g_autoptr (GKeyFile) file = load_pending (environment, TRUE);

  return file != NULL;
}

/* The command line is not kept: the result is for everyone to read. */
static gboolean
save_result (const KexecEnvironment *environment, GKeyFile *file, const char *result,
             const char *text, GError **error)
{
  g_key_file_set_string (file, GROUP, "Result", result);
  g_key_file_set_string (file, GROUP, "Text", text);
  g_key_file_remove_key (file, GROUP, "Cmdline", NULL);
  return kexec_store_save (environment->state_fd, KEXEC_FILE_LAST, file, TRUE, error) &&
         kexec_store_remove (environment->state_fd, KEXEC_FILE_PENDING, TRUE, error);
}

void
kexec_arrival_fail (const KexecEnvironment *environment, const char *text)
{
  g_autoptr (GKeyFile) file = load_pending (environment, TRUE);
  g_autoptr (GError) error = NULL;

  if (file != NULL && !save_result (environment, file, "failed", text, &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
}

void
kexec_arrival_note_failure (const KexecEnvironment *environment, guint32 uid, const char *text)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  g_key_file_set_int64 (file, GROUP, "When", g_get_real_time ());
  g_key_file_set_uint64 (file, GROUP, "Uid", uid);
  if (!save_result (environment, file, "failed", text, &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
}

typedef struct {
  const char *result;
  KexecEvent event;
  char *text;
} Outcome;

/* Kernels may put a built-in command line before or after ours. */
static gboolean
has_cmdline (const KexecEnvironment *environment, const char *expected)
{
  g_autofree char *cmdline =
    kexec_beneath_read (environment->root_fd, "/proc/cmdline", 64 * 1024, NULL);

  return cmdline == NULL || expected == NULL || strstr (cmdline, expected) != NULL;
}

static Outcome
judge (const KexecEnvironment *environment, const char *title, const char *expected,
       const char *cmdline, const char *release)
{
  int by_kexec = kexec_kernel_came_by_kexec (environment->root_fd);

  if (by_kexec == 0)
    return (
      Outcome){ "cold", KEXEC_EVENT_COLD,
                g_strdup_printf ("The machine came up through its firmware, with Linux %s,"
                                 " instead of jumping into %s; 'journalctl -b -1' may say why",
                                 release, title) };
  if ((*expected != '\0' && !g_str_equal (release, expected)) ||
      !has_cmdline (environment, cmdline))
    return (Outcome){ "other", KEXEC_EVENT_OTHER,
                      g_strdup_printf ("Linux %s came up with a kernel or command line other than"
                                       " that of %s; another program may have loaded an image",
                                       release, title) };
  return (Outcome){ "arrived", KEXEC_EVENT_ARRIVED,
                    strstr (title, release) != NULL
                      ? g_strdup_printf ("%s came up", title)
                      : g_strdup_printf ("%s came up as Linux %s", title, release) };
}

gboolean
kexec_arrival_record (const KexecEnvironment *environment, GError **error)
{
  g_autoptr (GKeyFile) file = load_pending (environment, FALSE);
  g_autofree char *title = NULL, *expected = NULL, *cmdline = NULL, *release = NULL;
  Outcome outcome;
  gboolean saved;

  if (file == NULL)
    return TRUE;
  title = g_key_file_get_string (file, GROUP, "Title", NULL);
  expected = g_key_file_get_string (file, GROUP, "ExpectedRelease", NULL);
  cmdline = g_key_file_get_string (file, GROUP, "Cmdline", NULL);
  release = kexec_kernel_release (environment->root_fd);
  if (title == NULL || expected == NULL || release == NULL)
    return kexec_store_remove (environment->state_fd, KEXEC_FILE_PENDING, TRUE, error);

  outcome = judge (environment, title, expected, cmdline, release);
  g_key_file_set_string (file, GROUP, "Release", release);
  saved = save_result (environment, file, outcome.result, outcome.text, error);
  kexec_log (outcome.event, g_variant_new_parsed ("{'KEXEC_TITLE': <%s>}", title), "%s",
             outcome.text);
  g_free (outcome.text);
  return saved;
}

GVariant *
kexec_arrival_last (const KexecEnvironment *environment)
{
  static const struct {
    const char *property, *key;
  } strings[] = {
    { "result", "Result" },
    { "text", "Text" },
    { "id", "Id" },
    { "title", "Title" },
    { "expected-release", "ExpectedRelease" },
    { "release", "Release" },
  };
  g_autoptr (GKeyFile) file = kexec_store_load (environment->state_fd, KEXEC_FILE_LAST, NULL);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (file == NULL)
    return g_variant_new ("a{sv}", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++) {
    g_autofree char *value = g_key_file_get_string (file, GROUP, strings[i].key, NULL);

    g_variant_dict_insert (&dict, strings[i].property, "s", value != NULL ? value : "");
  }
  g_variant_dict_insert (&dict, "when", "t", g_key_file_get_int64 (file, GROUP, "When", NULL));
  g_variant_dict_insert (&dict, "uid", "u",
                         (guint32) g_key_file_get_uint64 (file, GROUP, "Uid", NULL));
  return g_variant_dict_end (&dict);
}

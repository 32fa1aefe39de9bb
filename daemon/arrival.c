/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/arrival.h"

#include <string.h>

#include "boot/beneath.h"
#include "daemon/log.h"
#include "daemon/names.h"
#include "daemon/store.h"
#include "daemon/systemd1.h"
#include "daemon/text.h"

#define GROUP "Execution"

/* No shutdown takes longer than this, in seconds. */
#define LONGEST_SHUTDOWN 3600

/* Returns: (transfer full): what is known whether or not there is an image. */
static GKeyFile *
new_pending (const KexecEnvironment *environment, const char *id, const char *title, guint32 uid)
{
  GKeyFile *file = g_key_file_new ();

  g_key_file_set_string (file, GROUP, "BootId", environment->boot_id);
  g_key_file_set_string (file, GROUP, "Id", id);
  g_key_file_set_string (file, GROUP, "Title", title);
  g_key_file_set_int64 (file, GROUP, "When", g_get_real_time ());
  g_key_file_set_uint64 (file, GROUP, "Uid", uid);
  return file;
}

/* Returns: (transfer full): what is known of an image that is to come up. */
static GKeyFile *
new_expectation (const KexecEnvironment *environment, const KexecRecord *record, guint32 uid)
{
  GKeyFile *file = new_pending (environment, record->id, record->title, uid);

  g_key_file_set_string (file, GROUP, "ExpectedRelease", record->release);
  g_key_file_set_string (file, GROUP, "Cmdline", record->cmdline);
  return file;
}

static gboolean
save_pending (const KexecEnvironment *environment, GKeyFile *file, GError **error)
{
  return kexec_store_save (environment->state_fd, KEXEC_FILE_PENDING, file, TRUE, error);
}

gboolean
kexec_arrival_expect (const KexecEnvironment *environment, const KexecRecord *record, guint32 uid,
                      GError **error)
{
  g_autoptr (GKeyFile) file = new_expectation (environment, record, uid);

  return save_pending (environment, file, error);
}

gboolean
kexec_arrival_expect_late (const KexecEnvironment *environment, const KexecRecord *record,
                           const char *hint, GError **error)
{
  g_autoptr (GKeyFile) file = new_expectation (environment, record, record->uid);

  g_key_file_set_boolean (file, GROUP, "Late", TRUE);
  if (hint != NULL)
    g_key_file_set_string (file, GROUP, "Hint", hint);
  return save_pending (environment, file, error);
}

gboolean
kexec_arrival_expect_failure (const KexecEnvironment *environment, const char *id,
                              const char *title, const char *why, guint32 uid, GError **error)
{
  g_autoptr (GKeyFile) file = new_pending (environment, id, title, uid);

  g_key_file_set_string (file, GROUP, "ExpectedRelease", "");
  g_key_file_set_boolean (file, GROUP, "Late", TRUE);
  g_key_file_set_string (file, GROUP, "Failure", why);
  return save_pending (environment, file, error);
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

  return file != NULL && !g_key_file_get_boolean (file, GROUP, "Late", NULL);
}

void
kexec_arrival_forget_late (const KexecEnvironment *environment)
{
  g_autoptr (GKeyFile) file = load_pending (environment, TRUE);
  g_autoptr (GError) error = NULL;

  if (file != NULL && g_key_file_get_boolean (file, GROUP, "Late", NULL) &&
      !kexec_store_remove (environment->state_fd, KEXEC_FILE_PENDING, TRUE, &error))
    kexec_log (KEXEC_EVENT_PROBLEM, NULL, "%s", error->message);
}

/* Command line and paths are not kept: the result is for everyone to read. */
static gboolean
save_result (const KexecEnvironment *environment, GKeyFile *file, const char *result,
             const char *text, GError **error)
{
  g_autofree char *public = kexec_text_without_folders (text);

  g_key_file_set_string (file, GROUP, "Result", result);
  g_key_file_set_string (file, GROUP, "Text", public);
  g_key_file_remove_key (file, GROUP, "Cmdline", NULL);
  g_key_file_remove_key (file, GROUP, "Late", NULL);
  g_key_file_remove_key (file, GROUP, "Hint", NULL);
  g_key_file_remove_key (file, GROUP, "Failure", NULL);
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

/* What the pending record says, and what came up. */
typedef struct {
  char *title;
  char *expected; /* the release; "": any */
  char *cmdline;  /* (nullable) */
  char *hint;     /* (nullable): what to do if it came up cold */
  char *failure;  /* (nullable): why nothing was loaded */
  char *release;  /* (nullable): the one that came up */
  gboolean is_late;
  gboolean is_later_boot; /* this boot began too late to be the one that was asked for */
} Facts;

static void
facts_clear (Facts *self)
{
  g_free (self->title);
  g_free (self->expected);
  g_free (self->cmdline);
  g_free (self->hint);
  g_free (self->failure);
  g_free (self->release);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Facts, facts_clear)

/* Where nothing asks for kexecd at each boot, one may have come between. */
static gboolean
began_after (const KexecEnvironment *environment, gint64 when)
{
  g_autofree char *stat =
    kexec_beneath_read (environment->root_fd, "/proc/stat", 4 * 1024 * 1024, NULL);
  const char *began = stat != NULL ? strstr (stat, "\nbtime ") : NULL;

  return began != NULL && g_ascii_strtoll (began + strlen ("\nbtime "), NULL, 10) >
                            when / G_USEC_PER_SEC + LONGEST_SHUTDOWN;
}

static void
facts_read (Facts *self, const KexecEnvironment *environment, GKeyFile *file)
{
  self->title = g_key_file_get_string (file, GROUP, "Title", NULL);
  self->expected = g_key_file_get_string (file, GROUP, "ExpectedRelease", NULL);
  self->cmdline = g_key_file_get_string (file, GROUP, "Cmdline", NULL);
  self->hint = g_key_file_get_string (file, GROUP, "Hint", NULL);
  self->failure = g_key_file_get_string (file, GROUP, "Failure", NULL);
  self->is_late = g_key_file_get_boolean (file, GROUP, "Late", NULL);
  self->release = kexec_kernel_release (environment->root_fd);
  /* systemd has kexecd look at each boot. */
  self->is_later_boot = !kexec_systemd1_is_init (environment->root_fd) &&
                        began_after (environment, g_key_file_get_int64 (file, GROUP, "When", NULL));
}

/* Returns: where to look if nothing is known of why it came up cold. */
static const char *
name_log (const KexecEnvironment *environment, gboolean is_late)
{
  if (is_late)
    return "what the console showed last, or the log, may say why";
  if (kexec_systemd1_is_init (environment->root_fd))
    return "'journalctl -b -1' may say why";
  return "the system log from before the reboot may say why";
}

/* Returns: (transfer full): why it came up cold, as far as it was known before. */
static char *
explain_cold (const KexecEnvironment *environment, const Facts *facts)
{
  if (facts->failure != NULL)
    return g_strdup_printf ("The machine came up through its firmware, with Linux %s, because"
                            " nothing could be loaded during shutdown: %s",
                            facts->release, facts->failure);
  if (facts->hint != NULL)
    return g_strdup_printf ("The machine came up through its firmware, with Linux %s, although %s"
                            " was loaded when it went down; %s",
                            facts->release, facts->title, facts->hint);
  return g_strdup_printf ("The machine came up through its firmware, with Linux %s, instead of"
                          " jumping into %s; %s",
                          facts->release, facts->title, name_log (environment, facts->is_late));
}

static Outcome
judge (const KexecEnvironment *environment, const Facts *facts)
{
  int by_kexec = kexec_kernel_came_by_kexec (environment->root_fd);

  if (by_kexec == 0 && facts->is_later_boot && facts->failure == NULL && facts->hint == NULL)
    return (Outcome){ "other", KEXEC_EVENT_OTHER,
                      g_strdup_printf ("What the reboot into %s ended in is not known: this boot"
                                       " began long after it, and another may have come between;"
                                       " have kexecd started at each boot to know",
                                       facts->title) };
  if (by_kexec == 0 || (by_kexec < 0 && facts->failure != NULL))
    return (Outcome){ "cold", KEXEC_EVENT_COLD, explain_cold (environment, facts) };
  if (facts->failure != NULL)
    return (Outcome){ "other", KEXEC_EVENT_OTHER,
                      g_strdup_printf ("Linux %s came up through a kexec that was not kexecd's,"
                                       " which could load nothing during shutdown: %s",
                                       facts->release, facts->failure) };
  if ((*facts->expected != '\0' && !g_str_equal (facts->release, facts->expected)) ||
      !has_cmdline (environment, facts->cmdline))
    return (Outcome){ "other", KEXEC_EVENT_OTHER,
                      g_strdup_printf ("Linux %s came up with a kernel or command line other than"
                                       " that of %s; another program may have loaded an image",
                                       facts->release, facts->title) };
  return (Outcome){ "arrived", KEXEC_EVENT_ARRIVED,
                    strstr (facts->title, facts->release) != NULL
                      ? g_strdup_printf ("%s came up", facts->title)
                      : g_strdup_printf ("%s came up as Linux %s", facts->title, facts->release) };
}

gboolean
kexec_arrival_record (const KexecEnvironment *environment, GError **error)
{
  g_autoptr (GKeyFile) file = load_pending (environment, FALSE);
  g_auto (Facts) facts = { 0 };
  Outcome outcome;
  gboolean saved;

  if (file == NULL)
    return TRUE;
  facts_read (&facts, environment, file);
  if (facts.title == NULL || facts.expected == NULL || facts.release == NULL)
    return kexec_store_remove (environment->state_fd, KEXEC_FILE_PENDING, TRUE, error);

  outcome = judge (environment, &facts);
  g_key_file_set_string (file, GROUP, "Release", facts.release);
  saved = save_result (environment, file, outcome.result, outcome.text, error);
  kexec_log (outcome.event, g_variant_new_parsed ("{'KEXEC_TITLE': <%s>}", facts.title), "%s",
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl list: what this machine, or the system below a directory, can boot. */
#include <fcntl.h>

#include "boot/catalog.h"
#include "boot/fd.h"
#include "client/command.h"
#include "client/connection.h"
#include "client/entries.h"
#include "client/json.h"
#include "client/print.h"
#include "client/report.h"

/* Returns: (transfer full): an aa{sv} of what the service lists. */
static GVariant *
ask_service (const KexecOptions *options, GError **error)
{
  g_autoptr (KexecConnection) connection = kexec_connection_new (options, error);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) reply = NULL;

  if (connection == NULL)
    return NULL;
  if (options->verbose || options->json)
    g_variant_dict_insert (&dict, "verbose", "b", TRUE);
  reply = kexec_connection_call (
    connection, "ListEntries", g_variant_new ("(@a{sv})", g_variant_dict_end (&dict)), NULL, error);
  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

/* Returns: (transfer full): the same of entries that we have read ourselves. */
static GVariant *
catalog_to_variant (const GPtrArray *catalog)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < catalog->len; i++)
    g_variant_builder_add_value (&builder, kexec_entry_to_variant (catalog->pdata[i]));
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* What is wrong with the configuration, where there is no entry to say it at. */
static void
report_config (const KexecConfig *config)
{
  for (guint i = 0; i < config->findings->len; i++)
    kexec_report_sentence ("%s.", ((const KexecFinding *) config->findings->pdata[i])->text);
}

/* Returns: (transfer full) (element-type KexecEntry): what lies below options->root. */
static GPtrArray *
read_root (const KexecOptions *options, GError **error)
{
  g_autoptr (KexecConfig) config = NULL;
  GPtrArray *catalog;
  kexec_autofd root_fd = open (options->root, O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (root_fd < 0) {
    int saved = errno;

    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "Cannot open %s: %s",
                 options->root, g_strerror (saved));
    return NULL;
  }
  config = kexec_config_load (root_fd);
  catalog = kexec_catalog_list (root_fd, config, NULL, error);
  if (catalog == NULL || catalog->len == 0)
    report_config (config);
  return catalog;
}

static void
print_views (const KexecOptions *options, const GPtrArray *views)
{
  if (views->len == 0)
    kexec_print_line (KEXEC_STYLE_PLAIN,
                      "No kernel was found, neither in a boot menu nor in /boot.");
  else
    kexec_entries_print (views, options->verbose, kexec_terminal_columns ());
}

static gboolean
list_service (const KexecOptions *options, GError **error)
{
  g_autoptr (GVariant) entries = ask_service (options, error);
  g_autoptr (GPtrArray) views = NULL;

  if (entries == NULL)
    return FALSE;
  if (options->json) {
    kexec_json_print (entries);
    return TRUE;
  }
  views = kexec_entry_views_from_variant (entries);
  print_views (options, views);
  return TRUE;
}

static gboolean
list_root (const KexecOptions *options, GError **error)
{
  g_autoptr (GPtrArray) catalog = read_root (options, error);
  g_autoptr (GPtrArray) views = NULL;

  if (catalog == NULL)
    return FALSE;
  if (options->json) {
    g_autoptr (GVariant) entries = catalog_to_variant (catalog);

    kexec_json_print (entries);
    return TRUE;
  }
  views = kexec_entry_views_from_catalog (catalog);
  print_views (options, views);
  return TRUE;
}

KexecExitCode
kexec_command_list (KexecOptions *options, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  KexecExitCode code;

  if (!kexec_options_parse (options, NULL, &argc, &argv, &code))
    return code;
  if (!(options->root != NULL ? list_root : list_service) (options, &error))
    return kexec_report (options, error);
  return KEXEC_EXIT_DONE;
}

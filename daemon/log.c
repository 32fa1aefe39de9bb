/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/log.h"

#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

static const struct {
  const char *id;
  const char *priority; /* of syslog(3), as the journal wants it */
} table[] = {
  [KEXEC_EVENT_STAGED] = { "4926f2303f974900bd4c12f58621fc24", "5" },
  [KEXEC_EVENT_STAGE_FAILED] = { "28f7022aa1dc4411b2e6da1013fc8de8", "4" },
  [KEXEC_EVENT_UNSTAGED] = { "70c8d760cce9402e980597dcdbb8749c", "5" },
  [KEXEC_EVENT_EXPIRED] = { "9b83929ef54f4f8f8daa975746cb68e5", "5" },
  [KEXEC_EVENT_LOST] = { "2dc7cd75d76541f29bffd3176c815340", "4" },
  [KEXEC_EVENT_FOREIGN] = { "de8ed8e01c444403add1d50a2fdb475d", "4" },
  [KEXEC_EVENT_SCHEDULED] = { "2aa534a429da42f19b2ea13c85f877ce", "5" },
  [KEXEC_EVENT_CANCELLED] = { "dce469ec2601425f9bd74a1a51aaf858", "5" },
  [KEXEC_EVENT_EXECUTING] = { "0eda36e46bc54622bb705bbcb68a9933", "5" },
  [KEXEC_EVENT_EXECUTE_FAILED] = { "21c8fd3b295f4376ad63f96f501465cf", "3" },
  [KEXEC_EVENT_REFUSED] = { "5e161106b6354091a2190cd1e87bdd38", "5" },
  [KEXEC_EVENT_ARRIVED] = { "005680d8796643ddb43e44ecda08e4aa", "5" },
  [KEXEC_EVENT_COLD] = { "9a453d55d73245599628c41f2b468e9e", "3" },
  [KEXEC_EVENT_OTHER] = { "a8e0914ed4324a0c97d12c8aeff5fb86", "3" },
  [KEXEC_EVENT_PROBLEM] = { "0ea98fb66ac84baca6a17afd484ccdca", "4" },
};

G_STATIC_ASSERT (G_N_ELEMENTS (table) == KEXEC_N_EVENTS);

static gboolean use_journal;

static GLogWriterOutput
write_syslog (const GLogField *fields, gsize n_fields)
{
  const char *message = "";
  int priority = LOG_NOTICE;

  for (gsize i = 0; i < n_fields; i++) {
    if (g_str_equal (fields[i].key, "MESSAGE"))
      message = fields[i].value;
    else if (g_str_equal (fields[i].key, "PRIORITY"))
      priority = *(const char *) fields[i].value - '0';
  }
  syslog (priority, "%s", message);
  return G_LOG_WRITER_HANDLED;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO))
    return G_LOG_WRITER_HANDLED;
  if (use_journal && g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  if (isatty (STDERR_FILENO))
    return g_log_writer_standard_streams (level, fields, n_fields, NULL);
  return write_syslog (fields, n_fields);
}

void
kexec_log_init (void)
{
  use_journal = access (JOURNAL_SOCKET, F_OK) == 0;
  openlog ("kexecd", LOG_PID, LOG_DAEMON);
  g_log_set_writer_func (write_log, NULL, NULL);
}

gboolean
kexec_log_uses_journal (void)
{
  return use_journal;
}

const char *
kexec_event_id (KexecEvent event)
{
  g_return_val_if_fail (event < KEXEC_N_EVENTS, NULL);
  return table[event].id;
}

static char *
field_to_text (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  return g_variant_print (value, FALSE);
}

void
kexec_log (KexecEvent event, GVariant *fields, const char *format, ...)
{
  g_autoptr (GVariant) extra =
    g_variant_ref_sink (fields != NULL ? fields : g_variant_new ("a{sv}", NULL));
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (GLogField));
  g_autofree char *message = NULL;
  GVariantIter iter;
  const char *key;
  GVariant *value;
  va_list ap;

  va_start (ap, format);
  message = g_strdup_vprintf (format, ap);
  va_end (ap);

  g_array_append_vals (all, &(GLogField){ "MESSAGE", message, -1 }, 1);
  g_array_append_vals (all, &(GLogField){ "MESSAGE_ID", table[event].id, -1 }, 1);
  g_array_append_vals (all, &(GLogField){ "PRIORITY", table[event].priority, -1 }, 1);
  g_array_append_vals (all, &(GLogField){ "SYSLOG_IDENTIFIER", "kexecd", -1 }, 1);
  g_variant_iter_init (&iter, extra);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value)) {
    char *text = field_to_text (value);

    g_ptr_array_add (texts, text);
    g_array_append_vals (all, &(GLogField){ key, text, -1 }, 1);
    g_variant_unref (value);
  }
  g_log_structured_array (G_LOG_LEVEL_MESSAGE, (GLogField *) (gpointer) all->data, all->len);
}

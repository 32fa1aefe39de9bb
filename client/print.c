/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/print.h"

#include "client/dict.h"
#include "client/human.h"

#define LABEL_WIDTH 14

typedef struct {
  KexecSeverity severity;
  KexecStyle style;
} Style;

static const Style styles[] = {
  { KEXEC_SEVERITY_BLOCKER, KEXEC_STYLE_BAD },
  { KEXEC_SEVERITY_WARNING, KEXEC_STYLE_WARNING },
  { KEXEC_SEVERITY_NOTE, KEXEC_STYLE_DIM },
};

static char *format_styled (KexecStyle style, const char *format, va_list ap) G_GNUC_PRINTF (2, 0);

/* Returns: (transfer full): the formatted text, fit for a terminal, in a style; "" stays that. */
static char *
format_styled (KexecStyle style, const char *format, va_list ap)
{
  g_autofree char *text = g_strdup_vprintf (format, ap);
  g_autofree char *clean = kexec_human_text (text);

  return kexec_terminal_style (style, clean);
}

static void
print_field (const char *label, const char *value)
{
  if (*value != '\0')
    g_print ("%*s: %s\n", LABEL_WIDTH, label, value);
}

void
kexec_print_field (const char *label, const char *format, ...)
{
  g_autofree char *value = NULL;
  va_list ap;

  va_start (ap, format);
  value = format_styled (KEXEC_STYLE_PLAIN, format, ap);
  va_end (ap);
  print_field (label, value);
}

void
kexec_print_styled_field (KexecStyle style, const char *label, const char *format, ...)
{
  g_autofree char *value = NULL;
  va_list ap;

  va_start (ap, format);
  value = format_styled (style, format, ap);
  va_end (ap);
  print_field (label, value);
}

void
kexec_print_line (KexecStyle style, const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list ap;

  va_start (ap, format);
  line = format_styled (style, format, ap);
  va_end (ap);
  g_print ("%s\n", line);
}

/* Returns: (nullable): how a finding is shown; %NULL if it is less grave than @least. */
static const Style *
find_style (GVariant *finding, KexecSeverity least)
{
  const char *severity = kexec_dict_string (finding, "severity");

  for (gsize i = 0; i < G_N_ELEMENTS (styles); i++) {
    if (styles[i].severity >= least &&
        g_str_equal (kexec_severity_name (styles[i].severity), severity))
      return &styles[i];
  }
  return NULL;
}

void
kexec_print_findings (GVariant *findings, KexecSeverity least, guint indent)
{
  for (gsize i = 0; i < g_variant_n_children (findings); i++) {
    g_autoptr (GVariant) finding = g_variant_get_child_value (findings, i);
    g_autofree char *text = kexec_human_text (kexec_dict_string (finding, "text"));
    const Style *style = find_style (finding, least);
    g_autofree char *severity = NULL;

    if (style == NULL)
      continue;
    severity = kexec_terminal_style (style->style, kexec_severity_name (style->severity));
    g_print ("%*s%s: %s\n", (int) indent, "", severity, text);
  }
}

gboolean
kexec_print_has_findings (GVariant *findings, KexecSeverity least)
{
  for (gsize i = 0; i < g_variant_n_children (findings); i++) {
    g_autoptr (GVariant) finding = g_variant_get_child_value (findings, i);

    if (find_style (finding, least) != NULL)
      return TRUE;
  }
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/print.h"

#include "client/human.h"

#define LABEL_WIDTH 14

static const KexecStyle severity_styles[] = {
  [KEXEC_SEVERITY_NOTE] = KEXEC_STYLE_DIM,
  [KEXEC_SEVERITY_WARNING] = KEXEC_STYLE_WARNING,
  [KEXEC_SEVERITY_BLOCKER] = KEXEC_STYLE_BAD,
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

void
kexec_print_finding_views (const GPtrArray *views, KexecSeverity least, guint indent)
{
  for (guint i = 0; i < views->len; i++) {
    const KexecFindingView *view = views->pdata[i];
    g_autofree char *text = NULL;
    g_autofree char *severity = NULL;

    if (view->severity < least)
      continue;
    text = kexec_human_text (view->text);
    severity =
      kexec_terminal_style (severity_styles[view->severity], kexec_severity_name (view->severity));
    g_print ("%*s%s: %s\n", (int) indent, "", severity, text);
  }
}

void
kexec_print_findings (GVariant *findings, KexecSeverity least, guint indent)
{
  g_autoptr (GPtrArray) views = kexec_finding_views_from_variant (findings);

  kexec_print_finding_views (views, least, indent);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/finding-view.h"

#include "client/dict.h"

static void
view_free (KexecFindingView *self)
{
  g_free (self->text);
  g_free (self);
}

static void
add (GPtrArray *views, KexecSeverity severity, const char *text)
{
  KexecFindingView *view = g_new (KexecFindingView, 1);

  view->severity = severity;
  view->text = g_strdup (text);
  g_ptr_array_add (views, view);
}

static GPtrArray *
views_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) view_free);
}

GPtrArray *
kexec_finding_views_from_variant (GVariant *findings)
{
  GPtrArray *views = views_new ();

  for (gsize i = 0; i < g_variant_n_children (findings); i++) {
    g_autoptr (GVariant) finding = g_variant_get_child_value (findings, i);
    const char *name = kexec_dict_string (finding, "severity");

    for (int severity = KEXEC_SEVERITY_BLOCKER; severity >= KEXEC_SEVERITY_NOTE; severity--)
      if (g_str_equal (name, kexec_severity_name ((KexecSeverity) severity)))
        add (views, (KexecSeverity) severity, kexec_dict_string (finding, "text"));
  }
  return views;
}

GPtrArray *
kexec_finding_views_from_findings (const KexecFindings *findings)
{
  GPtrArray *views = views_new ();

  for (int severity = KEXEC_SEVERITY_BLOCKER; severity >= KEXEC_SEVERITY_NOTE; severity--)
    for (guint i = 0; i < findings->len; i++) {
      const KexecFinding *finding = findings->pdata[i];

      if ((int) kexec_finding_severity (finding->code) == severity)
        add (views, (KexecSeverity) severity, finding->text);
    }
  return views;
}

gboolean
kexec_finding_views_have (const GPtrArray *views, KexecSeverity least)
{
  for (guint i = 0; i < views->len; i++)
    if (((const KexecFindingView *) views->pdata[i])->severity >= least)
      return TRUE;
  return FALSE;
}

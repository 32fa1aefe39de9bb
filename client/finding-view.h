/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shown of a finding, whether the service told it or we found it ourselves. */
#pragma once

#include "image/finding.h"

typedef struct {
  KexecSeverity severity;
  char *text;
} KexecFindingView;

/**
 * kexec_finding_views_from_variant:
 * @findings: an aa{sv} as the D-Bus interface documents it
 *
 * Returns: (transfer full) (element-type KexecFindingView): in their order; without those of a
 * severity that we do not know.
 */
GPtrArray *kexec_finding_views_from_variant (GVariant *findings);

/** Returns: (transfer full) (element-type KexecFindingView): the same, blockers first. */
GPtrArray *kexec_finding_views_from_findings (const KexecFindings *findings);

/** Whether one of @views is at least as grave as @least. */
gboolean kexec_finding_views_have (const GPtrArray *views, KexecSeverity least);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints facts for people. Everything that is printed here is made fit for a terminal first. */
#pragma once

#include "client/finding-view.h"
#include "client/terminal.h"

/** Prints "   Label: value" with the labels aligned; nothing if the value is empty. */
void kexec_print_field (const char *label, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** As kexec_print_field(), with the value in a style. */
void kexec_print_styled_field (KexecStyle style, const char *label, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/** Prints a heading or a sentence on a line of its own. */
void kexec_print_line (KexecStyle style, const char *format, ...) G_GNUC_PRINTF (2, 3);

/**
 * kexec_print_findings:
 * @findings: an aa{sv} as the D-Bus interface documents it
 * @least: what is less grave is left out
 * @indent: columns before each line
 */
void kexec_print_findings (GVariant *findings, KexecSeverity least, guint indent);

/** The same with @views: (element-type KexecFindingView). */
void kexec_print_finding_views (const GPtrArray *views, KexecSeverity least, guint indent);

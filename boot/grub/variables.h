/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Variables of a GRUB script, in layers: what is set in a layer goes with it. A value may be in
 * doubt: it depends on what only the boot loader knows. The doubt says on what, for people.
 */
#pragma once

#include <glib.h>

typedef struct KexecGrubVariables KexecGrubVariables;

/**
 * kexec_grub_variables_push:
 * @below: (transfer full) (nullable)
 *
 * Returns: (transfer full): an empty layer on @below.
 */
KexecGrubVariables *kexec_grub_variables_push (KexecGrubVariables *below);

/** Takes the uppermost layer away. Returns: (transfer full) (nullable): what was below it. */
KexecGrubVariables *kexec_grub_variables_pop (KexecGrubVariables *self);

/** Frees all layers. */
void kexec_grub_variables_free (KexecGrubVariables *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecGrubVariables, kexec_grub_variables_free)

/**
 * kexec_grub_variables_set:
 * @value: (nullable): %NULL: it is not set
 * @doubt: (nullable): why it may have another value than this
 */
void kexec_grub_variables_set (KexecGrubVariables *self, const char *name, const char *value,
                               const char *doubt);

/**
 * kexec_grub_variables_get:
 * @doubt: (out) (optional) (nullable) (transfer none)
 *
 * Returns: (nullable) (transfer none): the value; %NULL if it is not set.
 */
const char *kexec_grub_variables_get (const KexecGrubVariables *self, const char *name,
                                      const char **doubt);

/**
 * kexec_grub_variables_join:
 * @one, @other: (transfer full): layers that were put on @self, one instead of the other
 * @doubt: why nobody knows which of them it is
 *
 * Sets in @self what they set; what differs is in doubt, with @other's value.
 */
void kexec_grub_variables_join (KexecGrubVariables *self, KexecGrubVariables *one,
                                KexecGrubVariables *other, const char *doubt);

/** Takes the uppermost layer off, but keeps it for kexec_grub_variables_join(). */
KexecGrubVariables *kexec_grub_variables_detach (KexecGrubVariables *self);

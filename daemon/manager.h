/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The object on the bus: the generated skeleton, whose properties are brought up to date before
 * they are read, since the kernel does not tell when its slot changes.
 */
#pragma once

#include "kexec-bus.h"

#define KEXEC_TYPE_MANAGER (kexec_manager_get_type ())
G_DECLARE_FINAL_TYPE (KexecManager, kexec_manager, KEXEC, MANAGER, KexecBusManagerSkeleton)

/** @refresh: called before a property is read, with its name; sets those that have changed. */
KexecManager *kexec_manager_new (void (*refresh) (const char *property, gpointer user_data),
                                 gpointer user_data);

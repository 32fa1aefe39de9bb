/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts the entries of several menus together: what is found twice is listed once. */
#pragma once

#include "boot/source.h"

/**
 * kexec_merge:
 * @menus: (element-type KexecMenu): the most important first
 *
 * An entry of a later menu that boots the same kernel file (and the same profile of it) as one of
 * an earlier menu is the same entry if it is found by the same name or boots it with the same
 * command line and initrds, or if it is only a file in a directory, of which a menu knows more. The
 * earlier one stays, says in found_in where else it was found, and takes the names of the other.
 * Entries of one menu are never merged: a menu may well show a kernel twice.
 *
 * Gives entries of different menus different ids: a later one gets a trailing "+".
 *
 * Returns: (transfer full) (element-type KexecEntry): all of them, in the menus' order.
 */
GPtrArray *kexec_merge (KexecScan *scan, const GPtrArray *menus);

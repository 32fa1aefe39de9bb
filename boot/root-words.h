/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words on a command line that say what an initrd does before it looks for the root device. */
#pragma once

#include <glib.h>

/** Whether an initrd is told to open what the root can lie in: LUKS, LVM, RAID, a network disk. */
gboolean kexec_root_words_open (const char *cmdline);

/** Whether root= means something other than one block device: a live medium, a network, ZFS. */
gboolean kexec_root_words_are_strange (const char *cmdline);

/** Whether @value, also %NULL, switches off the word that it belongs to: "0", "no", "off", "false".
 */
gboolean kexec_root_words_mean_no (const char *value);

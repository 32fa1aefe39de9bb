/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Entries of unified kernel images: one for each profile, with what lies beside the image.
 */
#pragma once

#include "boot/entry.h"

/**
 * kexec_uki_entries_read:
 * @entry: (inout): the entry of a kernel file: its id, place, paths, source and kind are set, and
 * its command line if a boot loader passes one: it then stands instead of the image's own
 * @place_fd: the top of @entry's place; see kexec_uki_beside_read()
 * @fd: the file
 *
 * If the file is a unified kernel image, makes @entry the one of its default profile: version,
 * title, command line, addons. The others are called ID@PROFILE, by the profile's id or, if it has
 * none, its number. A damaged image gets a finding, and no others; what does not keep it from
 * booting is left to kexec_kernel_inspect(). Reads headers and text alone.
 *
 * An image that has no command line gets none here: @entry then has what its addons add, and
 * %KEXEC_CMDLINE_NONE.
 *
 * Returns: (transfer full) (nullable) (element-type KexecEntry): the entries of the other profiles,
 * in their order; %NULL if the file is no unified kernel image, and @entry is as it was.
 */
GPtrArray *kexec_uki_entries_read (KexecEntry *entry, int place_fd, int fd);

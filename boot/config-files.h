/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Configuration files, wherever they may lie: those that root alone can write are read, with their
 * drop-ins in the order of their names.
 */
#pragma once

#include <sys/types.h>

#include "image/finding.h"

/** What is told of a file: @text is its contents, @subject its path below the root. */
typedef void (*KexecConfigParse) (gpointer user_data, const char *text, const char *subject);

/* One run over some files. */
typedef struct {
  int root_fd;
  KexecFindings *findings;
} KexecConfigFiles;

/** @findings: (transfer none): what is wrong with files gets a finding here */
KexecConfigFiles kexec_config_files (int root_fd, KexecFindings *findings);

/**
 * kexec_config_files_read:
 * @path: from "/"
 *
 * A missing file is nothing; a bad one is a finding. One that belongs to anyone but root (or the
 * owner of the root directory) or that group or others can write, or whose directory is such, is
 * ignored with a finding.
 */
void kexec_config_files_read (const KexecConfigFiles *self, const char *path,
                              KexecConfigParse parse, gpointer user_data);

/**
 * kexec_config_files_read_drop_ins:
 * @name: "kexecd.conf.d"
 *
 * Reads the drop-ins <name>.conf of usr/lib/kexecd, run/kexecd and etc/kexecd in the order of their
 * names, one in etc hiding those of the same name elsewhere, as systemd does; so does a symlink to
 * /dev/null.
 */
void kexec_config_files_read_drop_ins (const KexecConfigFiles *self, const char *name,
                                       KexecConfigParse parse, gpointer user_data);

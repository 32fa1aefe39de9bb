/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd-boot's configuration, loader/loader.conf: see loader.conf(5). */
#pragma once

#include <glib.h>

/* A longer file, in bytes, is no configuration. */
#define KEXEC_BLS_LOADER_CONF_MAX (64 * 1024)

/* What of it decides which entry is booted: patterns; "" where the file has none. */
typedef struct {
  char *path;      /* below the root; "" if there is no such file */
  char *preferred; /* passed over if what it names is bad */
  char *default_pattern;
} KexecBlsLoaderConf;

/**
 * kexec_bls_loader_conf_parse:
 * @path: where it was found
 * @text: its contents; any bytes, @length of them
 *
 * Takes what it knows and ignores the rest, as the boot loader does.
 *
 * Returns: (transfer full)
 */
KexecBlsLoaderConf *kexec_bls_loader_conf_parse (const char *path, const char *text, gsize length);
void kexec_bls_loader_conf_free (KexecBlsLoaderConf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecBlsLoaderConf, kexec_bls_loader_conf_free)

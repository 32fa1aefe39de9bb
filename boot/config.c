/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration files, in their order. */
#include "boot/config.h"

#include "boot/config-files.h"
#include "boot/config-gentoo.h"

static void
parse (gpointer config, const char *text, const char *subject)
{
  kexec_config_parse (config, text, subject);
}

static void
parse_gentoo (gpointer config, const char *text, const char *subject)
{
  kexec_config_gentoo_parse (config, text, subject);
}

KexecConfig *
kexec_config_load (int root_fd)
{
  KexecConfig *self = kexec_config_new ();
  KexecConfigFiles files = kexec_config_files (root_fd, self->findings);

  kexec_config_files_read (&files, "/usr/lib/kexecd/kexecd.conf", parse, self);
  kexec_config_files_read (&files, KEXEC_CONFIG_GENTOO_FILE, parse_gentoo, self);
  kexec_config_files_read (&files, "/etc/conf.d/kexecd", parse_gentoo, self);
  kexec_config_files_read (&files, "/etc/kexecd/kexecd.conf", parse, self);
  kexec_config_files_read_drop_ins (&files, "kexecd.conf.d", parse, self);
  return self;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads loader.conf. */
#include "boot/bls/loader-conf.h"

#include <string.h>

#include "boot/bls/line.h"

KexecBlsLoaderConf *
kexec_bls_loader_conf_parse (const char *path, const char *text, gsize length)
{
  KexecBlsLoaderConf *self = g_new0 (KexecBlsLoaderConf, 1);
  g_autofree char *copy = g_strndup (text, length); /* up to a NUL */
  g_autofree char *clean = g_utf8_make_valid (copy, -1);
  char *rest = clean;
  char *value;
  const char *key;

  self->path = g_strdup (path);
  self->preferred = g_strdup ("");
  self->default_pattern = g_strdup ("");
  while ((key = kexec_bls_next_line (&rest, &value)) != NULL) {
    char **field = g_str_equal (key, "preferred") ? &self->preferred
                   : g_str_equal (key, "default") ? &self->default_pattern
                                                  : NULL;

    /* "@" begins a name with a meaning, of which there is but one. */
    if (field == NULL || *value == '\0' ||
        (*value == '@' && g_ascii_strcasecmp (value, "@saved") != 0))
      continue;
    g_free (*field);
    *field = g_strdup (value);
  }
  return self;
}

void
kexec_bls_loader_conf_free (KexecBlsLoaderConf *self)
{
  g_free (self->path);
  g_free (self->preferred);
  g_free (self->default_pattern);
  g_free (self);
}

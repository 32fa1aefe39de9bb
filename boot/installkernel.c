/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads Gentoo's list of installed kernels. */
#include "boot/installkernel.h"

#include <string.h>

#include "boot/config-value.h"
#include "boot/entry.h"

enum {
  FIELD_VERSION = 2,
  FIELD_DIRECTORY = 7,
  FIELD_KERNEL = 8,
  FIELD_INITRD = 9,
  FIELDS_MIN
};

#define LINE_LENGTH_MAX (16 * 1024)

void
kexec_installed_kernel_free (KexecInstalledKernel *self)
{
  g_free (self->version);
  g_free (self->kernel);
  g_free (self->initrd);
  g_free (self);
}

/* Returns: (transfer full) (nullable): the path of a file; %NULL if it is not known. The directory
   is no part of a path that already lies elsewhere. */
static char *
make_path (const char *directory, const char *file)
{
  g_autofree char *path = NULL;

  if (*file == '\0' || strcmp (file, "unknown") == 0 || strcmp (file, "notset") == 0)
    return NULL;
  path = *file == '/' ? g_strdup (file) : g_build_filename (directory, file, NULL);
  return kexec_config_value_path (path, FALSE);
}

/* Returns: (transfer full) (nullable): %NULL if it is no such line. */
static KexecInstalledKernel *
parse_line (const char *line)
{
  g_auto (GStrv) fields = NULL;
  g_autofree char *kernel = NULL;
  KexecInstalledKernel *self;

  if (strlen (line) > LINE_LENGTH_MAX)
    return NULL;
  fields = g_strsplit (line, "\t", FIELDS_MIN + 1);
  if (g_strv_length (fields) < FIELDS_MIN)
    return NULL;
  kernel = make_path (fields[FIELD_DIRECTORY], fields[FIELD_KERNEL]);
  if (kernel == NULL)
    return NULL;
  self = g_new0 (KexecInstalledKernel, 1);
  self->version = g_strdup (kexec_entry_is_id (fields[FIELD_VERSION]) ? fields[FIELD_VERSION] : "");
  self->kernel = g_steal_pointer (&kernel);
  self->initrd = make_path (fields[FIELD_DIRECTORY], fields[FIELD_INITRD]);
  return self;
}

static gboolean
contains (const GPtrArray *kernels, const char *path)
{
  for (guint i = 0; i < kernels->len; i++)
    if (strcmp (((KexecInstalledKernel *) kernels->pdata[i])->kernel, path) == 0)
      return TRUE;
  return FALSE;
}

GPtrArray *
kexec_installkernel_parse (const char *text)
{
  GPtrArray *kernels =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_installed_kernel_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = g_strv_length (lines); i-- > 0 && kernels->len < KEXEC_INSTALLKERNEL_MAX;) {
    KexecInstalledKernel *kernel = parse_line (lines[i]);

    if (kernel != NULL && !contains (kernels, kernel->kernel))
      g_ptr_array_add (kernels, kernel);
    else if (kernel != NULL)
      kexec_installed_kernel_free (kernel);
  }
  return kernels;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/inspect-fit.h"

#include <string.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "client/file.h"
#include "image/fit.h"
#include "image/printable.h"

/* Returns: (transfer full) (nullable): the configuration in the file that distributions put beside
 * a kernel. */
static KexecKernelConfig *
read_config_beside (const char *path, const char *release)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *name = g_strconcat ("config-", release, NULL);
  g_autofree char *config = g_build_filename (directory, name, NULL);
  g_autofree char *text = NULL;
  kexec_autofd fd = -1;

  /* The release is what some file says. */
  if (strchr (release, '/') != NULL)
    return NULL;
  fd = kexec_file_open (config, NULL);
  if (fd < 0)
    return NULL;
  text = kexec_beneath_read_fd (fd, config, KEXEC_KERNEL_CONFIG_MAX, NULL);
  return text != NULL ? kexec_kernel_config_parse (text, strlen (text)) : NULL;
}

/* What is found about all of the initrds has no subject. */
static void
set_subject (KexecFindings *findings, guint first, const char *subject)
{
  for (guint i = first; i < findings->len; i++) {
    KexecFinding *finding = findings->pdata[i];

    if (*finding->subject != '\0')
      continue;
    g_free (finding->subject);
    finding->subject = kexec_printable (subject);
  }
}

void
kexec_inspect_fit (const char *path, const KexecKernel *kernel, const GPtrArray *initrds,
                   const char *subject, const char *cmdline, const KexecMachine *machine,
                   KexecFindings *findings)
{
  g_autoptr (KexecKernelConfig) beside = NULL;
  guint first = findings->len;

  if (kernel->config == NULL && kernel->release != NULL)
    beside = read_config_beside (path, kernel->release);
  kexec_fit_check (kernel, initrds, kernel->config != NULL ? kernel->config : beside, cmdline,
                   machine, findings);
  set_subject (findings, first, subject);
}

/* Returns: (nullable) (transfer none): the only kernel, if it is no UKI. */
static KexecInspected *
find_only_kernel (const GPtrArray *files)
{
  KexecInspected *found = NULL;

  for (guint i = 0; i < files->len; i++) {
    KexecInspected *file = files->pdata[i];

    if (file->kind != KEXEC_KIND_KERNEL || !file->is_known)
      continue;
    if (found != NULL)
      return NULL;
    found = file;
  }
  return found != NULL && found->kernel->uki == NULL ? found : NULL;
}

/* Returns: (transfer full) (element-type KexecInitrd): the good ones, in their order. @ret_path:
 * the file's, if there is only one. */
static GPtrArray *
list_initrds (const GPtrArray *files, const char **ret_path)
{
  GPtrArray *initrds = g_ptr_array_new ();

  for (guint i = 0; i < files->len; i++) {
    KexecInspected *file = files->pdata[i];

    if (file->kind != KEXEC_KIND_INITRD || !kexec_inspected_is_usable (file))
      continue;
    g_ptr_array_add (initrds, file->initrd);
    *ret_path = initrds->len == 1 ? file->path : "";
  }
  return initrds;
}

const KexecInspected *
kexec_inspect_together (const GPtrArray *files, const KexecMachine *machine)
{
  KexecInspected *kernel = find_only_kernel (files);
  const char *path = "";
  g_autoptr (GPtrArray) initrds = list_initrds (files, &path);

  if (kernel == NULL || initrds->len == 0)
    return NULL;
  kernel->together = kexec_findings_new ();
  kernel->is_fit_known = TRUE;
  for (guint i = 0; i < initrds->len; i++)
    kernel->is_fit_known &= ((const KexecInitrd *) initrds->pdata[i])->is_verified;
  kexec_inspect_fit (kernel->path, kernel->kernel, initrds, path, "", machine, kernel->together);
  return kernel;
}

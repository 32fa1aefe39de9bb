/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl inspect: what kernel and initrd files are, without the service. */
#include <sys/utsname.h>

#include "client/command.h"
#include "client/file.h"
#include "client/human.h"
#include "client/json.h"
#include "client/print.h"
#include "client/report.h"
#include "image/initrd.h"
#include "image/kernel.h"
#include "image/magic.h"

/* What was found out about one file; a kernel, an initrd, or neither. */
typedef struct {
  char *sha256;
  guint64 size;
  KexecKernel *kernel;
  KexecInitrd *initrd;
  gboolean is_known; /* it is a kernel, or an initrd, good or bad */
  KexecFindings *findings;
} Facts;

static void
facts_free (Facts *self)
{
  g_clear_pointer (&self->kernel, kexec_kernel_free);
  g_clear_pointer (&self->initrd, kexec_initrd_free);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_free (self->sha256);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Facts, facts_free)

static gboolean
says_other_kind (const KexecFindings *findings)
{
  for (guint i = 0; i < findings->len; i++) {
    const KexecFinding *finding = findings->pdata[i];

    if (finding->code == KEXEC_FINDING_NOT_A_KERNEL || finding->code == KEXEC_FINDING_NOT_AN_INITRD)
      return TRUE;
  }
  return FALSE;
}

static Facts *
inspect_file (const char *path, const KexecMachine *machine, GError **error)
{
  g_autoptr (Facts) facts = g_new0 (Facts, 1);
  g_autoptr (GBytes) bytes = kexec_file_read (path, &facts->sha256, error);
  const guint8 *data;
  KexecInput input;
  gsize size;

  if (bytes == NULL)
    return NULL;
  input = kexec_input_from_bytes (bytes);
  data = g_bytes_get_data (bytes, &size);
  facts->size = size;
  facts->findings = kexec_findings_new ();
  if (kexec_magic_is_archive (kexec_magic_identify (data, size)))
    facts->initrd = kexec_initrd_inspect (&input, path, NULL, facts->findings);
  else
    facts->kernel = kexec_kernel_inspect (&input, path, machine, NULL, NULL, facts->findings);
  facts->is_known = !says_other_kind (facts->findings);
  return g_steal_pointer (&facts);
}

static const char *
kind_of (const Facts *facts)
{
  if (!facts->is_known)
    return "unknown";
  return facts->kernel != NULL ? "kernel" : "initrd";
}

static GVariant *
maybe_string (const char *text)
{
  return g_variant_new ("ms", text);
}

/* Returns: (transfer floating): an a{sv} in the form that the manual documents; null: not known. */
static GVariant *
facts_to_variant (const char *path, const Facts *facts)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *file = g_utf8_make_valid (path, -1);
  const KexecKernel *kernel = facts->kernel;
  gboolean knows_limit = kernel != NULL && kernel->cmdline_limit != 0;

  g_variant_dict_insert (&dict, "file", "s", file);
  g_variant_dict_insert (&dict, "kind", "s", kind_of (facts));
  g_variant_dict_insert (&dict, "format", "s",
                         kernel != NULL ? kernel->format : facts->initrd->format);
  g_variant_dict_insert_value (&dict, "architecture",
                               maybe_string (kernel != NULL ? kernel->architecture : NULL));
  g_variant_dict_insert_value (&dict, "release",
                               maybe_string (kernel != NULL ? kernel->release : NULL));
  g_variant_dict_insert (&dict, "size", "t", facts->size);
  g_variant_dict_insert (&dict, "sha256", "s", facts->sha256);
  g_variant_dict_insert (&dict, "signed", "b", kernel != NULL && kexec_kernel_is_signed (kernel));
  g_variant_dict_insert_value (
    &dict, "cmdline_limit",
    g_variant_new_maybe (G_VARIANT_TYPE_UINT32,
                         knows_limit ? g_variant_new_uint32 (kernel->cmdline_limit) : NULL));
  g_variant_dict_insert_value (&dict, "sections", g_variant_new ("aa{sv}", NULL));
  g_variant_dict_insert_value (&dict, "findings", kexec_findings_to_variant (facts->findings));
  return g_variant_dict_end (&dict);
}

static void
print_heading (const char *path, const Facts *facts)
{
  gboolean blocked = kexec_findings_blocker (facts->findings) != NULL;

  if (!facts->is_known)
    kexec_print_line (KEXEC_STYLE_BAD, "%s: neither a kernel nor an initrd", path);
  else if (facts->kernel != NULL)
    kexec_print_line (blocked ? KEXEC_STYLE_BAD : KEXEC_STYLE_GOOD, "%s: a Linux kernel that %s",
                      path, blocked ? "cannot boot here" : "can boot here");
  else
    kexec_print_line (blocked ? KEXEC_STYLE_BAD : KEXEC_STYLE_GOOD, "%s: an initrd%s", path,
                      blocked ? " that cannot be used" : "");
}

static void
print_kernel (const KexecKernel *kernel, gboolean verbose)
{
  kexec_print_field ("Format", "%s%s%s", kernel->format, kernel->architecture != NULL ? ", " : "",
                     kernel->architecture != NULL ? kernel->architecture : "");
  kexec_print_field ("Release", "%s", kernel->release != NULL ? kernel->release : "");
  kexec_print_field ("Build", "%s", kernel->version != NULL ? kernel->version : "");
  kexec_print_field ("Signed", "%s", kexec_kernel_is_signed (kernel) ? "yes (by whom is not checked)" : "no");
  if (kernel->cmdline_limit != 0)
    kexec_print_field ("Command line", "up to %u bytes", kernel->cmdline_limit);
  if (verbose && kernel->init_size != 0) {
    g_autofree char *size = kexec_human_size (kernel->init_size);

    kexec_print_field ("Needs memory", "%s", size);
  }
}

static void
print_facts (const char *path, const Facts *facts, gboolean verbose)
{
  g_autoptr (GVariant) findings = g_variant_ref_sink (kexec_findings_to_variant (facts->findings));
  g_autofree char *size = kexec_human_size (facts->size);

  print_heading (path, facts);
  if (facts->is_known && facts->kernel != NULL)
    print_kernel (facts->kernel, verbose);
  else if (facts->is_known)
    kexec_print_field ("Format", "%s", facts->initrd->format);
  kexec_print_field ("Size", "%s", size);
  kexec_print_field ("SHA256", "%s", facts->sha256);
  kexec_print_findings (findings, KEXEC_SEVERITY_NOTE, 2);
}

KexecExitCode
kexec_command_inspect (KexecOptions *options, int argc, char **argv)
{
  g_auto (GVariantBuilder) all = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  struct utsname system = { 0 };
  KexecMachine machine = { 0 };
  KexecExitCode code, unread = KEXEC_EXIT_DONE;

  if (!kexec_options_parse (options, NULL, &argc, &argv, &code))
    return code;
  uname (&system);
  machine.architecture = system.machine;
  for (int i = 0; i < argc; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Facts) facts = inspect_file (argv[i], &machine, &error);

    if (facts == NULL) {
      unread = kexec_report (options, error);
      continue;
    }
    if (kexec_findings_blocker (facts->findings) != NULL)
      code = KEXEC_EXIT_REFUSED;
    if (!options->json && i > 0)
      g_print ("\n");
    if (options->json)
      g_variant_builder_add_value (&all, facts_to_variant (argv[i], facts));
    else
      print_facts (argv[i], facts, options->verbose);
  }
  if (options->json)
    kexec_json_print (g_variant_builder_end (&all));
  /* A file that could not be read is the graver news. */
  return unread != KEXEC_EXIT_DONE ? unread : code;
}

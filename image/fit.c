/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each check looks at all initrds together, since the kernel unpacks them into one file system. */
#include "image/fit.h"

#include <string.h>

#include "image/cmdline.h"

#define REMEDY "make it again for this kernel, for example with update-initramfs or dracut"

typedef struct {
  const KexecKernel *kernel;
  const GPtrArray *initrds;
  const KexecKernelConfig *config;
  const char *cmdline;
  const KexecMachine *machine;
  KexecFindings *findings;
} Fit;

static const KexecInitrd *
get (const Fit *self, guint i)
{
  return self->initrds->pdata[i];
}

/* ---- releases ---- */

/* Returns: (transfer full): the releases that any of them has modules for, without doubles. */
static GPtrArray *
collect_releases (const Fit *self)
{
  GPtrArray *releases = g_ptr_array_new ();

  for (guint i = 0; i < self->initrds->len; i++) {
    const GPtrArray *some = get (self, i)->releases;

    for (guint j = 0; j < some->len; j++)
      if (!g_ptr_array_find_with_equal_func (releases, some->pdata[j], g_str_equal, NULL))
        g_ptr_array_add (releases, some->pdata[j]);
  }
  return releases;
}

static void
check_releases (const Fit *self)
{
  const char *release = self->kernel->release;
  g_autoptr (GPtrArray) releases = collect_releases (self);
  g_autofree char *list = NULL;
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

  /* Without modules at all it may well boot: the drivers can be in the kernel. */
  if (release == NULL || releases->len == 0 ||
      g_ptr_array_find_with_equal_func (releases, release, g_str_equal, NULL))
    return;
  g_ptr_array_add (releases, NULL);
  list = g_strjoinv (", ", (char **) releases->pdata);
  g_variant_dict_insert (&args, "release", "s", release);
  g_variant_dict_insert (&args, "modules", "s", list);
  kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_OTHER_RELEASE, NULL,
                      g_variant_dict_end (&args),
                      "The initrd has modules for %s only, and the kernel is %s; make it again for "
                      "that release, for example with \"update-initramfs -c -k %s\" or "
                      "\"dracut --kver %s\"",
                      list, release, release, release);
}

/* ---- what is in them ---- */

static gboolean
all (const Fit *self, gboolean (*has) (const KexecInitrd *initrd))
{
  for (guint i = 0; i < self->initrds->len; i++)
    if (!has (get (self, i)))
      return FALSE;
  return TRUE;
}

static gboolean
is_verified (const KexecInitrd *initrd)
{
  return initrd->is_verified;
}

static gboolean
has_no_files (const KexecInitrd *initrd)
{
  return !initrd->has_files;
}

static gboolean
has_no_init (const KexecInitrd *initrd)
{
  return !initrd->has_init;
}

/* Of what was not read to its end nobody knows what else is in it. */
static void
check_contents (const Fit *self)
{
  if (self->initrds->len == 0 || !all (self, is_verified))
    return;
  if (all (self, has_no_files))
    kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_ONLY_EARLY, NULL, NULL,
                        "The initrd holds nothing but microcode or tables that the kernel reads "
                        "early, so that it finds the root file system only with drivers of its "
                        "own; add the initrd that belongs to the kernel");
  else if (all (self, has_no_init) && !kexec_cmdline_has (self->cmdline, "rdinit"))
    kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_NO_INIT, NULL, NULL,
                        "The initrd has no program /init that the kernel could run; " REMEDY);
}

/* ---- what the kernel can unpack ---- */

static const struct {
  const char *format;
  const char *option;
} formats[] = {
  { "gzip", "CONFIG_RD_GZIP" }, { "bzip2", "CONFIG_RD_BZIP2" }, { "lzma", "CONFIG_RD_LZMA" },
  { "xz", "CONFIG_RD_XZ" },     { "lzo", "CONFIG_RD_LZO" },     { "lz4", "CONFIG_RD_LZ4" },
  { "zstd", "CONFIG_RD_ZSTD" },
};

static gboolean
lacks (const Fit *self, const char *option)
{
  return kexec_kernel_config_get (self->config, option) == KEXEC_CONFIG_NO;
}

static gboolean
has_format (const KexecInitrd *initrd, const char *format)
{
  for (guint i = 0; i < initrd->segments->len; i++)
    if (strcmp (g_array_index (initrd->segments, KexecInitrdSegment, i).format, format) == 0)
      return TRUE;
  return FALSE;
}

static void
check_format (const Fit *self, const char *format, const char *option)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);
  gboolean is_used = FALSE;

  for (guint i = 0; i < self->initrds->len && !is_used; i++)
    is_used = has_format (get (self, i), format);
  if (!is_used || !lacks (self, option))
    return;
  g_variant_dict_insert (&args, "format", "s", format);
  g_variant_dict_insert (&args, "option", "s", option);
  kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_COMPRESSION, NULL,
                      g_variant_dict_end (&args),
                      "The initrd is compressed with %s, and the kernel was built without what "
                      "unpacks it (%s); make the initrd again with another compression",
                      format, option);
}

static void
check_compression (const Fit *self)
{
  if (self->initrds->len == 0)
    return;
  if (lacks (self, "CONFIG_BLK_DEV_INITRD")) {
    kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_COMPRESSION, NULL, NULL,
                        "The kernel was built without support for initrds (CONFIG_BLK_DEV_INITRD) "
                        "and ignores this one; boot it without an initrd, or take another kernel");
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    check_format (self, formats[i].format, formats[i].option);
}

/* ---- memory ---- */

static guint64
mib (guint64 bytes)
{
  return (bytes >> 20) + ((bytes & 0xfffff) != 0);
}

typedef struct {
  guint64 kernel;   /* what it needs to start */
  guint64 packed;   /* the initrds as they are */
  guint64 unpacked; /* what they become, which stays in memory */
} Needs;

static Needs
add_up (const Fit *self)
{
  Needs needs = { MAX (self->kernel->init_size, self->kernel->unpacked_size), 0, 0 };

  for (guint i = 0; i < self->initrds->len; i++) {
    needs.packed += get (self, i)->size;
    needs.unpacked += get (self, i)->unpacked_size;
  }
  return needs;
}

static GVariant *
needs_to_args (const Needs *needs, guint64 memory)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&args, "kernel", "t", needs->kernel);
  g_variant_dict_insert (&args, "packed", "t", needs->packed);
  g_variant_dict_insert (&args, "unpacked", "t", needs->unpacked);
  g_variant_dict_insert (&args, "memory", "t", memory);
  return g_variant_dict_end (&args);
}

/* The kernel loads no more than half of the memory (kernel/kexec_core.c,
   sanity_check_segment_list); while it boots, everything is in memory at once. */
static void
check_memory (const Fit *self)
{
  Needs needs = add_up (self);
  guint64 memory = self->machine->memory;

  if (memory == 0 || needs.packed == 0 || needs.kernel > memory / 2)
    return;
  if (needs.kernel + needs.packed > memory / 2)
    kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_TOO_LARGE, NULL,
                        needs_to_args (&needs, memory),
                        "The kernel and the initrd need %" G_GUINT64_FORMAT
                        " MiB to be loaded, more than half of the machine's %" G_GUINT64_FORMAT
                        " MiB; make a smaller initrd",
                        mib (needs.kernel + needs.packed), mib (memory));
  else if (needs.kernel + needs.packed + needs.unpacked > memory)
    kexec_findings_add (
      self->findings, KEXEC_FINDING_INITRD_TOO_LARGE, NULL, needs_to_args (&needs, memory),
      "The initrd takes %" G_GUINT64_FORMAT " MiB and unpacks to %" G_GUINT64_FORMAT
      " MiB, which with the kernel's %" G_GUINT64_FORMAT
      " MiB is more than the machine's %" G_GUINT64_FORMAT " MiB; make a smaller one",
      mib (needs.packed), mib (needs.unpacked), mib (needs.kernel), mib (memory));
}

void
kexec_fit_check (const KexecKernel *kernel, const GPtrArray *initrds,
                 const KexecKernelConfig *config, const char *cmdline, const KexecMachine *machine,
                 KexecFindings *findings)
{
  const Fit self = {
    .kernel = kernel,
    .initrds = initrds,
    .config = config != NULL ? config : kernel->config,
    .cmdline = cmdline,
    .machine = machine,
    .findings = findings,
  };

  check_memory (&self);
  if (kexec_cmdline_has (cmdline, "noinitrd"))
    return;
  check_compression (&self);
  check_contents (&self);
  check_releases (&self);
}

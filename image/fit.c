/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each check looks at all initrds together, since the kernel unpacks them into one file system. */
#include "image/fit.h"

#include <string.h>

#include "image/cmdline.h"
#include "image/printable.h"

#define REMEDY "make it again for this kernel, for example with update-initramfs or dracut"

/* So many releases are named in a sentence. */
#define RELEASES_SHOWN 5

typedef struct {
  const KexecKernel *kernel;
  const GPtrArray *initrds;
  const KexecKernelConfig *config;
  const char *cmdline;
  const KexecMachine *machine;
  KexecFindings *findings;
  guint n_unpacked; /* so many of the initrds, from the first on, does the kernel unpack */
} Fit;

static const KexecInitrd *
get (const Fit *self, guint i)
{
  return self->initrds->pdata[i];
}

static gboolean
all (const Fit *self, gboolean (*has) (const KexecInitrd *initrd))
{
  for (guint i = 0; i < self->n_unpacked; i++)
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
has_no_userspace (const KexecInitrd *initrd)
{
  return !initrd->has_userspace;
}

static gboolean
has_all_releases (const KexecInitrd *initrd)
{
  return !initrd->has_more_releases;
}

/* Whether the kernel was certainly built without it. */
static gboolean
lacks (const Fit *self, const char *option)
{
  return kexec_kernel_config_get (self->config, option) == KEXEC_CONFIG_NO;
}

/* ---- how far they are unpacked ---- */

/* The kernel gets them as one, and stops at what is no archive. A boot configuration is taken off
   at the end of all only. */
static guint
count_unpacked (const GPtrArray *initrds)
{
  for (guint i = 0; i < initrds->len; i++) {
    const KexecInitrd *initrd = initrds->pdata[i];

    if (initrd->ends_unpacking || (initrd->has_bootconfig && i + 1 < initrds->len))
      return i + 1;
  }
  return initrds->len;
}

/* Returns: whether nothing is left out that may matter. */
static gboolean
check_order (const Fit *self)
{
  guint n = self->n_unpacked;
  gboolean loses_files = FALSE;

  for (guint i = n; i < self->initrds->len; i++)
    loses_files = loses_files || get (self, i)->has_files;
  if (!loses_files)
    return TRUE;
  kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_MALFORMED, NULL, NULL,
                      "The kernel does not unpack the initrds behind number %u of %u, because it "
                      "stops at %s; %s",
                      n, self->initrds->len,
                      get (self, n - 1)->ends_unpacking ? "something in it that is no archive"
                                                        : "the boot configuration at its end",
                      get (self, n - 1)->ends_unpacking
                        ? "make that one again, or put it last"
                        : "append the configuration to the last one instead");
  return FALSE;
}

/* ---- releases ---- */

/* Returns: (transfer container): the releases that any of them has modules for, without doubles. */
static GPtrArray *
collect_releases (const Fit *self)
{
  GPtrArray *releases = g_ptr_array_new ();

  for (guint i = 0; i < self->n_unpacked; i++) {
    const GPtrArray *some = get (self, i)->releases;

    for (guint j = 0; j < some->len; j++)
      if (!g_ptr_array_find_with_equal_func (releases, some->pdata[j], g_str_equal, NULL))
        g_ptr_array_add (releases, some->pdata[j]);
  }
  return releases;
}

/* Returns: (transfer full): the first of them, for a sentence: "6.1.0, 6.12.3 and 4 more" */
static char *
list_releases (const GPtrArray *releases)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < MIN (releases->len, RELEASES_SHOWN); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", (const char *) releases->pdata[i]);
  if (releases->len > RELEASES_SHOWN)
    g_string_append_printf (list, " and %u more", releases->len - RELEASES_SHOWN);
  return g_string_free (list, FALSE);
}

/* Returns: (transfer full): what to do; as commands, if the release can stand in one. */
static char *
remedy_for (const char *release)
{
  for (const char *p = release; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("._+~-", *p) == NULL)
      return g_strdup ("make it again for that release");
  return g_strdup_printf ("make it again for that release, for example with "
                          "\"update-initramfs -c -k %s\" or \"dracut --kver %s\"",
                          release, release);
}

static void
add_other_release (const Fit *self, const GPtrArray *releases)
{
  g_autofree char *release = kexec_printable (self->kernel->release);
  g_autofree char *list = list_releases (releases);
  g_autofree char *remedy = remedy_for (self->kernel->release);
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&args, "release", "s", release);
  g_variant_dict_insert (&args, "modules", "s", list);
  kexec_findings_add (
    self->findings, KEXEC_FINDING_INITRD_OTHER_RELEASE, NULL, g_variant_dict_end (&args),
    "The initrd has modules for %s only, and the kernel is %s; %s", list, release, remedy);
}

/* Without modules at all it may well boot: the drivers can be in the kernel. Of what was not read
   to its end nobody knows what else is in it. */
static void
check_releases (const Fit *self)
{
  g_autoptr (GPtrArray) releases = collect_releases (self);

  if (self->kernel->release == NULL || releases->len == 0 || !all (self, is_verified) ||
      !all (self, has_all_releases))
    return;
  if (!g_ptr_array_find_with_equal_func (releases, self->kernel->release, g_str_equal, NULL))
    add_other_release (self, releases);
}

/* ---- what is in them ---- */

/* Returns: (nullable) (transfer none): the last with an /init, which is the one that stays. */
static const KexecInitrd *
find_init (const Fit *self)
{
  for (guint i = self->n_unpacked; i-- > 0;)
    if (get (self, i)->has_init || get (self, i)->init_problem != NULL)
      return get (self, i);
  return NULL;
}

/* Without an /init the kernel mounts the root file system itself (Linux: init/main.c,
   kernel_init_freeable). */
static void
check_init (const Fit *self)
{
  const KexecInitrd *initrd = find_init (self);

  if (kexec_cmdline_has (self->cmdline, "rdinit") || (initrd != NULL && initrd->has_init))
    return;
  if (initrd != NULL)
    kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_NO_INIT, NULL, NULL,
                        "The initrd has no program /init that the kernel could run, for the one in "
                        "it %s; " REMEDY,
                        initrd->init_problem);
  else if (all (self, has_no_userspace) && kexec_cmdline_has (self->cmdline, "root"))
    kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_WITHOUT_INIT, NULL, NULL,
                        "The initrd has neither programs nor modules, so that the kernel finds the "
                        "root file system only with drivers of its own; add the initrd that "
                        "belongs to the kernel, if there is one");
  else
    kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_NO_INIT, NULL, NULL,
                        "The initrd has no program /init that the kernel could run; " REMEDY);
}

static void
add_nothing_useful (const Fit *self)
{
  if (get (self, self->n_unpacked - 1)->ends_unpacking)
    kexec_findings_add (
      self->findings, KEXEC_FINDING_INITRD_MALFORMED, NULL, NULL,
      "The kernel stops at something in the initrd that is no archive, and before "
      "it stands nothing but microcode or tables that it reads early; " REMEDY);
  else
    kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_ONLY_EARLY, NULL, NULL,
                        "The initrd holds nothing but microcode or tables that the kernel reads "
                        "early, so that it finds the root file system only with drivers of its "
                        "own; add the initrd that belongs to the kernel");
}

static void
check_contents (const Fit *self)
{
  if (self->n_unpacked == 0 || !all (self, is_verified))
    return;
  if (all (self, has_no_files))
    add_nothing_useful (self);
  else
    check_init (self);
}

static gboolean
has_nothing (const Fit *self)
{
  return self->initrds->len == 0 || (all (self, is_verified) && all (self, has_no_files));
}

/*
 * Without an initrd the kernel panics if the command line names the root file system in a way that
 * only an initrd understands. One that is built into the kernel may do; whether there is one, the
 * configuration tells. Returns: %FALSE if an initrd is missing for certain.
 */
static gboolean
check_root (const Fit *self)
{
  g_autofree char *root = kexec_cmdline_root_for_initrd (self->cmdline);
  gboolean is_certain = lacks (self, "CONFIG_INITRAMFS_SOURCE");

  if (root == NULL || !has_nothing (self) || (!is_certain && self->initrds->len > 0))
    return TRUE;
  if (is_certain)
    kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_MISSING, NULL,
                        g_variant_new_parsed ("{'root': <%s>}", root),
                        "There is no initrd with files in it, and without one the kernel cannot "
                        "find root=%s; add the initrd that belongs to the kernel",
                        root);
  else
    kexec_findings_add (self->findings, KEXEC_FINDING_INITRD_EXPECTED, NULL,
                        g_variant_new_parsed ("{'root': <%s>}", root),
                        "There is no initrd, and unless one is built into it, the kernel cannot "
                        "find root=%s; add the initrd that belongs to the kernel",
                        root);
  return !is_certain;
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
    .n_unpacked = count_unpacked (initrds),
  };

  check_memory (&self);
  if (kexec_cmdline_has (cmdline, "noinitrd"))
    return;
  if (!check_root (&self))
    return;
  check_compression (&self);
  if (!check_order (&self))
    return;
  check_contents (&self);
  check_releases (&self);
}

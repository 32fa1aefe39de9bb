/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a kernel, its initrds and a machine fit together. */
#include "image/fit.h"

#include "tests/unit/expect.h"

#define MIB ((guint64) 1024 * 1024)

/* An initrd as it is described here: "6.1.0-1 6.12.3" and the like in @releases. */
typedef struct {
  const char *releases; /* NULL: none */
  const char *format;   /* NULL: "zstd" */
  gboolean no_init;
  gboolean only_early;
  gboolean only_firmware;
  gboolean more_releases;
  gboolean stops; /* the kernel does, at something in it */
  gboolean bootconfig;
  const char *init_problem;
  gboolean unverified;
  guint64 size, unpacked_size;
} Described;

static KexecInitrd *
make_facts (const Described *described)
{
  KexecInitrd *initrd = g_new0 (KexecInitrd, 1);
  g_auto (GStrv) releases =
    g_strsplit (described->releases != NULL ? described->releases : "", " ", -1);
  KexecInitrdSegment segment = {
    .format = described->format != NULL ? described->format : "zstd",
    .size = described->size,
    .unpacked_size = described->unpacked_size,
    .is_early = described->only_early,
  };

  initrd->format = segment.format;
  initrd->size = described->size;
  initrd->unpacked_size = described->unpacked_size;
  initrd->segments = g_array_new (FALSE, TRUE, sizeof segment);
  g_array_append_val (initrd->segments, segment);
  initrd->has_files = !described->only_early;
  initrd->has_init = !described->no_init && !described->only_early;
  initrd->init_problem = described->init_problem;
  initrd->has_userspace = initrd->has_files && !described->only_firmware;
  initrd->has_more_releases = described->more_releases;
  initrd->ends_unpacking = described->stops;
  initrd->has_bootconfig = described->bootconfig;
  initrd->is_verified = !described->unverified;
  initrd->releases = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; releases[i] != NULL; i++)
    g_ptr_array_add (initrd->releases, g_strdup (releases[i]));
  return initrd;
}

typedef struct {
  const char *name;
  const char *release; /* of the kernel */
  const char *cmdline; /* NULL: "root=/dev/vda" */
  const char *config;  /* lines of its configuration; NULL: not known */
  guint64 init_size;   /* of the kernel */
  guint64 memory;
  Described initrds[3]; /* up to the first without a size */
  const char *codes;
  const char *text; /* a part of the first sentence */
} Case;

#define OTHER                                                                                      \
  {                                                                                                \
    .releases = "6.1.0-1", .size = 10                                                              \
  }

static const Case cases[] = {
  { "no-initrd", "6.12.3", .codes = "" },
  { "same-release", "6.12.3", .initrds = { { .releases = "6.12.3", .size = 10 } }, .codes = "" },
  { "no-modules", "6.12.3", .initrds = { { .size = 10 } }, .codes = "" },
  { "no-release", NULL, .initrds = { OTHER }, .codes = "" },
  { "one-of-two", "6.12.3", .initrds = { { .releases = "6.1.0-1 6.12.3", .size = 10 } },
    .codes = "" },
  { "one-in-another", "6.12.3", .initrds = { OTHER, { .releases = "6.12.3", .size = 10 } },
    .codes = "" },
  { "other-release", "6.12.3", .initrds = { OTHER }, .codes = "initrd-other-release",
    .text = "has modules for 6.1.0-1 only, and the kernel is 6.12.3; " },
  { "other-releases", "6.12.3",
    .initrds = { OTHER,
                 { .releases = "5.10.0-9", .size = 10 },
                 { .releases = "6.1.0-1", .size = 9 } },
    .codes = "initrd-other-release", .text = "modules for 6.1.0-1, 5.10.0-9 only" },
  { "not-a-prefix", "6.1.0-10", .initrds = { OTHER }, .codes = "initrd-other-release",
    .text = "6.1.0-1 only, and the kernel is 6.1.0-10" },
  { "unverified-perhaps-other", "6.12.3",
    .initrds = { { .releases = "6.1.0-1", .size = 10, .unverified = TRUE } }, .codes = "" },
  { "another-unverified", "6.12.3", .initrds = { OTHER, { .size = 10, .unverified = TRUE } },
    .codes = "" },
  { "more-releases", "6.12.3",
    .initrds = { { .releases = "6.1.0-1", .size = 10, .more_releases = TRUE } }, .codes = "" },
  { "many-releases", "6.12.3", .initrds = { { .releases = "1 2 3 4 5 6 7", .size = 10 } },
    .codes = "initrd-other-release",
    .text = "modules for 1, 2, 3, 4, 5 and 2 more only, and the kernel is 6.12.3; " },
  { "five-releases", "6.12.3", .initrds = { { .releases = "1 2 3 4 5", .size = 10 } },
    .codes = "initrd-other-release", .text = "modules for 1, 2, 3, 4, 5 only" },
  { "release-for-a-shell", "6.12.3_a+b~c-d", .initrds = { OTHER }, .codes = "initrd-other-release",
    .text = "\"dracut --kver 6.12.3_a+b~c-d\"" },
  { "release-not-for-a-shell", "6.12.3;reboot", .initrds = { OTHER },
    .codes = "initrd-other-release",
    .text = "the kernel is 6.12.3;reboot; make it again for that release" },
  { "release-of-bytes", "6.12.3\xff", .initrds = { OTHER }, .codes = "initrd-other-release",
    .text = "the kernel is 6.12.3\xef\xbf\xbd; make it again for that release" },
  { "noinitrd", "6.12.3", "root=/dev/vda noinitrd", .initrds = { OTHER }, .codes = "" },

  { "no-init", "6.12.3", .initrds = { { .size = 10, .no_init = TRUE } }, .codes = "initrd-no-init",
    .text = "/init" },
  { "init-empty", "6.12.3",
    .initrds = { { .size = 10, .no_init = TRUE, .init_problem = "is empty" } },
    .codes = "initrd-no-init", .text = "the one in it is empty; make it again" },
  { "init-replaced", "6.12.3",
    .initrds = { { .size = 10 },
                 { .size = 10, .no_init = TRUE, .init_problem = "may not be run" },
                 { .size = 10, .no_init = TRUE } },
    .codes = "initrd-no-init", .text = "may not be run" },
  { "init-replaced-well", "6.12.3",
    .initrds = { { .size = 10, .no_init = TRUE, .init_problem = "is empty" }, { .size = 10 } },
    .codes = "" },
  { "firmware", "6.12.3", .initrds = { { .size = 10, .no_init = TRUE, .only_firmware = TRUE } },
    .codes = "initrd-without-init", .text = "neither programs nor modules" },
  { "firmware-no-root", "6.12.3", "quiet",
    .initrds = { { .size = 10, .no_init = TRUE, .only_firmware = TRUE } },
    .codes = "initrd-no-init" },
  { "firmware-and-programs", "6.12.3",
    .initrds = { { .size = 10, .no_init = TRUE, .only_firmware = TRUE },
                 { .size = 10, .no_init = TRUE } },
    .codes = "initrd-no-init" },
  { "firmware-bad-init", "6.12.3",
    .initrds = { { .size = 10,
                   .no_init = TRUE,
                   .only_firmware = TRUE,
                   .init_problem = "is empty" } },
    .codes = "initrd-no-init" },

  { "behind-junk", "6.12.3",
    .initrds = { { .size = 10, .only_early = TRUE, .stops = TRUE }, { .size = 10 } },
    .codes = "initrd-malformed", .text = "behind number 1 of 2, because it stops at something in" },
  { "files-behind-junk", "6.12.3",
    .initrds = { { .size = 10 }, { .size = 10, .stops = TRUE }, { .size = 10 } },
    .codes = "initrd-malformed", .text = "behind number 2 of 3" },
  { "tables-behind-junk", "6.12.3",
    .initrds = { { .size = 10, .stops = TRUE }, { .size = 10, .only_early = TRUE } }, .codes = "" },
  { "junk-at-the-end", "6.12.3", .initrds = { { .size = 10 }, { .size = 10, .stops = TRUE } },
    .codes = "" },
  { "behind-junk-does-not-count", "6.12.3",
    .initrds = { { .size = 10, .no_init = TRUE, .stops = TRUE },
                 { .size = 10, .only_early = TRUE, .unverified = TRUE } },
    .codes = "initrd-no-init" },
  { "only-early-and-junk", "6.12.3",
    .initrds = { { .size = 10, .only_early = TRUE, .stops = TRUE } }, .codes = "initrd-malformed",
    .text = "before it stands nothing but microcode" },
  { "bootconfig", "6.12.3", .initrds = { { .size = 10 }, { .size = 10, .bootconfig = TRUE } },
    .codes = "" },
  { "bootconfig-too-early", "6.12.3",
    .initrds = { { .size = 10, .bootconfig = TRUE }, { .size = 10 } }, .codes = "initrd-malformed",
    .text = "stops at the boot configuration at its end; append the configuration to the last" },
  { "noinitrd-behind-junk", "6.12.3", "root=/dev/vda noinitrd",
    .initrds = { { .size = 10, .stops = TRUE }, { .size = 10 } }, .codes = "" },
  { "init-in-second", "6.12.3", .initrds = { { .size = 10, .no_init = TRUE }, { .size = 10 } },
    .codes = "" },
  { "rdinit", "6.12.3", "rdinit=/bin/sh", .initrds = { { .size = 10, .no_init = TRUE } },
    .codes = "" },
  { "no-init-perhaps", "6.12.3", .initrds = { { .size = 10, .no_init = TRUE, .unverified = TRUE } },
    .codes = "" },
  { "only-early", "6.12.3", .initrds = { { .size = 10, .only_early = TRUE } },
    .codes = "initrd-only-early", .text = "nothing but microcode" },
  { "missing", "6.12.3", "root=UUID=12", "CONFIG_INITRAMFS_SOURCE=\"\"\n",
    .codes = "initrd-missing", .text = "cannot find root=UUID=12" },
  { "missing-but-for-early", "6.12.3", "root=LABEL=x", "CONFIG_INITRAMFS_SOURCE=\"\"\n",
    .initrds = { { .size = 10, .only_early = TRUE } }, .codes = "initrd-missing",
    .text = "cannot find root=LABEL=x" },
  { "missing-and-needless", "6.12.3", "root=PARTUUID=12", "CONFIG_INITRAMFS_SOURCE=\"\"\n",
    .codes = "" },
  { "missing-but-built-in", "6.12.3", "root=UUID=12", "CONFIG_INITRAMFS_SOURCE=\"/x\"\n",
    .codes = "initrd-expected" },
  { "missing-for-all-we-know", "6.12.3", "root=UUID=12", .codes = "initrd-expected" },
  { "there-but-unverified", "6.12.3", "root=UUID=12", "CONFIG_INITRAMFS_SOURCE=\"\"\n",
    .initrds = { { .size = 10, .unverified = TRUE } }, .codes = "" },
  { "early-and-more", "6.12.3", .initrds = { { .size = 10, .only_early = TRUE }, { .size = 10 } },
    .codes = "" },
  { "early-and-unknown", "6.12.3",
    .initrds = { { .size = 10, .only_early = TRUE },
                 { .size = 10, .only_early = TRUE, .unverified = TRUE } },
    .codes = "" },

  { "can-unpack", "6.12.3", NULL, "CONFIG_BLK_DEV_INITRD=y\nCONFIG_RD_ZSTD=y\n",
    .initrds = { { .size = 10 } }, .codes = "" },
  { "cannot-unpack", "6.12.3", NULL,
    "CONFIG_BLK_DEV_INITRD=y\nCONFIG_RD_GZIP=y\n# CONFIG_RD_ZSTD is not set\n",
    .initrds = { { .size = 10, .format = "gzip" }, { .size = 10 } }, .codes = "initrd-compression",
    .text = "zstd, and the kernel was built without" },
  { "plain", "6.12.3", NULL, "CONFIG_BLK_DEV_INITRD=y\n# CONFIG_RD_ZSTD is not set\n",
    .initrds = { { .size = 10, .format = "cpio" } }, .codes = "" },
  { "no-initrd-support", "6.12.3", NULL, "CONFIG_64BIT=y\n# CONFIG_BLK_DEV_INITRD is not set\n",
    .initrds = { { .size = 10 } }, .codes = "initrd-compression", .text = "without support" },
  { "no-initrd-support-needed", "6.12.3", NULL,
    "CONFIG_64BIT=y\n# CONFIG_BLK_DEV_INITRD is not set\n", .codes = "" },

  { "memory", "6.12.3", .init_size = 64 * MIB, .memory = 512 * MIB,
    .initrds = { { .size = 64 * MIB, .unpacked_size = 384 * MIB } }, .codes = "" },
  { "memory-unpacked", "6.12.3", .init_size = 64 * MIB, .memory = 512 * MIB,
    .initrds = { { .size = 32 * MIB, .unpacked_size = 200 * MIB },
                 { .size = 32 * MIB, .unpacked_size = 184 * MIB + 1 } },
    .codes = "initrd-too-large",
    .text = "takes 64 MiB and unpacks to 385 MiB, which with the kernel's 64 MiB is more than the "
            "machine's 512 MiB" },
  { "memory-to-load", "6.12.3", .init_size = 64 * MIB, .memory = 512 * MIB,
    .initrds = { { .size = 192 * MIB + 1, .unpacked_size = 200 * MIB } },
    .codes = "initrd-too-large",
    .text = "257 MiB to be loaded, more than half of the machine's 512" },
  { "memory-of-the-kernel", "6.12.3", .init_size = 300 * MIB, .memory = 512 * MIB,
    .initrds = { { .size = 100 * MIB } }, .codes = "" },
  { "memory-unknown", "6.12.3", .init_size = 64 * MIB,
    .initrds = { { .size = 1000 * MIB, .unpacked_size = 4000 * MIB } }, .codes = "" },
};

static void
check_case (const Case *c, gboolean config_in_kernel)
{
  g_autoptr (GPtrArray) initrds =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_initrd_free);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernelConfig) config = NULL;
  g_autofree char *release = g_strdup (c->release);
  const KexecMachine machine = { .architecture = "x86_64", .memory = c->memory };
  KexecKernel kernel = { .format = "bzImage", .release = release, .init_size = c->init_size };

  if (c->config != NULL) {
    config = kexec_kernel_config_parse (c->config, strlen (c->config));
    g_assert_nonnull (config);
  }
  if (config_in_kernel)
    kernel.config = config;
  for (guint i = 0; i < G_N_ELEMENTS (c->initrds) && c->initrds[i].size > 0; i++)
    g_ptr_array_add (initrds, make_facts (&c->initrds[i]));
  kexec_fit_check (&kernel, initrds, config_in_kernel ? NULL : config,
                   c->cmdline != NULL ? c->cmdline : "root=/dev/vda", &machine, findings);
  expect_findings (findings, c->codes);
  if (c->text != NULL)
    g_assert_nonnull (strstr (((KexecFinding *) findings->pdata[0])->text, c->text));
}

static void
test_case (gconstpointer data)
{
  check_case (data, FALSE);
  check_case (data, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/fit/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every way in which a bzImage can be wrong, each with its own finding and sentence. */
#include "image/kernel/bzimage.h"

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/unit/expect.h"
#include "tests/unit/inspect.h"
#include "tests/unit/make-kernel.h"

#define RELEASE "6.1.0-30-test"

static KexecKernel *
inspect (GByteArray *made, const char *machine, KexecFindings *findings)
{
  /* A copy of the exact size, so that a read beyond the end is seen. */
  g_autoptr (GBytes) bytes = g_bytes_new (made->data, made->len);

  return inspect_bytes (bytes, "vmlinuz", machine, findings);
}

static void
test_good (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = inspect (made, "x86_64", findings);

  expect_findings (findings, "");
  g_assert_cmpstr (kernel->format, ==, "bzImage");
  g_assert_cmpstr (kernel->architecture, ==, "x86_64");
  g_assert_cmpstr (kernel->release, ==, RELEASE);
  g_assert_cmpstr (kernel->version, ==, "(builder@example.org) #1 SMP PREEMPT_DYNAMIC");
  g_assert_cmpuint (kernel->size, ==, MADE_SIZE);
  g_assert_cmpuint (kernel->cmdline_limit, ==, 2016);
  g_assert_cmpuint (kernel->init_size, ==, 1024 * 1024);
  g_assert_cmpuint (kernel->signatures->len, ==, 0);
  g_assert_null (kernel->inner_signatures);
  g_assert_cmpuint (kernel->layers->len, ==, 1);
  g_assert_cmpstr (kernel->layers->pdata[0], ==, "bzImage");
  g_assert_cmpstr (kernel->payload, ==, "gzip");
  g_assert_cmpuint (kernel->payload_offset, ==, MADE_PAYLOAD);
  g_assert_cmpuint (kernel->payload_size, ==, MADE_PAYLOAD_LENGTH);
  g_assert_cmpuint (kernel->unpacked_size, ==, MADE_UNPACKED_SIZE);
  g_assert_cmpint (kernel->image_fd, ==, -1);
  g_assert_null (kernel->config);
}

/* A field with a wrong value, and what is said of it. */
typedef struct {
  const char *name;
  guint offset;
  guint size; /* of the field, in bytes */
  guint32 value;
  const char *code;
  const char *text; /* a part of the sentence */
} Spoilt;

static const Spoilt spoilt[] = {
  { "boot-flag", KERNEL_BOOT_FLAG, 2, 0x55aa, "kernel-malformed", "0xAA55" },
  { "jump", KERNEL_JUMP_OFFSET, 1, 0x61, "kernel-malformed", "header ends too early" },
  { "old-protocol", KERNEL_PROTOCOL, 2, 0x020b, "kernel-unsupported", "protocol 2.11" },
  { "ancient-protocol", KERNEL_PROTOCOL, 2, 0x0000, "kernel-unsupported", "protocol 0.00" },
  { "version-outside-setup", KERNEL_VERSION, 2, MADE_SETUP_SIZE - 0x200, "kernel-malformed",
    "version" },
  { "version-far-outside", KERNEL_VERSION, 2, 0xffff, "kernel-malformed", "version" },
  { "version-empty", KERNEL_VERSION, 2, 0x580, "kernel-malformed", "version" },
  { "version-unprintable", MADE_VERSION_STRING + 3, 1, 0x07, "kernel-malformed", "version" },
  { "version-begins-with-space", MADE_VERSION_STRING, 1, ' ', "kernel-malformed", "version" },
  { "zimage", KERNEL_LOADFLAGS, 1, 0, "kernel-unsupported", "zImage" },
  { "32-bit", KERNEL_XLOADFLAGS, 2, 0x7e, "kernel-other-architecture", "32-bit" },
  { "not-relocatable", KERNEL_XLOADFLAGS, 2, 0x01, "kernel-unsupported", "CONFIG_RELOCATABLE" },
  { "no-alignment", KERNEL_ALIGNMENT, 4, 0, "kernel-malformed", "power of two" },
  { "odd-alignment", KERNEL_ALIGNMENT, 4, 0x300000, "kernel-malformed", "power of two" },
  { "no-cmdline", KERNEL_CMDLINE_SIZE, 4, 0, "kernel-malformed", "no room" },
  { "tiny-cmdline", KERNEL_CMDLINE_SIZE, 4, 31, "kernel-malformed", "no room" },
  { "small-init-size", KERNEL_INIT_SIZE, 4, 4096, "kernel-malformed", "less memory" },
  { "no-init-size", KERNEL_INIT_SIZE, 4, 0, "kernel-malformed", "less memory" },
  { "payload-too-long", KERNEL_PAYLOAD_LENGTH, 4, 8192, "kernel-malformed", "outside" },
  { "payload-huge", KERNEL_PAYLOAD_LENGTH, 4, 0xffffffff, "kernel-malformed", "outside" },
  { "payload-tiny", KERNEL_PAYLOAD_LENGTH, 4, 3, "kernel-malformed", "outside" },
  { "payload-far", KERNEL_PAYLOAD_OFFSET, 4, 0xfffffff0, "kernel-malformed", "outside" },
  { "payload-zeroed", MADE_PAYLOAD, 4, 0, "kernel-malformed", "not compressed" },
  { "payload-is-text", MADE_PAYLOAD, 4, 0x41414141, "kernel-malformed", "not compressed" },
  { "payload-damaged", MADE_PAYLOAD + 2000, 1, 0x55, "kernel-malformed", "(gzip) is damaged" },
  { "payload-checksum", MADE_PAYLOAD + MADE_PAYLOAD_LENGTH - 8, 4, 1, "kernel-malformed",
    "(gzip) is damaged" },
  { "payload-cut", KERNEL_PAYLOAD_LENGTH, 4, MADE_PAYLOAD_LENGTH / 2, "kernel-malformed",
    "payload" },
  { "no-payload", KERNEL_PAYLOAD_LENGTH, 4, 0, "not-a-kernel", "none in it" },
  { "payload-end-zeroed", MADE_PAYLOAD + MADE_PAYLOAD_LENGTH - 4, 4, 0, "kernel-malformed",
    "size that can be right" },
  { "payload-too-large", MADE_PAYLOAD + MADE_PAYLOAD_LENGTH - 4, 4, 1024 * 1024 + 1,
    "kernel-malformed", "size that can be right" },
  { "no-kernel", KERNEL_SYSSIZE, 4, 0, "kernel-malformed", "holds no kernel" },
  { "syssize", KERNEL_SYSSIZE, 4, (MADE_SIZE - MADE_SETUP_SIZE) / 16 + 1, "kernel-truncated",
    "16 of its 10256 bytes" },
  { "syssize-huge", KERNEL_SYSSIZE, 4, 0xffffffff, "kernel-truncated", "68719468528 of its" },
  { "setup-sects", KERNEL_SETUP_SECTS, 1, 255, "kernel-truncated", "129024 of its" },
};

static void
test_spoilt (gconstpointer data)
{
  const Spoilt *test = data;
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;
  guint32 value = GUINT32_TO_LE (test->value);

  memcpy (made->data + test->offset, &value, test->size);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, test->code);
  g_assert_nonnull (strstr (finding_text (findings, test->code), test->text));
  g_assert_nonnull (kexec_findings_blocker (findings));
}

/* Whatever length it is cut to, nothing is read beyond it, and it is refused. */
static void
test_cut (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);

  for (guint size = 0; size < MADE_SIZE; size += size < MADE_SETUP_SIZE ? 1 : 61) {
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (GBytes) bytes = g_bytes_new (made->data, size);
    g_autoptr (KexecKernel) kernel = inspect_bytes (bytes, "", "x86_64", findings);
    g_autofree char *release = kexec_kernel_read_release (bytes);

    g_assert_cmpuint (findings->len, ==, 1);
    g_assert_cmpstr (release, ==, kernel->release);
    if (size >= KERNEL_PROTOCOL)
      g_assert_cmpstr (kexec_finding_name (((KexecFinding *) findings->pdata[0])->code), ==,
                       "kernel-truncated");
    if (size >= MADE_SETUP_SIZE) /* enough to tell what it was */
      g_assert_cmpstr (kernel->release, ==, RELEASE);
  }
}

static void
test_missing (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;
  const KexecFinding *finding;
  guint64 missing;

  g_byte_array_set_size (made, MADE_SIZE - 1000);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, "kernel-truncated");
  finding = findings->pdata[0];
  g_assert_cmpstr (finding->subject, ==, "vmlinuz");
  g_assert_nonnull (strstr (finding->text, "1000 of its 10240 bytes are missing"));
  g_assert_true (g_variant_lookup (finding->args, "missing", "t", &missing));
  g_assert_cmpuint (missing, ==, 1000);
}

static void
test_signed (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  make_kernel_sign (made);
  kernel = inspect (made, "x86_64", findings);
  g_assert_null (kexec_findings_blocker (findings));
  g_assert_cmpuint (kernel->signatures->len, ==, 1);
  g_assert_true (kexec_kernel_is_signed (kernel));
  g_assert_cmpuint (kernel->size, ==, MADE_SIZE + MADE_SIGNATURE_SIZE);
}

static void
test_signature_cut (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  make_kernel_sign (made);
  g_byte_array_set_size (made, made->len - 7);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, "kernel-truncated");
  g_assert_nonnull (strstr (finding_text (findings, "kernel-truncated"), " 7 of its"));
  g_assert_false (kernel->signatures->len > 0);
}

/* Room after the image for anything else does no harm. */
static void
test_trailing (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  g_byte_array_append (made, (const guint8 *) "trailing", 8);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, "");
}

static void
test_machines (void)
{
  static const char *const machines[] = { "aarch64", "i686", "riscv64", "" };

  for (guint i = 0; i < G_N_ELEMENTS (machines); i++) {
    g_autoptr (GByteArray) made = make_kernel (RELEASE);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = inspect (made, machines[i], findings);

    expect_findings (findings, "kernel-other-architecture");
    g_assert_cmpstr (kernel->architecture, ==, "x86_64");
  }
}

/* Zero sectors of setup means four. */
static void
test_default_setup (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  made->data[KERNEL_SETUP_SECTS] = 0;
  make_kernel_put32 (made, KERNEL_SYSSIZE, (MADE_SIZE - 5 * 512) / 16);
  make_kernel_put32 (made, KERNEL_PAYLOAD_OFFSET, MADE_PAYLOAD - 5 * 512);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, "kernel-malformed"); /* its payload is before that */
  g_assert_nonnull (strstr (finding_text (findings, "kernel-malformed"), "outside"));
}

static void
test_releases (void)
{
  g_autofree char *longest = g_strnfill (64, 'x');
  g_autofree char *too_long = g_strnfill (65, 'x');
  const struct {
    const char *release;
    const char *expected;
  } cases[] = {
    { "6.1.0", "6.1.0" },
    { longest, longest },
    { too_long, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) made = make_kernel (cases[i].release);
    g_autoptr (GBytes) head = g_bytes_new (made->data, MADE_SETUP_SIZE);
    g_autofree char *release = kexec_kernel_read_release (head);

    g_assert_cmpstr (release, ==, cases[i].expected);
  }
}

/* A version string alone, without a builder. */
static void
test_version_forms (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) alone = NULL;

  made->data[MADE_VERSION_STRING + strlen (RELEASE)] = '\0';
  alone = inspect (made, "x86_64", findings);
  g_assert_cmpstr (alone->release, ==, RELEASE);
  g_assert_cmpstr (alone->version, ==, "");
  expect_findings (findings, "");
}

/* A program that has the header of a kernel. */
static void
test_programs (void)
{
  static const char *const programs[] = { "Memtest86+ v7.20", "iPXE 1.0", "MEMDISK 6.04" };

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++) {
    g_autoptr (GByteArray) made = make_kernel (RELEASE);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = NULL;

    g_strlcpy ((char *) made->data + MADE_VERSION_STRING, programs[i], 64);
    make_kernel_put32 (made, KERNEL_PAYLOAD_LENGTH, 0);
    kernel = inspect (made, "x86_64", findings);
    expect_findings (findings, "not-a-kernel");
    g_assert_nonnull (strstr (finding_text (findings, "not-a-kernel"), ", not a kernel"));
  }
}

static KexecKernel *
inspect_on (GByteArray *made, const KexecMachine *machine, KexecFindings *findings)
{
  KexecInput input = kexec_input_from_data (made->data, made->len);

  return kexec_kernel_inspect (&input, "vmlinuz", machine, NULL, NULL, findings);
}

/* arch/x86/kernel/kexec-bzimage64.c: 5-level page tables need bit 5 of xloadflags. */
static void
test_paging (void)
{
  static const struct {
    guint16 flags;
    gboolean has_la57;
    const char *codes;
  } cases[] = {
    { 0x7f, TRUE, "" },
    { 0x3f, TRUE, "" },
    { 0x1f, TRUE, "kernel-paging-mismatch" },
    { 0x5f, TRUE, "kernel-paging-mismatch" },
    { 0x1f, FALSE, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const KexecMachine machine = { .architecture = "x86_64", .has_la57 = cases[i].has_la57 };
    g_autoptr (GByteArray) made = make_kernel (RELEASE);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = NULL;

    make_kernel_put16 (made, KERNEL_XLOADFLAGS, cases[i].flags);
    kernel = inspect_on (made, &machine, findings);
    expect_findings (findings, cases[i].codes);
  }
}

static void
test_memory (void)
{
  static const struct {
    guint64 memory;
    const char *codes;
  } cases[] = {
    { 0, "" },
    { 2 * 1024 * 1024, "" },
    { 2 * 1024 * 1024 - 2, "kernel-needs-memory" },
    { 1, "kernel-needs-memory" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const KexecMachine machine = { .architecture = "x86_64", .memory = cases[i].memory };
    g_autoptr (GByteArray) made = make_kernel (RELEASE);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = inspect_on (made, &machine, findings);

    expect_findings (findings, cases[i].codes);
  }
}

/* Whatever byte of the payload is changed, it does not go unnoticed. */
static void
test_damage (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);

  for (guint i = MADE_PAYLOAD; i < MADE_PAYLOAD + MADE_PAYLOAD_LENGTH; i += 37) {
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = NULL;

    made->data[i] ^= 0x10;
    kernel = inspect (made, "x86_64", findings);
    if (i - MADE_PAYLOAD < 4 || i - MADE_PAYLOAD > 9) /* gzip's date does not matter */
      expect_findings (findings, "kernel-malformed");
    made->data[i] ^= 0x10;
  }
}

static void
expect_payload (const guint8 *data, gsize size, const char *codes, const char *text)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) packed = make_gzip (data, size);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  make_kernel_set_payload (made, packed->data, packed->len);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, codes);
  if (*codes != '\0')
    g_assert_nonnull (strstr (finding_text (findings, codes), text));
}

/* What comes out of the payload has to be a kernel. */
static void
test_contents (void)
{
  g_autoptr (GByteArray) good = make_vmlinux (RELEASE, EM_X86_64, 200000);
  g_autoptr (GByteArray) other = make_vmlinux (RELEASE, EM_AARCH64, 4096);
  g_autofree guint8 *zeros = g_malloc0 (100000);

  expect_payload (good->data, good->len, "", NULL);
  expect_payload (other->data, other->len, "kernel-malformed", "no kernel for x86_64");
  expect_payload (zeros, 100000, "kernel-malformed", "no kernel for x86_64");
  expect_payload (good->data, 60, "kernel-malformed", "no kernel for x86_64");
}

/* CONFIG_IKCONFIG: the configuration between two marks. */
static void
test_config (void)
{
  static const char config[] = "#\n# Automatically generated file; DO NOT EDIT.\n"
                               "# Linux/x86 6.1.0 Kernel Configuration\n#\n"
                               "CONFIG_64BIT=y\nCONFIG_RD_GZIP=y\n# CONFIG_RD_ZSTD is not set\n"
                               "CONFIG_BLK_DEV_INITRD=y\n";
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) vmlinux = make_vmlinux (RELEASE, EM_X86_64, 50000);
  g_autoptr (GByteArray) packed_config = make_gzip ((const guint8 *) config, strlen (config));
  g_autoptr (GByteArray) packed = NULL;
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  memcpy (vmlinux->data + 20000, "IKCFG_ST", 8);
  memcpy (vmlinux->data + 20008, packed_config->data, packed_config->len);
  memcpy (vmlinux->data + 20008 + packed_config->len, "IKCFG_ED", 8);
  packed = make_gzip (vmlinux->data, vmlinux->len);
  make_kernel_set_payload (made, packed->data, packed->len);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, "");
  g_assert_nonnull (kernel->config);
  g_assert_cmpint (kexec_kernel_config_get (kernel->config, "CONFIG_RD_GZIP"), ==,
                   KEXEC_CONFIG_YES);
  g_assert_cmpint (kexec_kernel_config_get (kernel->config, "CONFIG_RD_ZSTD"), ==, KEXEC_CONFIG_NO);
}

/* A header without a version: the banner inside has it. */
static void
test_banner (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  make_kernel_put16 (made, KERNEL_VERSION, 0);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, "");
  g_assert_cmpstr (kernel->release, ==, RELEASE);
  g_assert_cmpstr (kernel->version, ==, "(builder@example.org) #1 SMP PREEMPT_DYNAMIC");
}

static gboolean
stop (guint64 bytes, gpointer user_data)
{
  return FALSE;
}

/* Somebody who does not want to know gets no lies. */
static void
test_stopped (void)
{
  const KexecMachine machine = { .architecture = "x86_64" };
  const KexecWatch watch = { .proceed = stop };
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  KexecInput input = kexec_input_from_data (made->data, made->len);
  g_autoptr (KexecKernel) kernel =
    kexec_kernel_inspect (&input, "vmlinuz", &machine, NULL, &watch, findings);

  expect_findings (findings, "");
  g_assert_cmpint (kernel->image_fd, ==, -1);
}

/* A file that is shorter than it was when it was opened. */
static void
test_shrunk (void)
{
  static const gsize sizes[] = { 0, 600, MADE_SETUP_SIZE, MADE_PAYLOAD + 100, MADE_SIZE - 1 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const KexecMachine machine = { .architecture = "x86_64" };
    g_autoptr (GByteArray) made = make_kernel (RELEASE);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = NULL;
    int fd = memfd_create ("shrunk", MFD_CLOEXEC);
    KexecInput input = kexec_input_from_fd (fd, 200000);

    make_kernel_put32 (made, KERNEL_SYSSIZE, (200000 - MADE_SETUP_SIZE) / 16);
    g_assert_cmpint (write (fd, made->data, sizes[i]), ==, sizes[i]);
    kernel = kexec_kernel_inspect (&input, "vmlinuz", &machine, NULL, NULL, findings);
    expect_findings (findings, "kernel-truncated");
    g_assert_nonnull (strstr (finding_text (findings, "kernel-truncated"), "cannot be read"));
    close (fd);
  }
}

/* Documentation/arch/x86/boot.rst, "The image checksum". */
static void
put_checksum (GByteArray *made)
{
  make_kernel_put32 (made, made->len - 4,
                     (guint32) crc32 (0, made->data, made->len - 4) ^ 0xffffffff);
}

static void
test_checksum (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  KexecInput input;

  g_assert_true (kexec_bzimage_has_checksum ("6.1.0-30-amd64"));
  g_assert_true (kexec_bzimage_has_checksum ("5.15.0"));
  g_assert_true (kexec_bzimage_has_checksum ("6.14.99"));
  g_assert_false (kexec_bzimage_has_checksum ("6.15.0-rc1"));
  g_assert_false (kexec_bzimage_has_checksum ("7.0"));
  g_assert_false (kexec_bzimage_has_checksum ("next"));
  g_assert_false (kexec_bzimage_has_checksum (NULL));

  put_checksum (made);
  input = kexec_input_from_data (made->data, made->len);
  g_assert_true (kexec_bzimage_verify_checksum (&input, MADE_SIZE, NULL));
  g_assert_false (kexec_bzimage_verify_checksum (&input, MADE_SIZE + 1, NULL));
  make_kernel_sign (made);
  input = kexec_input_from_data (made->data, made->len);
  g_assert_true (kexec_bzimage_verify_checksum (&input, MADE_SIZE, NULL));
  made->data[MADE_PAYLOAD + 1000] ^= 1;
  g_assert_false (kexec_bzimage_verify_checksum (&input, MADE_SIZE, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bzimage/good", test_good);
  for (guint i = 0; i < G_N_ELEMENTS (spoilt); i++) {
    g_autofree char *path = g_strdup_printf ("/bzimage/spoilt/%s", spoilt[i].name);

    g_test_add_data_func (path, &spoilt[i], test_spoilt);
  }
  g_test_add_func ("/bzimage/cut", test_cut);
  g_test_add_func ("/bzimage/missing", test_missing);
  g_test_add_func ("/bzimage/signed", test_signed);
  g_test_add_func ("/bzimage/signature-cut", test_signature_cut);
  g_test_add_func ("/bzimage/trailing", test_trailing);
  g_test_add_func ("/bzimage/machines", test_machines);
  g_test_add_func ("/bzimage/default-setup", test_default_setup);
  g_test_add_func ("/bzimage/releases", test_releases);
  g_test_add_func ("/bzimage/version-forms", test_version_forms);
  g_test_add_func ("/bzimage/programs", test_programs);
  g_test_add_func ("/bzimage/paging", test_paging);
  g_test_add_func ("/bzimage/memory", test_memory);
  g_test_add_func ("/bzimage/damage", test_damage);
  g_test_add_func ("/bzimage/contents", test_contents);
  g_test_add_func ("/bzimage/config", test_config);
  g_test_add_func ("/bzimage/banner", test_banner);
  g_test_add_func ("/bzimage/stopped", test_stopped);
  g_test_add_func ("/bzimage/shrunk", test_shrunk);
  g_test_add_func ("/bzimage/checksum", test_checksum);
  return g_test_run ();
}

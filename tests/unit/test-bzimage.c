/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every way in which a bzImage can be wrong, each with its own finding and sentence. */
#include "image/bzimage.h"
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
  g_assert_false (kernel->signatures->len > 0);
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
  expect_findings (findings, "");
  g_assert_true (kernel->signatures->len > 0);
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

/* What is not a signature that can be read is none. */
static void
test_not_signed (void)
{
  static const struct {
    guint offset;
    guint32 value;
  } cases[] = {
    { 0, 0 },                                       /* no "MZ" */
    { 0x3c, 0xffffffff },                           /* the PE header is far outside */
    { 0x3c, MADE_SIZE + MADE_SIGNATURE_SIZE - 25 }, /* at the very end */
    { MADE_PE_HEADER, 0x45 },                       /* no "PE" */
    { MADE_PE_HEADER + 24, 0x0107 },                /* another optional header */
    { MADE_PE_HEADER + 24 + 108, 4 },               /* too few directories */
    { MADE_PE_HEADER + 24 + 112 + 36, 0 },          /* of no length */
    { MADE_PE_HEADER + 24 + 112 + 36, 8 },          /* shorter than what it begins with */
    { MADE_SIZE, MADE_SIGNATURE_SIZE + 1 },         /* longer than its place */
    { MADE_SIZE + 4, 0x00010200 },                  /* of another type */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) made = make_kernel (RELEASE);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = NULL;

    g_test_message ("case %u", i);
    make_kernel_sign (made);
    make_kernel_put32 (made, cases[i].offset, cases[i].value);
    kernel = inspect (made, "x86_64", findings);
    expect_findings (findings, "");
    g_assert_false (kernel->signatures->len > 0);
  }
}

/* A 32-bit PE header keeps its directories elsewhere. */
static void
test_signed_pe32 (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;
  const guint optional = MADE_PE_HEADER + 24;

  make_kernel_sign (made);
  memset (made->data + optional + 92, 0, 100);
  make_kernel_put16 (made, optional, 0x10b);
  make_kernel_put32 (made, optional + 92, 6);
  make_kernel_put32 (made, optional + 96 + 32, MADE_SIZE);
  make_kernel_put32 (made, optional + 96 + 36, MADE_SIGNATURE_SIZE);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, "");
  g_assert_true (kernel->signatures->len > 0);
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
  make_kernel_put32 (made, KERNEL_PAYLOAD_LENGTH, 0);
  g_ptr_array_set_size (findings, 0);
  g_clear_pointer (&kernel, kexec_kernel_free);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, ""); /* and without one, as memtest86+ is, it is fine */
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

/* A version string alone, without a builder; and a header without one. */
static void
test_version_forms (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) alone = NULL;
  g_autoptr (KexecKernel) none = NULL;

  made->data[MADE_VERSION_STRING + strlen (RELEASE)] = '\0';
  alone = inspect (made, "x86_64", findings);
  g_assert_cmpstr (alone->release, ==, RELEASE);
  g_assert_cmpstr (alone->version, ==, "");
  make_kernel_put16 (made, KERNEL_VERSION, 0);
  none = inspect (made, "x86_64", findings);
  g_assert_null (none->release);
  expect_findings (findings, "");
}

static void
test_payloads (void)
{
  static const char *const payloads[] = { "\x1f\x8b\x08",     "BZh9",
                                          "\x5d\0\0\0",       "\x89LZO",
                                          "\x02\x21\x4c\x18", "\x28\xb5\x2f\xfd",
                                          "\177ELF" };

  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++) {
    g_autoptr (GByteArray) made = make_kernel (RELEASE);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = NULL;

    memcpy (made->data + MADE_PAYLOAD, payloads[i], 4);
    kernel = inspect (made, "x86_64", findings);
    expect_findings (findings, "");
  }
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
  g_test_add_func ("/bzimage/signed-pe32", test_signed_pe32);
  g_test_add_func ("/bzimage/signature-cut", test_signature_cut);
  g_test_add_func ("/bzimage/trailing", test_trailing);
  g_test_add_func ("/bzimage/not-signed", test_not_signed);
  g_test_add_func ("/bzimage/machines", test_machines);
  g_test_add_func ("/bzimage/default-setup", test_default_setup);
  g_test_add_func ("/bzimage/releases", test_releases);
  g_test_add_func ("/bzimage/version-forms", test_version_forms);
  g_test_add_func ("/bzimage/payloads", test_payloads);
  return g_test_run ();
}

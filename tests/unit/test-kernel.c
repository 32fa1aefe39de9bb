/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are no bzImage, given as kernels: each is named for what it is. */
#include "image/kernel/kernel.h"

#include <sys/mman.h>
#include <unistd.h>

#include "image/kernel/native.h"
#include "tests/unit/expect.h"
#include "tests/unit/inspect.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-pe.h"

typedef struct {
  const char *name;
  guint offset; /* of the bytes; zeros before, and up to 1024 */
  const char *bytes;
  guint length;
  const char *code;
  const char *format;
  const char *architecture;
  const char *text;
} Case;

#define BYTES(string) string, sizeof string - 1

static const Case cases[] = {
  { "text", 0, BYTES ("A letter.\n"), "not-a-kernel", "text", NULL, "a text file" },
  { "script", 0, BYTES ("#!/bin/sh\n"), "not-a-kernel", "script", NULL, "a script" },
  { "zeros", 0, BYTES (""), "not-a-kernel", "zeros", NULL, "nothing but zeros" },
  { "cpio", 0, BYTES ("07070100"), "not-a-kernel", "cpio", NULL, "changed places" },
  { "garbage", 0, BYTES ("\x01\x02\x03"), "not-a-kernel", "unknown", NULL, "unknown kind" },
  { "deb", 0, BYTES ("!<arch>\ndebian-binary   "), "not-a-kernel", "deb", NULL, "install it" },
  { "pe", 0, BYTES ("MZ\x90\0"), "not-a-kernel", "PE", NULL, "a DOS program" },
  { "devicetree", 0, BYTES ("\xd0\x0d\xfe\xed\0\0\0\x38"), "not-a-kernel", "devicetree", NULL,
    "a device tree" },
  { "fit", 0,
    BYTES ("\xd0\x0d\xfe\xed\0\0\0\x38\0\0\0\1\0\0\0\0\0\0\0\1"
           "images\0\0"),
    "kernel-unsupported", "devicetree", NULL, "a FIT image" },
  { "android", 0, BYTES ("ANDROID!"), "kernel-unsupported", "android-image", NULL, "Android" },
  { "uimage", 0, BYTES ("\x27\x05\x19\x56\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\2\2\1"),
    "kernel-unsupported", "uImage", "arm", "uImage" },
  { "uimage-ramdisk", 0,
    BYTES ("\x27\x05\x19\x56\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\2\3\1"),
    "not-a-kernel", "uImage", NULL, "a ramdisk for U-Boot" },
  { "uimage-script", 0,
    BYTES ("\x27\x05\x19\x56\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\2\6\1"),
    "not-a-kernel", "uImage", NULL, "a script for U-Boot" },
  { "uimage-other", 0,
    BYTES ("\x27\x05\x19\x56\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\xff\2\1"),
    "kernel-unsupported", "uImage", NULL, "uImage" },
  { "arm64", 0x38, BYTES ("ARM\x64"), "kernel-other-architecture", "arm64-image", "aarch64",
    "an arm64 kernel for aarch64, but this machine is x86_64" },
  { "riscv64", 0x38, BYTES ("RSC\x05"), "kernel-other-architecture", "riscv64-image", "riscv64",
    "this machine is x86_64" },
  { "loongarch64", 0x38, BYTES ("\xcd\x23\x82\x81"), "kernel-other-architecture",
    "loongarch64-image", "loongarch64", "a LoongArch kernel" },
  { "zboot-unknown", 0, BYTES ("MZ\0\0zimg\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0lzip"),
    "kernel-unsupported", "efi-zboot", NULL, "compressed as \"lzip\"" },
  { "zboot-outside", 0, BYTES ("MZ\0\0zimg\0\1\0\0\1\3\0\0\0\0\0\0\0\0\0\0gzip"),
    "kernel-truncated", "efi-zboot", NULL, " 1 of its 1025 bytes" },
  { "arm-empty", 0x24, BYTES ("\x18\x28\x6f\x01"), "kernel-malformed", "zImage", "arm",
    "holds no kernel" },
  { "arm-cut", 0x24, BYTES ("\x18\x28\x6f\x01\0\0\0\0\1\4\0\0"), "kernel-truncated", "zImage",
    "arm", " 1 of its 1025" },
  { "arm", 0x24, BYTES ("\x18\x28\x6f\x01\0\0\0\0\0\4\0\0\1\2\3\4"), "kernel-other-architecture",
    "zImage", "arm", "a 32-bit ARM kernel" },
  { "arm-big-endian", 0x24, BYTES ("\x18\x28\x6f\x01\0\0\0\0\0\4\0\0\4\3\2\1"),
    "kernel-other-architecture", "zImage", "armeb", "a 32-bit ARM kernel" },
};

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  guint8 file[1024] = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;
  g_autofree char *release = NULL;
  gboolean is_text = g_str_equal (test->name, "text");

  memcpy (file + test->offset, test->bytes, test->length);
  bytes = g_bytes_new (file, is_text ? test->length : sizeof file);
  kernel = inspect_bytes (bytes, "/boot/thing", "x86_64", findings);
  expect_findings (findings, test->code);
  g_assert_cmpstr (kernel->format, ==, test->format);
  g_assert_cmpstr (kernel->layers->pdata[0], ==, test->format);
  g_assert_cmpuint (kernel->layers->len, ==, 1);
  g_assert_cmpstr (kernel->architecture, ==, test->architecture);
  g_assert_cmpuint (kernel->size, ==, g_bytes_get_size (bytes));
  g_assert_nonnull (strstr (finding_text (findings, test->code), test->text));
  g_assert_true (g_str_has_prefix (finding_text (findings, test->code), "/boot/thing "));
  release = kexec_kernel_read_release (bytes);
  g_assert_null (release);
}

/* Cut off within its header, nothing of it is taken for more than it is. */
static void
test_cut (gconstpointer data)
{
  const Case *test = data;

  for (guint size = 0; size <= test->offset + test->length; size++) {
    guint8 file[1024] = { 0 };
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = NULL;

    memcpy (file + test->offset, test->bytes, test->length);
    bytes = g_bytes_new (file, size);
    kernel = inspect_bytes (bytes, "", "x86_64", findings);
    g_assert_nonnull (kexec_findings_blocker (findings));
  }
}

static void
test_empty (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new (NULL, 0);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = inspect_bytes (bytes, "", "x86_64", findings);

  expect_findings (findings, "not-a-kernel");
  g_assert_cmpstr (kernel->format, ==, "empty");
  g_assert_true (
    g_str_has_prefix (finding_text (findings, "not-a-kernel"), "The file is an empty"));
}

/* A header of 64 bytes, then a banner. */
static GByteArray *
make_raw_image (const char *magic, guint64 image_size, guint64 flags)
{
  GByteArray *image = g_byte_array_new ();
  static const char banner[] = "Linux version 6.9.1-raw (me@here) (cc 1.0) #7 SMP\n";

  g_byte_array_set_size (image, 8192);
  memset (image->data, 0, image->len);
  make_kernel_put64 (image, 0x10, image_size);
  make_kernel_put64 (image, 0x18, flags);
  memcpy (image->data + 0x38, magic, 4);
  memcpy (image->data + 4096, banner, sizeof banner);
  return image;
}

typedef struct {
  const char *magic;
  guint64 image_size;
  guint64 flags;
  const char *machine;
  guint page_size; /* of the machine */
  guint64 memory;
  const char *codes;
  const char *architecture;
  guint expected_page_size;
} RawCase;

static const RawCase raw_cases[] = {
  { "ARM\x64", 65536, 0xa, "aarch64", 4096, 0, "", "aarch64", 4096 },
  { "ARM\x64", 8192, 0xa, "aarch64", 0, 0, "", "aarch64", 4096 },
  { "ARM\x64", 65536, 0x8, "aarch64", 4096, 0, "", "aarch64", 0 },
  { "ARM\x64", 65536, 0xc, "aarch64", 16384, 131072, "", "aarch64", 16384 },
  { "ARM\x64", 65536, 0xe, "aarch64", 4096, 0, "kernel-page-size", "aarch64", 65536 },
  { "ARM\x64", 65536, 0xb, "aarch64", 4096, 0, "kernel-other-architecture", "aarch64_be", 4096 },
  { "ARM\x64", 65536, 0xa, "aarch64", 4096, 65536, "kernel-needs-memory", "aarch64", 4096 },
  { "ARM\x64", 8191, 0xa, "aarch64", 4096, 0, "kernel-malformed", "aarch64", 4096 },
  { "ARM\x64", 0, 0xa, "aarch64", 4096, 0, "kernel-unsupported", "aarch64", 4096 },
  { "RSC\x05", 65536, 0, "riscv64", 4096, 0, "", "riscv64", 0 },
  { "RSC\x05", 65536, 1, "riscv64", 4096, 0, "kernel-other-architecture", "riscv64be", 0 },
  { "RSC\x05", 0, 0, "riscv64", 4096, 0, "kernel-unsupported", "riscv64", 0 },
  { "\xcd\x23\x82\x81", 65536, 0x9000000000200001, "loongarch64", 4096, 0, "", "loongarch64", 0 },
};

static void
test_raw (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (raw_cases); i++) {
    const RawCase *test = &raw_cases[i];
    const KexecMachine machine = { .architecture = test->machine,
                                   .page_size = test->page_size,
                                   .memory = test->memory };
    g_autoptr (GByteArray) image = make_raw_image (test->magic, test->image_size, test->flags);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    KexecInput input = kexec_input_from_data (image->data, image->len);
    g_autoptr (KexecKernel) kernel =
      kexec_kernel_inspect (&input, "Image", &machine, NULL, NULL, findings);

    g_test_message ("case %u", i);
    expect_findings (findings, test->codes);
    g_assert_cmpstr (kernel->architecture, ==, test->architecture);
    g_assert_cmpstr (kernel->release, ==, "6.9.1-raw");
    g_assert_cmpstr (kernel->version, ==, "(me@here) #7 SMP");
    g_assert_cmpuint (kernel->page_size, ==, test->expected_page_size);
    g_assert_cmpuint (kernel->init_size, ==, test->image_size);
    g_assert_cmpuint (kernel->cmdline_limit, >, 0);
    g_assert_cmpint (kernel->image_fd, ==, -1);
  }
}

/* Its PE sections tell how long it has to be. */
static void
test_raw_truncated (void)
{
  g_autoptr (GByteArray) image = make_pe_of_text (".text", "abc", ".data", "def", NULL);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (KexecKernel) kernel = NULL;

  memcpy (image->data + 0x38, "ARM\x64", 4);
  make_kernel_put64 (image, 0x10, 1024 * 1024);
  make_kernel_put32 (image, PE_SECTION (1) + SECTION_VIRTUAL_SIZE, 65536);
  make_kernel_put32 (image, PE_SECTION (1) + SECTION_RAW_SIZE, 65536);
  bytes = g_bytes_new (image->data, image->len);
  kernel = inspect_bytes (bytes, "Image", "aarch64", findings);
  expect_findings (findings, "kernel-truncated");
  g_assert_cmpuint (kernel->sections->len, ==, 2);
}

#define S390_BANNER 0x11900

/* struct parmarea in arch/s390/include/asm/setup.h */
static GByteArray *
make_s390_image (guint64 cmdline_size, guint size)
{
  GByteArray *image = g_byte_array_new ();
  static const char version[] = "6.1.0-50-s390x (me@here) #1 SMP";
  static const char banner[] = "Linux version 6.1.0-50-s390x (me@here) (cc 1.0) #1 SMP\n";
  guint64 value;

  g_byte_array_set_size (image, MAX (size, 0x12000));
  memset (image->data, 0, image->len);
  memcpy (image->data + 0x10008, "S390EP", 6);
  value = GUINT64_TO_BE (0x11800);
  memcpy (image->data + 0x10428, &value, 8);
  value = GUINT64_TO_BE (cmdline_size);
  memcpy (image->data + 0x10430, &value, 8);
  memcpy (image->data + 0x11800, version, sizeof version);
  memcpy (image->data + S390_BANNER, banner, sizeof banner);
  g_byte_array_set_size (image, size);
  return image;
}

static void
test_s390 (void)
{
  static const struct {
    guint64 cmdline_size;
    guint size;
    const char *machine;
    const char *codes;
    guint limit;
  } s390_cases[] = {
    { 4096, 0x12000, "s390x", "", 4094 },
    { 0, 0x12000, "s390x", "", 894 },
    { 4096, 0x12000, "x86_64", "kernel-other-architecture", 4094 },
    { 4096, 0x11000, "s390x", "kernel-truncated", 0 },
    { 4096, 0x10478, "s390x", "kernel-truncated", 0 },
    { 1, 0x12000, "s390x", "kernel-malformed", 0 },
    { G_MAXUINT64, 0x12000, "s390x", "kernel-malformed", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (s390_cases); i++) {
    g_autoptr (GByteArray) image = make_s390_image (s390_cases[i].cmdline_size, s390_cases[i].size);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (GBytes) bytes = g_bytes_new (image->data, image->len);
    g_autoptr (KexecKernel) kernel =
      inspect_bytes (bytes, "image", s390_cases[i].machine, findings);

    g_test_message ("case %u", i);
    expect_findings (findings, s390_cases[i].codes);
    g_assert_cmpstr (kernel->format, ==, "s390-image");
    g_assert_cmpstr (kernel->architecture, ==, "s390x");
    g_assert_cmpuint (kernel->cmdline_limit, ==, s390_cases[i].limit);
    if (s390_cases[i].limit > 0)
      g_assert_cmpstr (kernel->release, ==, "6.1.0-50-s390x");
  }
}

/* A version that is said to stand behind the end of the file. */
static void
test_s390_lost_version (void)
{
  g_autoptr (GByteArray) image = make_s390_image (4096, 0x12000);
  guint64 value = GUINT64_TO_BE (0x12000);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;
  g_autoptr (GBytes) bytes = NULL;

  memcpy (image->data + 0x10428, &value, 8);
  bytes = g_bytes_new (image->data, image->len);
  kernel = inspect_bytes (bytes, "image", "s390x", findings);
  expect_findings (findings, "");
  g_assert_cmpstr (kernel->release, ==, "6.1.0-50-s390x"); /* by the banner */
}

/* A kernel that unpacks itself; before it are bytes that only look like a beginning. */
static void
test_embedded (void)
{
  g_autoptr (GByteArray) vmlinux = make_vmlinux ("6.1.0-hidden", 40, 20000);
  g_autoptr (GByteArray) packed = make_gzip (vmlinux->data, vmlinux->len);
  g_autoptr (GByteArray) image = make_s390_image (4096, 0x12000);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;
  g_autoptr (GBytes) bytes = NULL;

  memset (image->data + 0x10428, 0, 8); /* an old kernel without a version string */
  memset (image->data + S390_BANNER, 0, 64);
  for (guint i = 0; i < 4; i++)
    g_byte_array_append (image, (const guint8 *) "\x1f\x8b\x08\0garbage!", 12);
  g_byte_array_append (image, packed->data, packed->len);
  g_byte_array_append (image, (const guint8 *) "and more", 8);
  bytes = g_bytes_new (image->data, image->len);
  kernel = inspect_bytes (bytes, "image", "s390x", findings);
  expect_findings (findings, "");
  g_assert_cmpstr (kernel->release, ==, "6.1.0-hidden");
  g_assert_cmpstr (kernel->payload, ==, "gzip");
  g_assert_cmpuint (kernel->payload_offset, ==, 0x12000 + 48);
  g_assert_cmpuint (kernel->payload_size, ==, packed->len);
  g_assert_cmpuint (kernel->unpacked_size, ==, vmlinux->len);
}

/* … and so many of those that we give up. */
static void
test_embedded_too_often (void)
{
  g_autoptr (GByteArray) image = make_s390_image (4096, 0x12000);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;
  g_autoptr (GBytes) bytes = NULL;

  memset (image->data + S390_BANNER, 0, 64);
  for (guint i = 0; i < 100000; i++)
    g_byte_array_append (image, (const guint8 *) "\x1f\x8b\x08\0garbage!", 12);
  bytes = g_bytes_new (image->data, image->len);
  kernel = inspect_bytes (bytes, "image", "s390x", findings);
  expect_findings (findings, "kernel-not-verified");
  g_assert_null (kernel->payload);
}

static void
expect_program (GByteArray *file, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (file->data, file->len);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = inspect_bytes (bytes, "BOOTX64.EFI", "x86_64", findings);

  expect_findings (findings, "not-a-kernel");
  g_assert_cmpstr (kernel->format, ==, "PE");
  g_assert_cmpstr (kernel->architecture, ==, "x86_64");
  g_assert_cmpuint (kernel->sections->len, >, 0);
  g_assert_nonnull (strstr (finding_text (findings, "not-a-kernel"), text));
}

static void
test_programs (void)
{
  static const char sbat[] = "sbat,1,SBAT Version,sbat,1,https://example.org\n";
  static const struct {
    const char *section;
    const char *text;
    const char *expected;
  } programs[] = {
    { ".sdmagic", "#### LoaderInfo: systemd-boot 257 ####", "the boot loader systemd-boot" },
    { ".sdmagic", "#### LoaderInfo: systemd-stub 257 ####", "without a kernel" },
    { ".sdmagic", "#### LoaderInfo: systemd-addon 257 ####", "an addon" },
    { ".sbat", "grub,3,Free Software Foundation,grub,2.06,https://x\n", "GRUB" },
    { ".sbat", "shim,4,UEFI shim,shim,1,https://x\n", "shim" },
    { ".sbat", "somebody,1,x,y,1,https://x\n", "is an EFI program, not a kernel; " },
    { "mods", "anything", "GRUB" },
    { ".text", "anything", "is an EFI program, not a kernel; " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++) {
    gboolean is_sbat = g_str_equal (programs[i].section, ".sbat");
    g_autofree char *text = g_strconcat (is_sbat ? sbat : "", programs[i].text, NULL);
    g_autoptr (GByteArray) file = make_pe_of_text (".rodata", "x", programs[i].section, text, NULL);

    expect_program (file, programs[i].expected);
  }
}

static void
test_native (void)
{
  g_assert_true (kexec_native_takes ("x86_64", KEXEC_MAGIC_BZIMAGE));
  g_assert_false (kexec_native_takes ("x86_64", KEXEC_MAGIC_ELF));
  g_assert_false (kexec_native_takes ("x86_64", KEXEC_MAGIC_UNKNOWN));
  g_assert_true (kexec_native_takes ("ppc64le", KEXEC_MAGIC_ELF));
  g_assert_false (kexec_native_takes ("armv7l", KEXEC_MAGIC_ARM_ZIMAGE));
  g_assert_false (kexec_native_takes (NULL, KEXEC_MAGIC_ELF));
  g_assert_true (kexec_native_is ("armv7l", "arm"));
  g_assert_false (kexec_native_is ("armv7b", "arm"));
  g_assert_false (kexec_native_is ("aarch64", "arm"));
  g_assert_true (kexec_native_is ("i586", "i686"));
  g_assert_false (kexec_native_is ("x86_64", "i686"));
  g_assert_false (kexec_native_is ("", "i686"));
  g_assert_false (kexec_native_is (NULL, "arm"));
  g_assert_nonnull (strstr (kexec_native_remedy ("m68k"), "no kexec_file_load"));
  g_assert_cmpuint (kexec_native_cmdline_limit ("aarch64"), ==, 2047);
  g_assert_cmpuint (kexec_native_cmdline_limit ("x86_64"), ==, 0);
  g_assert_cmpuint (kexec_native_cmdline_limit (NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/kernel/foreign/%s", cases[i].name);
    g_autofree char *cut = g_strdup_printf ("/kernel/cut/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
    g_test_add_data_func (cut, &cases[i], test_cut);
  }
  g_test_add_func ("/kernel/empty", test_empty);
  g_test_add_func ("/kernel/raw", test_raw);
  g_test_add_func ("/kernel/raw-truncated", test_raw_truncated);
  g_test_add_func ("/kernel/s390", test_s390);
  g_test_add_func ("/kernel/s390-lost-version", test_s390_lost_version);
  g_test_add_func ("/kernel/embedded", test_embedded);
  g_test_add_func ("/kernel/embedded-too-often", test_embedded_too_often);
  g_test_add_func ("/kernel/programs", test_programs);
  g_test_add_func ("/kernel/native", test_native);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are no bzImage, given as kernels: each is named for what it is. */
#include "image/kernel.h"
#include "tests/unit/expect.h"
#include "tests/unit/inspect.h"

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
  { "text", 0, BYTES ("#!/bin/sh\n"), "not-a-kernel", "text", NULL, "a text file" },
  { "zeros", 0, BYTES (""), "not-a-kernel", "zeros", NULL, "nothing but zeros" },
  { "cpio", 0, BYTES ("07070100"), "not-a-kernel", "cpio", NULL, "changed places" },
  { "gzip", 0, BYTES ("\x1f\x8b"), "not-a-kernel", "gzip", NULL, "gzip-compressed" },
  { "xz", 0,
    BYTES ("\xfd"
           "7zXZ\0"),
    "not-a-kernel", "xz", NULL, "xz-compressed" },
  { "zstd", 0, BYTES ("\x28\xb5\x2f\xfd"), "not-a-kernel", "zstd", NULL, "zstd-compressed" },
  { "garbage", 0, BYTES ("\x01\x02\x03"), "not-a-kernel", "unknown", NULL, "unknown kind" },
  { "arm64", 0x38, BYTES ("ARM\x64"), "kernel-other-architecture", "arm64-image", "aarch64",
    "an arm64 kernel for aarch64, but this machine is x86_64" },
  { "riscv64", 0x38, BYTES ("RSC\x05"), "kernel-other-architecture", "riscv64-image", "riscv64",
    "this machine is x86_64" },
  { "arm", 0x24, BYTES ("\x18\x28\x6f\x01"), "kernel-other-architecture", "zImage", "arm",
    "a 32-bit ARM kernel" },
  { "zboot", 0, BYTES ("MZ\0\0zimg"), "kernel-unsupported", "efi-zboot", NULL, "EFI zboot" },
  { "pe", 0, BYTES ("MZ\x90\0"), "kernel-unsupported", "PE", NULL, "unified kernel image" },
  { "elf-x86_64", 0, BYTES ("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\76\0"), "kernel-unsupported",
    "ELF", "x86_64", "vmlinux" },
  { "elf-aarch64", 0, BYTES ("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\267\0"),
    "kernel-other-architecture", "ELF", "aarch64", "aarch64" },
  { "elf-s390x", 0, BYTES ("\177ELF\2\2\1\0\0\0\0\0\0\0\0\0\0\2\0\26"), "kernel-other-architecture",
    "ELF", "s390x", "s390x" },
  { "elf-other", 0, BYTES ("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\1\1"), "kernel-unsupported", "ELF",
    NULL, "ELF" },
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
  g_assert_cmpstr (kernel->architecture, ==, test->architecture);
  g_assert_cmpuint (kernel->size, ==, g_bytes_get_size (bytes));
  g_assert_nonnull (strstr (finding_text (findings, test->code), test->text));
  g_assert_true (g_str_has_prefix (finding_text (findings, test->code), "/boot/thing is "));
  release = kexec_kernel_read_release (bytes);
  g_assert_null (release);
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

/* On its own architecture an arm64 kernel is no mistake, only not supported yet. */
static void
test_own_architecture (void)
{
  guint8 file[1024] = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  memcpy (file + 0x38, "ARM\x64", 4);
  bytes = g_bytes_new (file, sizeof file);
  kernel = inspect_bytes (bytes, "", "aarch64", findings);
  expect_findings (findings, "kernel-unsupported");
}

/* An ELF file that ends within its header. */
static void
test_short_elf (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new ("\177ELF\2", 5);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = inspect_bytes (bytes, "", "x86_64", findings);

  expect_findings (findings, "kernel-unsupported");
  g_assert_null (kernel->architecture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/kernel/foreign/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/kernel/empty", test_empty);
  g_test_add_func ("/kernel/own-architecture", test_own_architecture);
  g_test_add_func ("/kernel/short-elf", test_short_elf);
  return g_test_run ();
}

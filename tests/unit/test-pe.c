/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Headers of PE files: what they say, and each number in them that can lie. */
#include "image/uki/pe.h"

#include <string.h>

#include "tests/unit/make-kernel.h"
#include "tests/unit/make-pe.h"

static KexecPe *
parse (const GByteArray *bytes, const char **problem)
{
  KexecInput input = kexec_input_from_data (bytes->data, bytes->len);

  return kexec_pe_read (&input, problem);
}

/* @problem: (nullable) */
static void
expect_refused (const GByteArray *bytes, const char *problem)
{
  const char *said = "not set";
  g_autoptr (KexecPe) pe = parse (bytes, &said);

  g_assert_null (pe);
  g_assert_cmpstr (said, ==, problem);
}

static GByteArray *
make_two (void)
{
  return make_pe_of_text (".text", "code", ".pcrpkey", "key", NULL);
}

static void
expect_section (const KexecPe *pe, guint index, const char *name, guint32 offset, guint32 size)
{
  const KexecPeSection *section = &g_array_index (pe->sections, KexecPeSection, index);

  g_assert_cmpstr (section->name, ==, name);
  g_assert_cmpuint (section->offset, ==, offset);
  g_assert_cmpuint (section->size, ==, size);
}

static void
test_sections (void)
{
  g_autoptr (GByteArray) bytes = make_two ();
  const char *problem = "not set";
  g_autoptr (KexecPe) pe = parse (bytes, &problem);
  const KexecPeSection *first;

  g_assert_nonnull (pe);
  g_assert_null (problem);
  g_assert_cmpuint (pe->sections->len, ==, 2);
  expect_section (pe, 0, ".text", 512, 4);
  expect_section (pe, 1, ".pcrpkey", 1024, 3);
  first = &g_array_index (pe->sections, KexecPeSection, 0);
  g_assert_cmpuint (first->raw_size, ==, 512);
  g_assert_cmpuint (first->virtual_size, ==, 4);
  g_assert_cmpuint (first->virtual_address, ==, 4096);
  g_assert_cmpuint (pe->subsystem, ==, 10);
  g_assert_cmpuint (pe->headers_size, ==, 512);
  g_assert_cmpuint (pe->checksum_offset, ==, PE_OPTIONAL_HEADER + 64);
  g_assert_cmpuint (pe->directory_offset, ==, PE_CERTIFICATES);
  g_assert_cmpuint (pe->certificate_offset, ==, 0);
  g_assert_cmpuint (pe->certificate_size, ==, 0);
  g_assert_cmpuint (pe->table_end, ==, PE_SECTION (2));
  g_assert_cmpstr (kexec_pe_architecture (pe), ==, "x86_64");
}

static void
test_pe32 (void)
{
  g_autoptr (PeSections) sections = pe_sections_new ();
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (KexecPe) pe = NULL;

  pe_sections_add_text (sections, ".text", "code");
  bytes = make_pe32 (sections);
  pe = parse (bytes, NULL);
  g_assert_nonnull (pe);
  expect_section (pe, 0, ".text", 512, 4);
  g_assert_cmpuint (pe->directory_offset, ==, PE_CERTIFICATES - 16);
  g_assert_cmpuint (pe->table_end, ==, PE_SECTION (1) - 16);
  g_assert_cmpstr (kexec_pe_architecture (pe), ==, "i686");
}

static void
test_machines (void)
{
  static const struct {
    guint16 machine;
    const char *architecture;
  } cases[] = {
    { 0x14c, "i686" }, { 0x1c2, "arm" }, { 0xaa64, "aarch64" },     { 0x5064, "riscv64" },
    { 0x200, NULL },   { 0xebc, NULL },  { 0x6264, "loongarch64" }, { 0x8664, "x86_64" },
  };
  g_autoptr (GByteArray) bytes = make_two ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (KexecPe) pe = NULL;

    make_kernel_put16 (bytes, PE_HEADER + 4, cases[i].machine);
    pe = parse (bytes, NULL);
    g_assert_cmpstr (kexec_pe_architecture (pe), ==, cases[i].architecture);
  }
}

/* A kernel is a PE file as well, and so is one that has no sections. */
static void
test_bzimage (void)
{
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0");
  g_autoptr (KexecPe) pe = parse (kernel, NULL);

  g_assert_nonnull (pe);
  g_assert_cmpuint (pe->sections->len, ==, 0);
}

/* A name ends at its padding; what a reader might take for another name is shown as such. */
static void
test_names (void)
{
  static const struct {
    char bytes[9];
    const char *name;
  } cases[] = {
    { ".linux\0\0", ".linux" },  { ".initrd\0", ".initrd" },    { ".cmdline", ".cmdline" },
    { ".linux\0x", ".linux?x" }, { "\0\0\0\0\0\0\0\0", "" },    { "\0linux\0\0", "?linux" },
    { ".li nux\0", ".li?nux" },  { ".l\033[1m\0\0", ".l?[1m" }, { "\377\376\0\0\0\0\0\0", "??" },
  };
  g_autoptr (GByteArray) bytes = make_two ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (KexecPe) pe = NULL;

    memcpy (bytes->data + PE_SECTION (0), cases[i].bytes, 8);
    pe = parse (bytes, NULL);
    g_assert_cmpstr (g_array_index (pe->sections, KexecPeSection, 0).name, ==, cases[i].name);
  }
}

static void
test_sizes (void)
{
  g_autoptr (GByteArray) bytes = make_two ();
  g_autoptr (KexecPe) pe = NULL;

  make_kernel_put32 (bytes, PE_SECTION (0) + SECTION_RAW_SIZE, 2);
  make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_VIRTUAL_SIZE, G_MAXUINT32);
  make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_RAW_SIZE, G_MAXUINT32);
  make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_OFFSET, G_MAXUINT32);
  pe = parse (bytes, NULL);
  expect_section (pe, 0, ".text", 512, 2);
  expect_section (pe, 1, ".pcrpkey", G_MAXUINT32, G_MAXUINT32);
}

static void
test_no_pe (void)
{
  static const guint8 zeros[1024];
  g_autoptr (GByteArray) bytes = make_two ();
  KexecInput empty = kexec_input_from_data (zeros, 0);
  KexecInput nothing = kexec_input_from_data (zeros, sizeof zeros);

  g_assert_null (kexec_pe_read (&empty, NULL));
  g_assert_null (kexec_pe_read (&nothing, NULL));
  make_kernel_put32 (bytes, 0x3c, G_MAXUINT32);
  expect_refused (bytes, NULL);
  make_kernel_put32 (bytes, 0x3c, bytes->len - 3);
  expect_refused (bytes, NULL);
  make_kernel_put32 (bytes, 0x3c, 0);
  expect_refused (bytes, NULL);
  make_kernel_put32 (bytes, 0x3c, PE_HEADER);
  bytes->data[0] = 'N';
  expect_refused (bytes, NULL);
}

static void
test_optional_header (void)
{
  g_autoptr (GByteArray) bytes = make_two ();

  make_kernel_put16 (bytes, PE_OPTIONAL_HEADER, 0x107);
  expect_refused (bytes, "its optional header is of no known kind");
  make_kernel_put16 (bytes, PE_OPTIONAL_HEADER, 0x20b);
  make_kernel_put16 (bytes, PE_OPTIONAL_SIZE, 0);
  expect_refused (bytes, "its optional header does not end where its section table begins");
  make_kernel_put16 (bytes, PE_OPTIONAL_SIZE, 240);
  make_kernel_put32 (bytes, PE_DIRECTORY_COUNT, G_MAXUINT32);
  expect_refused (bytes, "its optional header does not end where its section table begins");
}

static void
test_table (void)
{
  g_autoptr (GByteArray) bytes = make_two ();

  make_kernel_put16 (bytes, PE_SECTION_COUNT, 256);
  expect_refused (bytes, "its section table is cut off");
  make_kernel_put16 (bytes, PE_SECTION_COUNT, 257);
  expect_refused (bytes, "it has more sections than any such file needs");
  make_kernel_put16 (bytes, PE_SECTION_COUNT, G_MAXUINT16);
  expect_refused (bytes, "it has more sections than any such file needs");
}

/* At no length is anything read that is not there. */
static void
test_lengths (void)
{
  g_autoptr (GByteArray) bytes = make_two ();
  guint accepted = 0;

  for (guint length = 0; length <= 512; length++) {
    g_autofree guint8 *copy = g_memdup2 (bytes->data, length);
    KexecInput input = kexec_input_from_data (copy, length);
    const char *problem;
    g_autoptr (KexecPe) pe = kexec_pe_read (&input, &problem);
    guint64 end;

    if (pe != NULL)
      accepted++;
    else if (length >= PE_HEADER + 4)
      g_assert_nonnull (problem);
    else
      g_assert_null (problem);
    g_assert_cmpint (kexec_pe_signature (&input, &end), ==, KEXEC_PE_UNSIGNED);
  }
  g_assert_cmpuint (accepted, ==, 512 - PE_SECTION (2) + 1);
}

static KexecPeSignature
signature (const GByteArray *bytes, guint64 *end)
{
  KexecInput input = kexec_input_from_data (bytes->data, bytes->len);

  return kexec_pe_signature (&input, end);
}

static void
test_signature (void)
{
  g_autoptr (GByteArray) bytes = make_two ();
  g_autoptr (KexecPe) pe = NULL;
  guint start = bytes->len;
  guint64 end;

  g_assert_cmpint (signature (bytes, &end), ==, KEXEC_PE_UNSIGNED);
  g_assert_cmpuint (end, ==, 0);
  make_kernel_sign (bytes);
  g_assert_cmpint (signature (bytes, &end), ==, KEXEC_PE_SIGNED);
  g_assert_cmpuint (end, ==, bytes->len);
  pe = parse (bytes, NULL);
  g_assert_cmpuint (pe->certificate_offset, ==, start);
  g_assert_cmpuint (pe->certificate_size, ==, MADE_SIGNATURE_SIZE);

  make_kernel_put16 (bytes, start + 6, 1); /* X.509 */
  g_assert_cmpint (signature (bytes, &end), ==, KEXEC_PE_UNSIGNED);
  make_kernel_put16 (bytes, start + 6, 2);
  make_kernel_put32 (bytes, start, MADE_SIGNATURE_SIZE + 1);
  g_assert_cmpint (signature (bytes, &end), ==, KEXEC_PE_UNSIGNED);
  make_kernel_put32 (bytes, start, MADE_SIGNATURE_SIZE);
  make_kernel_put32 (bytes, PE_CERTIFICATES + 4, 8);
  g_assert_cmpint (signature (bytes, &end), ==, KEXEC_PE_UNSIGNED);
  make_kernel_put32 (bytes, PE_CERTIFICATES + 4, MADE_SIGNATURE_SIZE + 1);
  g_assert_cmpint (signature (bytes, &end), ==, KEXEC_PE_CUT_OFF);
  make_kernel_put32 (bytes, PE_CERTIFICATES, G_MAXUINT32);
  make_kernel_put32 (bytes, PE_CERTIFICATES + 4, G_MAXUINT32);
  g_assert_cmpint (signature (bytes, &end), ==, KEXEC_PE_CUT_OFF);
  g_assert_cmpuint (end, ==, 2 * (guint64) G_MAXUINT32);
  make_kernel_put32 (bytes, PE_CERTIFICATES, 0);
  g_assert_cmpint (signature (bytes, &end), ==, KEXEC_PE_UNSIGNED);
  make_kernel_put32 (bytes, PE_CERTIFICATES, start);
  make_kernel_put32 (bytes, PE_DIRECTORY_COUNT, 4);
  g_assert_cmpint (signature (bytes, &end), ==, KEXEC_PE_UNSIGNED);
}

/* The file ends before the directories that it says it has. */
static void
test_no_directories (void)
{
  g_autoptr (GByteArray) bytes = make_two ();
  g_autoptr (KexecPe) pe = NULL;
  guint64 end;

  g_byte_array_set_size (bytes, PE_DIRECTORY_COUNT + 4);
  make_kernel_put16 (bytes, PE_SECTION_COUNT, 0);
  g_assert_cmpint (signature (bytes, &end), ==, KEXEC_PE_UNSIGNED);
  pe = parse (bytes, NULL);
  g_assert_nonnull (pe);
  g_assert_cmpuint (pe->directory_offset, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pe/sections", test_sections);
  g_test_add_func ("/pe/pe32", test_pe32);
  g_test_add_func ("/pe/machines", test_machines);
  g_test_add_func ("/pe/bzimage", test_bzimage);
  g_test_add_func ("/pe/names", test_names);
  g_test_add_func ("/pe/sizes", test_sizes);
  g_test_add_func ("/pe/no-pe", test_no_pe);
  g_test_add_func ("/pe/optional-header", test_optional_header);
  g_test_add_func ("/pe/table", test_table);
  g_test_add_func ("/pe/lengths", test_lengths);
  g_test_add_func ("/pe/signature", test_signature);
  g_test_add_func ("/pe/no-directories", test_no_directories);
  return g_test_run ();
}

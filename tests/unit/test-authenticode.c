/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The digest of a PE file, against the same bytes picked out by hand. */
#include "image/signature/authenticode.h"

#include <string.h>

#include "tests/unit/make-kernel.h"
#include "tests/unit/make-pe.h"

#define CHECKSUM     (PE_OPTIONAL_HEADER + 64)
#define HEADERS_SIZE (PE_OPTIONAL_HEADER + 60)

static GByteArray *
make (void)
{
  GByteArray *pe = make_pe_of_text (".text", "the program", ".data", "its data", NULL);

  make_kernel_put32 (pe, CHECKSUM, 0x12345678);
  return pe;
}

static char *
digest_as (const GByteArray *made, GChecksumType type, const char **problem)
{
  /* A copy of the exact size, so that a read beyond the end is seen. */
  g_autofree guint8 *copy = g_memdup2 (made->data, made->len);
  const KexecInput input = kexec_input_from_data (copy, made->len);
  g_autoptr (KexecPe) pe = kexec_pe_read (&input, NULL);

  g_assert_nonnull (pe);
  return kexec_authenticode_digest (&input, pe, type, problem);
}

static char *
digest (const GByteArray *made)
{
  const char *problem;
  char *result = digest_as (made, G_CHECKSUM_SHA256, &problem);

  g_assert_cmpstr (problem, ==, NULL);
  return result;
}

static void
add (GChecksum *checksum, const GByteArray *made, gsize from, gsize to)
{
  g_checksum_update (checksum, made->data + from, (gssize) (to - from));
}

/* Both sections, and whatever follows them, are where the headers end and in order. */
static void
expect_digest (const GByteArray *made, gsize end, GChecksumType type)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (type);
  const char *problem;
  g_autofree char *actual = digest_as (made, type, &problem);

  add (checksum, made, 0, CHECKSUM);
  add (checksum, made, CHECKSUM + 4, PE_CERTIFICATES);
  add (checksum, made, PE_CERTIFICATES + 8, end);
  g_assert_cmpstr (actual, ==, g_checksum_get_string (checksum));
  g_assert_cmpstr (problem, ==, NULL);
}

static void
test_digest (void)
{
  static const GChecksumType types[] = { G_CHECKSUM_SHA1, G_CHECKSUM_SHA256, G_CHECKSUM_SHA384,
                                         G_CHECKSUM_SHA512 };
  g_autoptr (GByteArray) made = make ();

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    expect_digest (made, made->len, types[i]);
}

/* What follows the sections counts, the certificate table at the end does not. */
static void
test_trailing (void)
{
  g_autoptr (GByteArray) made = make ();
  guint end;

  g_byte_array_append (made, (const guint8 *) "trailing", 8);
  end = made->len;
  expect_digest (made, end, G_CHECKSUM_SHA256);
  g_byte_array_append (made, (const guint8 *) "certificates", 12);
  make_kernel_put32 (made, PE_CERTIFICATES, end);
  make_kernel_put32 (made, PE_CERTIFICATES + 4, 12);
  expect_digest (made, end, G_CHECKSUM_SHA256);
}

/* More than one buffer. */
static void
test_large (void)
{
  g_autoptr (PeSections) sections = pe_sections_new ();
  g_autofree guint8 *data = g_malloc (200000);
  g_autoptr (GByteArray) made = NULL;

  for (guint i = 0; i < 200000; i++)
    data[i] = (guint8) (i * 7 + i / 251);
  pe_sections_add (sections, ".text", data, 200000);
  made = make_pe (sections);
  expect_digest (made, made->len, G_CHECKSUM_SHA256);
}

/* Sections are taken in the order of the file, whatever that of the table is. */
static void
test_order (void)
{
  g_autoptr (GByteArray) made = make ();
  guint8 header[PE_SECTION_HEADER_SIZE];

  memcpy (header, made->data + PE_SECTION (0), sizeof header);
  memcpy (made->data + PE_SECTION (0), made->data + PE_SECTION (1), sizeof header);
  memcpy (made->data + PE_SECTION (1), header, sizeof header);
  expect_digest (made, made->len, G_CHECKSUM_SHA256);
}

/* What signing changes does not count, and everything else does. */
static void
test_every_byte (void)
{
  g_autoptr (GByteArray) made = make ();
  g_autofree char *before = digest (made);

  for (gsize i = PE_SECTION_TABLE + 2 * PE_SECTION_HEADER_SIZE; i < made->len; i += 13) {
    g_autofree char *after = NULL;

    made->data[i] ^= 1;
    after = digest (made);
    g_assert_cmpstr (before, !=, after);
    made->data[i] ^= 1;
  }
  for (gsize i = 0; i < 4; i++) {
    g_autofree char *after = NULL;

    made->data[CHECKSUM + i] ^= 0xff;
    after = digest (made);
    g_assert_cmpstr (before, ==, after);
  }
  make_kernel_put32 (made, PE_CERTIFICATES, 1);
  expect_digest (made, made->len, G_CHECKSUM_SHA256);
}

/* Where sections leave a gap, what follows is counted from the sum of the sizes. */
static void
test_gap (void)
{
  g_autoptr (GByteArray) made = make ();
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *actual = NULL;
  guint headers_size = 512;

  make_kernel_put32 (made, PE_SECTION (0) + SECTION_RAW_SIZE, 100);
  actual = digest (made);
  add (checksum, made, 0, CHECKSUM);
  add (checksum, made, CHECKSUM + 4, PE_CERTIFICATES);
  add (checksum, made, PE_CERTIFICATES + 8, headers_size);
  add (checksum, made, headers_size, headers_size + 100);
  add (checksum, made, headers_size + 512, headers_size + 1024);
  add (checksum, made, headers_size + 100 + 512, made->len);
  g_assert_cmpstr (actual, ==, g_checksum_get_string (checksum));
}

/* Sections that begin at the same place: by their address in memory; the empty one is nothing. */
static void
test_same_place (void)
{
  g_autoptr (GByteArray) made = make ();
  g_autofree char *before = digest (made);
  g_autofree char *after = NULL;
  g_autofree char *swapped = NULL;

  make_kernel_put32 (made, PE_SECTION (1) + SECTION_OFFSET, 512);
  make_kernel_put32 (made, PE_SECTION (1) + SECTION_VIRTUAL_ADDRESS, 4096);
  after = digest (made);
  make_kernel_put32 (made, PE_SECTION (1) + SECTION_VIRTUAL_ADDRESS, 1);
  swapped = digest (made);
  g_assert_cmpstr (before, !=, after);
  g_assert_cmpstr (after, !=, swapped);
}

typedef struct {
  const char *name;
  guint offset;
  guint32 value;
  const char *problem;
} Spoilt;

static const Spoilt spoilt[] = {
  { "section-outside", PE_SECTION (1) + SECTION_OFFSET, 0xfffffff0, "beyond its end" },
  { "section-too-long", PE_SECTION (1) + SECTION_RAW_SIZE, 0xffffffff, "beyond its end" },
  { "overlap", PE_SECTION (0) + SECTION_RAW_SIZE, 1024, "overlap" },
  { "headers-too-large", HEADERS_SIZE, 0xffffffff, "larger than it" },
  { "headers-too-small", HEADERS_SIZE, PE_CERTIFICATES, "before they do" },
  { "no-directory", PE_DIRECTORY_COUNT, 4, "before they do" },
  { "table-too-large", PE_CERTIFICATES + 4, 0xffffffff, "larger than it" },
};

static void
test_spoilt (gconstpointer data)
{
  const Spoilt *row = data;
  g_autoptr (GByteArray) made = make ();
  g_autofree char *actual = NULL;
  const char *problem;

  make_kernel_put32 (made, PE_CERTIFICATES, 1);
  make_kernel_put32 (made, row->offset, row->value);
  /* Linux finds the table of sections behind the directories. */
  if (row->offset == PE_DIRECTORY_COUNT)
    make_kernel_put16 (made, PE_SECTION_COUNT, 0);
  actual = digest_as (made, G_CHECKSUM_SHA256, &problem);
  g_assert_cmpstr (actual, ==, NULL);
  g_assert_nonnull (strstr (problem, row->problem));
}

/* A file that has become shorter since it was opened. */
static void
test_shrunk (void)
{
  g_autoptr (GByteArray) made = make ();
  const KexecInput input = kexec_input_from_data (made->data, made->len);
  g_autoptr (KexecPe) pe = kexec_pe_read (&input, NULL);
  const KexecInput shrunk = { .fd = 1000, .size = made->len };
  const char *problem;

  g_assert_null (kexec_authenticode_digest (&shrunk, pe, G_CHECKSUM_SHA256, &problem));
  g_assert_cmpstr (problem, ==, "it cannot be read to its end");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/authenticode/digest", test_digest);
  g_test_add_func ("/authenticode/trailing", test_trailing);
  g_test_add_func ("/authenticode/large", test_large);
  g_test_add_func ("/authenticode/order", test_order);
  g_test_add_func ("/authenticode/every-byte", test_every_byte);
  g_test_add_func ("/authenticode/gap", test_gap);
  g_test_add_func ("/authenticode/same-place", test_same_place);
  for (guint i = 0; i < G_N_ELEMENTS (spoilt); i++) {
    g_autofree char *path = g_strdup_printf ("/authenticode/spoilt/%s", spoilt[i].name);

    g_test_add_data_func (path, &spoilt[i], test_spoilt);
  }
  g_test_add_func ("/authenticode/shrunk", test_shrunk);
  return g_test_run ();
}

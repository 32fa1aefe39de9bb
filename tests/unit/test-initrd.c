/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files pass for initrds, what is told of them, and what is said of the others. */
#include "image/initrd/initrd.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/inspect-initrd.h"

#define MIB (1024 * 1024)

/* ---- other files ---- */

static const struct {
  const char *bytes;
  guint length;
  const char *format;
  const char *text; /* a part of the sentence */
} strangers[] = {
#define CASE(string, ...)                                                                          \
  {                                                                                                \
    string, sizeof string - 1, __VA_ARGS__                                                         \
  }
  CASE ("MZ\0\0zimg", "efi-zboot", "changed places"),
  CASE ("", "empty", "not written to its end"),
  CASE ("\0\0\0\0", "zeros", "not written to its end"),
  CASE ("\0\0\0\0text", "unknown", "unknown kind"),
  CASE ("\0"
        "070701",
        "unknown", "unknown kind"),
  CASE ("A letter", "text", "a text file"),
  CASE ("0123", "text", "a text file"),
  CASE ("\177ELF", "ELF", "an ELF file"),
  CASE ("hsqs\1\1\1\1", "squashfs", "make a cpio archive of what is in it"),
  CASE ("\1\2\3\4", "unknown", "unknown kind"),
#undef CASE
};

static void
test_strangers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++) {
    Inspected self = inspect ((const guint8 *) strangers[i].bytes, strangers[i].length);

    g_test_message ("%s", strangers[i].format);
    g_assert_cmpstr (self.initrd->format, ==, strangers[i].format);
    g_assert_cmpuint (self.initrd->segments->len, ==, 0);
    g_assert_false (self.initrd->is_verified);
    expect_findings (self.findings, "not-an-initrd");
    g_assert_nonnull (strstr (finding_text (self.findings, "not-an-initrd"), strangers[i].text));
    clear (&self);
  }
}

static void
test_without_name (void)
{
  const KexecInput input = kexec_input_from_data ((const guint8 *) "text", 4);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecInitrd) initrd = kexec_initrd_inspect (&input, "", NULL, findings);

  g_assert_cmpstr (initrd->format, ==, "text");
  g_assert_true (g_str_has_prefix (finding_text (findings, "not-an-initrd"), "The initrd is "));
}

/* A text, and a kernel, that are compressed. */
static void
test_packed_strangers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GByteArray) file = pack (formats[i], (const guint8 *) "a text", 6);

    expect_file (file, "not-an-initrd", "what is inside is a text file and not a cpio archive");
  }
}

/* ---- good files ---- */

static void
test_plain (void)
{
  g_autoptr (GByteArray) file = make_initrd (RELEASE, TRUE);
  Inspected self = inspect (file->data, file->len);

  expect_findings (self.findings, "");
  g_assert_cmpstr (self.initrd->format, ==, "cpio");
  g_assert_true (self.initrd->has_init);
  g_assert_true (self.initrd->has_files);
  g_assert_true (self.initrd->is_verified);
  g_assert_cmpuint (self.initrd->releases->len, ==, 1);
  g_assert_cmpstr (self.initrd->releases->pdata[0], ==, RELEASE);
  g_assert_cmpuint (self.initrd->segments->len, ==, 1);
  g_assert_cmpuint (segment (&self, 0)->offset, ==, 0);
  g_assert_cmpuint (segment (&self, 0)->n_files, ==, 8);
  g_assert_cmpuint (segment (&self, 0)->size, <=, file->len);
  g_assert_cmpuint (segment (&self, 0)->size + 512, >, file->len);
  g_assert_cmpuint (segment (&self, 0)->unpacked_size, ==, segment (&self, 0)->size);
  g_assert_cmpuint (self.initrd->unpacked_size, ==, segment (&self, 0)->size);
  g_assert_false (segment (&self, 0)->is_early);
  g_assert_false (segment (&self, 0)->has_microcode);
  clear (&self);
}

static void
test_packed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GByteArray) archive = make_initrd (RELEASE, TRUE);
    g_autoptr (GByteArray) file = pack_array (formats[i], archive);
    Inspected self = inspect (file->data, file->len);

    expect_findings (self.findings, "");
    g_assert_cmpstr (self.initrd->format, ==, kexec_magic_name (formats[i]));
    g_assert_true (self.initrd->has_init);
    g_assert_true (self.initrd->is_verified);
    g_assert_cmpstr (self.initrd->releases->pdata[0], ==, RELEASE);
    g_assert_cmpuint (segment (&self, 0)->size, ==, file->len);
    g_assert_cmpuint (segment (&self, 0)->unpacked_size, ==, archive->len);
    g_assert_cmpuint (segment (&self, 0)->n_files, ==, 8);
    clear (&self);
  }
}

/* Microcode, then zeros that align nothing, then each of the formats after the other. */
static void
test_concatenation (void)
{
  static const guint8 zeros[4099];
  g_autoptr (GByteArray) file = make_microcode ();
  guint offsets[G_N_ELEMENTS (formats)];
  Inspected self;

  g_byte_array_append (file, zeros, 512);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *release = g_strdup_printf ("%s-%u", RELEASE, i % 3);
    g_autoptr (GByteArray) archive = make_initrd (release, i == 4);
    g_autoptr (GByteArray) packed = pack_array (formats[i], archive);

    offsets[i] = file->len;
    append (file, packed);
    g_byte_array_append (file, zeros, i == 3 ? 4099 : i); /* lz4 ends at 4 zeros */
  }
  self = inspect (file->data, file->len);
  expect_findings (self.findings, "");
  g_assert_cmpstr (self.initrd->format, ==, "gzip");
  g_assert_true (self.initrd->is_verified);
  g_assert_true (self.initrd->has_init);
  g_assert_cmpuint (self.initrd->releases->len, ==, 3);
  g_assert_cmpstr (self.initrd->releases->pdata[0], ==, RELEASE "-0");
  g_assert_cmpstr (self.initrd->releases->pdata[2], ==, RELEASE "-2");
  g_assert_true (segment (&self, 0)->is_early);
  g_assert_true (segment (&self, 0)->has_microcode);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_assert_cmpuint (segment (&self, i + 1)->offset, ==, offsets[i]);
    g_assert_cmpstr (segment (&self, i + 1)->format, ==, kexec_magic_name (formats[i]));
    g_assert_false (segment (&self, i + 1)->is_early);
  }
  clear (&self);
}

static void
test_only_early (void)
{
  g_autoptr (GByteArray) file = make_microcode ();
  g_autoptr (GByteArray) tables = g_byte_array_new ();
  Inspected self;

  make_cpio_add (tables, ".", NULL);
  make_cpio_add (tables, "early_cpio", "1");
  make_cpio_add (tables, "kernel/firmware/acpi/ssdt.aml", "SSDT");
  make_cpio_trailer (tables);
  append (file, tables);
  self = inspect (file->data, file->len);
  expect_findings (self.findings, "");
  g_assert_cmpstr (self.initrd->format, ==, "cpio");
  g_assert_false (self.initrd->has_files);
  g_assert_true (segment (&self, 0)->has_microcode);
  g_assert_true (segment (&self, 1)->is_early);
  g_assert_false (segment (&self, 1)->has_microcode);
  clear (&self);
}

/* The kernel looks for microcode only before what is compressed, and not in that. */
static void
test_late_microcode (void)
{
  g_autoptr (GByteArray) microcode = make_microcode ();
  g_autoptr (GByteArray) archive = make_initrd (NULL, TRUE);
  g_autoptr (GByteArray) file = pack_array (KEXEC_MAGIC_GZIP, archive);
  g_autoptr (GByteArray) packed = pack_array (KEXEC_MAGIC_GZIP, microcode);
  Inspected self;

  make_cpio_fill (file, 4);
  append (file, microcode);
  append (file, packed);
  self = inspect (file->data, file->len);
  expect_findings (self.findings, "");
  for (guint i = 0; i < 3; i++) {
    g_assert_false (segment (&self, i)->has_microcode);
    g_assert_false (segment (&self, i)->is_early);
  }
  clear (&self);
}

/* ---- bad archives ---- */

static void
test_malformed (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();

  make_cpio_add (file, "usr/bin/\x1b[31m\"good\"\xff", "body");
  make_cpio_member (file, &(MadeMember){ .name = "bad", .name_size = 5000 });
  make_cpio_trailer (file);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GByteArray) packed = pack_array (formats[i], file);

    expect_file (packed, "initrd-malformed", "after \"usr/bin/?[31m\"good\"\xef\xbf\xbd\"; ");
  }
  expect_file (file, "initrd-malformed", "its cpio archive at byte 0 has a member without a name");
}

/* The kernel goes on behind them. */
static void
test_skipped_members (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) packed = NULL;
  Inspected self;

  make_cpio_member (file, &(MadeMember){ .name = "d", .mode = S_IFDIR | 0755, .body = "x" });
  make_cpio_add (file, "init", "#!/bin/sh\n");
  make_cpio_trailer (file);
  packed = pack_array (KEXEC_MAGIC_GZIP, file);
  expect_file (packed, "initrd-member-skipped", "gzip archive at byte 0 has 1 that the kernel");
  self = inspect (file->data, file->len);
  expect_findings (self.findings, "initrd-member-skipped");
  g_assert_true (self.initrd->is_verified);
  g_assert_true (self.initrd->has_init);
  clear (&self);
}

static void
test_old_format (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();

  make_cpio_member (file, &(MadeMember){ .name = "init", .magic = "070707" });
  make_cpio_trailer (file);
  expect_file (file, "initrd-malformed", "an old cpio format, of which kernels read only newc");
}

static void
test_checksums (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();

  make_cpio_member (file, &(MadeMember){ .magic = "070702", .name = "init", .body = "abc" });
  make_cpio_trailer (file);
  expect_file (file, "", NULL);
  file->data[112 + 4]++;
  expect_file (file, "initrd-damaged", "a wrong checksum, at byte 119 in \"init\"");
}

static void
test_no_trailer (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) packed = NULL;

  make_cpio_add (file, "init", "#!");
  packed = pack_array (KEXEC_MAGIC_GZIP, file);
  expect_file (file, "initrd-no-trailer", "cpio archive at byte 0");
  expect_file (packed, "initrd-no-trailer", "gzip archive at byte 0");
  /* Said once, however many there are; the next begins where the kernel finds it. */
  make_cpio_fill (packed, 4);
  append (packed, file);
  append (file, packed);
  expect_file (file, "initrd-no-trailer", "cpio archive at byte 0");
}

static void
test_no_trailer_facts (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) archive = make_initrd (RELEASE, TRUE);
  g_autoptr (GByteArray) packed = pack_array (KEXEC_MAGIC_ZSTD, archive);
  Inspected self;
  guint end;

  make_cpio_add (file, "etc/fstab", "#");
  end = file->len;
  make_cpio_fill (file, 512);
  append (file, packed);
  self = inspect (file->data, file->len);
  expect_findings (self.findings, "initrd-no-trailer");
  g_assert_true (self.initrd->is_verified);
  g_assert_cmpuint (segment (&self, 0)->size, ==, end);
  g_assert_cmpuint (segment (&self, 1)->offset, ==, 512);
  clear (&self);
}

/* Kernels begin anew with every compressed member. */
static void
test_split (void)
{
  g_autoptr (GByteArray) archive = make_initrd (RELEASE, TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GByteArray) file = pack (formats[i], archive->data, 600);
    g_autoptr (GByteArray) second = pack (formats[i], archive->data + 600, archive->len - 600);

    append (file, second);
    if (formats[i] == KEXEC_MAGIC_LZ4)
      expect_file (file, "", NULL); /* a second magic number says nothing to them */
    else
      expect_file (file, "initrd-malformed", "ends inside of a member");
  }
}

/* Between members it can be done. */
static void
test_split_between (void)
{
  g_autoptr (GByteArray) first = g_byte_array_new ();
  g_autoptr (GByteArray) second = make_initrd (RELEASE, TRUE);
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (GByteArray) more = NULL;

  make_cpio_add (first, "a", "body");
  file = pack_array (KEXEC_MAGIC_GZIP, first);
  more = pack_array (KEXEC_MAGIC_GZIP, second);
  append (file, more);
  expect_file (file, "initrd-no-trailer", NULL);
}

static void
test_empty_archives (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GByteArray) file = pack (formats[i], (const guint8 *) "", 0);
    g_autoptr (GByteArray) archive = make_initrd (NULL, TRUE);

    if (formats[i] == KEXEC_MAGIC_LZ4)
      continue; /* without a block it is cut off */
    append (archive, file);
    expect_file (archive, "", NULL);
    expect_file (file, "initrd-malformed", "empty");
  }
}

/* ---- between archives ---- */

static void
test_garbage (void)
{
  static const char *const garbage[] = { "garbage", "0", "07x701", "\x1f", "\xff\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++) {
    g_autoptr (GByteArray) archive = make_initrd (NULL, TRUE);
    g_autoptr (GByteArray) packed = pack_array (KEXEC_MAGIC_ZSTD, archive);
    Inspected self;

    make_cpio_fill (packed, 4);
    g_byte_array_append (archive, (const guint8 *) garbage[i], (guint) strlen (garbage[i]));
    g_byte_array_append (packed, (const guint8 *) garbage[i], (guint) strlen (garbage[i]));
    expect_file (archive, "initrd-garbage", "where the kernel stops unpacking");
    self = inspect (packed->data, packed->len);
    expect_findings (self.findings, "initrd-garbage");
    g_assert_true (self.initrd->is_verified);
    g_assert_true (self.initrd->ends_unpacking);
    g_assert_true (self.initrd->has_init);
    clear (&self);
  }
}

/* Where archives may begin. "Aligned" means: at a multiple of 4. */
static const struct {
  KexecMagic first, second;
  guint zeros; /* after the first, which is aligned */
  gboolean is_found;
} places[] = {
  { KEXEC_MAGIC_CPIO, KEXEC_MAGIC_CPIO, 8, TRUE }, { KEXEC_MAGIC_CPIO, KEXEC_MAGIC_CPIO, 2, FALSE },
  { KEXEC_MAGIC_CPIO, KEXEC_MAGIC_GZIP, 4, TRUE }, { KEXEC_MAGIC_CPIO, KEXEC_MAGIC_GZIP, 3, FALSE },
  { KEXEC_MAGIC_GZIP, KEXEC_MAGIC_GZIP, 0, TRUE }, { KEXEC_MAGIC_GZIP, KEXEC_MAGIC_GZIP, 1, TRUE },
  { KEXEC_MAGIC_GZIP, KEXEC_MAGIC_CPIO, 4, TRUE }, { KEXEC_MAGIC_GZIP, KEXEC_MAGIC_CPIO, 1, FALSE },
};

static void
test_places (void)
{
  static const guint8 zeros[8];

  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autoptr (GByteArray) archive = make_initrd (NULL, TRUE);
    g_autoptr (GByteArray) packed = pack_array (KEXEC_MAGIC_GZIP, archive);
    g_autoptr (GByteArray) file = g_byte_array_new ();

    append (file, places[i].first == KEXEC_MAGIC_CPIO ? archive : packed);
    make_cpio_fill (file, 4);
    g_byte_array_append (file, zeros, places[i].zeros);
    append (file, places[i].second == KEXEC_MAGIC_CPIO ? archive : packed);
    g_test_message ("%u", i);
    if (places[i].is_found)
      expect_file (file, "", NULL);
    else
      expect_file (file, "initrd-malformed", "which is no multiple of 4");
  }
}

/* What follows lz4 without zeros is the size of another block to the kernel. */
static void
test_after_lz4 (void)
{
  g_autoptr (GByteArray) archive = make_initrd (NULL, TRUE);
  g_autoptr (GByteArray) file = pack_array (KEXEC_MAGIC_LZ4, archive);

  append (file, archive);
  expect_file (file, "initrd-damaged", "its lz4 archive at byte 0");
}

/* Microcode, a line break, and what matters: nobody will see that. */
static void
test_junk_before (void)
{
  g_autoptr (GByteArray) file = make_microcode ();
  g_autoptr (GByteArray) archive = make_initrd (RELEASE, TRUE);
  Inspected self;

  g_byte_array_append (file, (const guint8 *) "\n\0\0\0", 4);
  append (file, archive);
  self = inspect (file->data, file->len);
  expect_findings (self.findings, "initrd-garbage");
  g_assert_true (self.initrd->ends_unpacking);
  g_assert_true (self.initrd->is_verified);
  g_assert_false (self.initrd->has_files);
  g_assert_false (self.initrd->has_init);
  clear (&self);
}

/* ---- compression ---- */

static void
test_lz4_frame (void)
{
  g_autoptr (GByteArray) archive = make_initrd (RELEASE, TRUE);
  g_autoptr (GByteArray) file = pack_array (KEXEC_MAGIC_LZ4_FRAME, archive);
  Inspected self = inspect (file->data, file->len);

  expect_findings (self.findings, "initrd-compression");
  g_assert_nonnull (strstr (finding_text (self.findings, "initrd-compression"), "\"lz4 -l\""));
  g_assert_cmpstr (self.initrd->format, ==, "lz4-frame");
  g_assert_true (self.initrd->has_init);
  g_assert_false (self.initrd->is_verified);
  clear (&self);
}

static void
test_xz_check (void)
{
  g_autoptr (GByteArray) archive = make_initrd (RELEASE, TRUE);
  g_autoptr (GByteArray) crc64 = pack_xz (archive->data, archive->len, 4, 1 << 20, 0);
  g_autoptr (GByteArray) none = pack_xz (archive->data, archive->len, 0, 1 << 20, 0);

  expect_file (crc64, "initrd-compression", "\"xz --check=crc32\"");
  expect_file (none, "", NULL);
}

/* A gzip header with a comment, which the kernel would take for compressed data. */
static void
test_gzip_fields (void)
{
  g_autoptr (GByteArray) archive = make_initrd (RELEASE, TRUE);
  g_autoptr (GByteArray) packed = pack_array (KEXEC_MAGIC_GZIP, archive);
  g_autoptr (GByteArray) file = g_byte_array_new ();

  g_byte_array_append (file, packed->data, 10);
  file->data[3] |= 0x10;
  g_byte_array_append (file, (const guint8 *) "hi", 3);
  g_byte_array_append (file, packed->data + 10, packed->len - 10);
  expect_file (file, "initrd-compression", "other options");
}

/* Larger windows than a check may use; what follows is verified all the same, if it can be found.
 */
static void
test_large_windows (void)
{
  g_autoptr (GByteArray) archive = make_initrd (RELEASE, TRUE);
  g_autoptr (GByteArray) good = pack_array (KEXEC_MAGIC_ZSTD, archive);
  g_autoptr (GByteArray) file = pack_zstd (archive->data, archive->len, 27, FALSE);
  g_autoptr (GByteArray) larger = pack_zstd (archive->data, archive->len, 28, FALSE);
  g_autoptr (GByteArray) xz = pack_xz (archive->data, archive->len, 1, 64 << 20, 0);
  guint first = file->len;
  Inspected self;

  append (file, good);
  self = inspect (file->data, file->len);
  expect_findings (self.findings, "initrd-not-verified");
  g_assert_cmpuint (segment (&self, 0)->size, ==, first);
  g_assert_cmpuint (segment (&self, 1)->n_files, ==, 8);
  g_assert_true (self.initrd->has_init);
  g_assert_false (self.initrd->is_verified);
  clear (&self);
  expect_file (larger, "initrd-compression", "window of 256 MiB, and kernels take at most 128");
  expect_file (xz, "initrd-not-verified", "xz archive at byte 0");
}

/* ---- damage ---- */

static void
test_damaged (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GByteArray) archive = make_initrd (RELEASE, TRUE);
    g_autoptr (GByteArray) file = pack_array (formats[i], archive);
    g_autoptr (KexecFindings) findings = NULL;
    Inspected self;

    memset (file->data + file->len / 2, 0xff, 16);
    self = inspect (file->data, file->len);
    g_test_message ("%s", kexec_magic_name (formats[i]));
    expect_sentences (self.findings);
    g_assert_nonnull (kexec_findings_blocker (self.findings));
    g_assert_false (self.initrd->is_verified);
    clear (&self);
  }
}

/* Wherever a file ends too early, something is said. */
static void
cut_everywhere (const GByteArray *file, guint end)
{
  for (guint cut = 0; cut < end; cut++) {
    Inspected self = inspect (file->data, cut);

    if (self.findings->len == 0)
      g_error ("Nothing is said of %u bytes of %u", cut, end);
    expect_sentences (self.findings);
    clear (&self);
  }
}

static void
test_cut_everywhere (void)
{
  g_autoptr (GByteArray) archive = g_byte_array_new ();

  make_cpio_add (archive, "usr", NULL);
  make_cpio_add (archive, "init", "#!/bin/sh and so on");
  make_cpio_trailer (archive);
  cut_everywhere (archive, archive->len - 3); /* the last 3 bytes are padding */
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GByteArray) file = pack_array (formats[i], archive);
    gboolean is_lz4 = formats[i] == KEXEC_MAGIC_LZ4;

    g_test_message ("%s", kexec_magic_name (formats[i]));
    cut_everywhere (file, is_lz4 ? file->len - 4 : file->len);
  }
}

/* A file that says how long it is, and is shorter when it is read. */
static void
expect_shrunk (const GByteArray *file, gsize size)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecInitrd) initrd = NULL;
  int fd = memfd_create ("initrd", MFD_CLOEXEC);
  KexecInput input = kexec_input_from_fd (fd, file->len);

  g_assert_cmpint (write (fd, file->data, size), ==, size);
  initrd = kexec_initrd_inspect (&input, "initrd.img", NULL, findings);
  expect_findings (findings, "initrd-truncated");
  g_assert_nonnull (strstr (finding_text (findings, "initrd-truncated"), "changed while"));
  g_assert_false (initrd->is_verified);
  close (fd);
}

static void
test_shrunk (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) packed = NULL;
  guint end;

  make_cpio_add (file, "init", "#!/bin/sh");
  make_cpio_trailer (file);
  packed = pack_array (KEXEC_MAGIC_ZSTD, file);
  end = file->len;
  make_cpio_fill (file, 512);
  expect_shrunk (file, end - 20);
  expect_shrunk (file, end + 20);
  expect_shrunk (file, 0);
  expect_shrunk (packed, packed->len - 20);
  expect_shrunk (packed, 0);
}

/* ---- too much of everything ---- */

static void
test_bomb (void)
{
  gsize size = 320 * MIB;
  g_autofree guint8 *data = g_malloc0 (size);
  g_autoptr (GByteArray) archive = g_byte_array_new ();
  g_autoptr (GByteArray) file = NULL;

  make_cpio_member (archive, &(MadeMember){ .name = "zeros", .size = G_MAXUINT32 });
  memcpy (data, archive->data, archive->len);
  file = pack (KEXEC_MAGIC_ZSTD, data, size);
  expect_file (file, "initrd-too-large", "far too much for its size");
}

/* Many that are each good for itself. */
static void
test_many_bombs (void)
{
  gsize size = 8 * 1024 * 1024;
  g_autofree guint8 *data = g_malloc0 (size);
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) member = g_byte_array_new ();
  g_autoptr (GByteArray) packed = NULL;

  make_cpio_trailer (member);
  memcpy (data, member->data, member->len);
  packed = pack (KEXEC_MAGIC_ZSTD, data, size);
  for (guint i = 0; i < 40; i++)
    append (file, packed);
  expect_file (file, "initrd-too-large", "far too much for its size");
}

/* An image that is empty for the most part: small, when it is packed, and good. */
static void
test_sparse (void)
{
  gsize size = 60 * MIB;
  g_autofree guint8 *zeros = g_malloc0 (size);
  g_autoptr (GByteArray) archive = g_byte_array_new ();
  g_autoptr (GByteArray) file = NULL;

  make_cpio_add (archive, "init", "#!");
  make_cpio_member (archive, &(MadeMember){ .name = "rootfs.img",
                                            .body = (const char *) zeros,
                                            .body_size = (guint32) size });
  make_cpio_trailer (archive);
  file = pack_array (KEXEC_MAGIC_ZSTD, archive);
  g_assert_cmpuint (file->len, <, 16 * 1024);
  expect_file (file, "", NULL);
}

static void
test_many_archives (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  Inspected self;

  for (guint i = 0; i < KEXEC_INITRD_SEGMENTS_MAX; i++)
    make_cpio_trailer (file);
  expect_file (file, "", NULL);
  make_cpio_trailer (file);
  self = inspect (file->data, file->len);
  expect_findings (self.findings, "initrd-not-verified");
  g_assert_cmpuint (self.initrd->segments->len, ==, KEXEC_INITRD_SEGMENTS_MAX);
  g_assert_false (self.initrd->is_verified);
  clear (&self);
}

/* ---- several at once ---- */

/* Not to be compressed, so that archives are large enough to be read ahead. */
static GByteArray *
make_large (guint number)
{
  GByteArray *archive = g_byte_array_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (number);
  g_autofree char *name = g_strdup_printf ("lib/modules/%u/a.ko", number);
  guint32 size = 1200 * 1024;
  g_autofree guint8 *body = g_malloc (size);

  for (guint32 i = 0; i < size; i++)
    body[i] = (guint8) g_rand_int (rand);
  make_cpio_member (archive,
                    &(MadeMember){ .name = name, .body = (const char *) body, .body_size = size });
  make_cpio_trailer (archive);
  return archive;
}

/* Several large archives; @bad is damaged, if there is such a one. */
static GByteArray *
make_large_file (KexecMagic format, guint bad)
{
  GByteArray *file = make_microcode ();

  for (guint i = 0; i < 5; i++) {
    g_autoptr (GByteArray) archive = make_large (i);
    g_autoptr (GByteArray) packed = pack_array (format, archive);

    if (i == bad)
      packed->data[packed->len / 2] ^= 0x40;
    append (file, packed);
    make_cpio_fill (file, 16);
  }
  return file;
}

static char *
describe (const KexecInitrd *initrd, const KexecFindings *findings)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_findings_to_variant (findings));
  g_autofree char *text = g_variant_print (variant, FALSE);
  GString *result = g_string_new (text);

  g_string_append_printf (result, " %s %d %d %d %" G_GUINT64_FORMAT, initrd->format,
                          initrd->has_init, initrd->has_files, initrd->is_verified,
                          initrd->unpacked_size);
  for (guint i = 0; i < initrd->releases->len; i++)
    g_string_append_printf (result, " %s", (char *) initrd->releases->pdata[i]);
  for (guint i = 0; i < initrd->segments->len; i++) {
    const KexecInitrdSegment *s = &g_array_index (initrd->segments, KexecInitrdSegment, i);

    g_string_append_printf (result,
                            " [%s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                            " %" G_GUINT64_FORMAT " %d %d]",
                            s->format, s->offset, s->size, s->unpacked_size, s->n_files,
                            s->is_early, s->has_microcode);
  }
  return g_string_free (result, FALSE);
}

/* Bytes that a watch was told of, by all threads. */
static gboolean
count (guint64 bytes, gpointer user_data)
{
  g_atomic_pointer_add ((gssize *) user_data, (gssize) bytes);
  return TRUE;
}

static char *
inspect_all (GByteArray *const *files, guint n_files)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autofree KexecInitrdJob *jobs = g_new0 (KexecInitrdJob, n_files);
  GString *result = g_string_new (NULL);
  gssize bytes = 0;
  const KexecWatch watch = { count, &bytes };

  for (guint i = 0; i < n_files; i++) {
    jobs[i].input = kexec_input_from_data (files[i]->data, files[i]->len);
    jobs[i].subject = i % 2 == 0 ? "even" : "odd";
  }
  kexec_initrds_inspect (jobs, n_files, &watch, findings);
  g_assert_cmpint (bytes, >, 0);
  for (guint i = 0; i < n_files; i++) {
    g_autofree char *text = describe (jobs[i].initrd, findings);

    g_string_append (result, text);
    kexec_initrd_free (jobs[i].initrd);
  }
  return g_string_free (result, FALSE);
}

/* What is found is the same with one processor, which reads everything in order, and with several.
 */
static void
test_parallel (void)
{
  GByteArray *files[] = {
    make_large_file (KEXEC_MAGIC_ZSTD, G_MAXUINT), make_large_file (KEXEC_MAGIC_LZ4, G_MAXUINT),
    make_large_file (KEXEC_MAGIC_ZSTD, 2),         make_large_file (KEXEC_MAGIC_ZSTD, 0),
    make_large_file (KEXEC_MAGIC_XZ, G_MAXUINT),   make_large_file (KEXEC_MAGIC_GZIP, 3),
  };
  g_autofree char *sequential = NULL;
  cpu_set_t all, one;

  g_assert_cmpint (sched_getaffinity (0, sizeof all, &all), ==, 0);
  CPU_ZERO (&one);
  for (guint i = 0; CPU_COUNT (&one) == 0; i++)
    if (CPU_ISSET (i, &all))
      CPU_SET (i, &one);
  g_assert_cmpint (sched_setaffinity (0, sizeof one, &one), ==, 0);
  sequential = inspect_all (files, G_N_ELEMENTS (files));
  g_assert_cmpint (sched_setaffinity (0, sizeof all, &all), ==, 0);
  g_assert_nonnull (strstr (sequential, "initrd-damaged"));
  for (guint i = 0; i < 5; i++) {
    g_autofree char *parallel = inspect_all (files, G_N_ELEMENTS (files));

    g_assert_cmpstr (parallel, ==, sequential);
  }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    g_byte_array_unref (files[i]);
}

static void
test_no_jobs (void)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();

  kexec_initrds_inspect (NULL, 0, NULL, findings);
  g_assert_cmpuint (findings->len, ==, 0);
}

/* All that was read is told, and a watch that has enough ends it. */
static gboolean
allow_some (guint64 bytes, gpointer user_data)
{
  guint64 *left = user_data;

  *left -= MIN (*left, bytes);
  return *left > 0;
}

static void
test_watch (void)
{
  g_autoptr (GByteArray) archive = make_large (1);

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GByteArray) file =
      i == 0 ? g_byte_array_ref (archive) : pack_array (KEXEC_MAGIC_GZIP, archive);
    const KexecInput input = kexec_input_from_data (file->data, file->len);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecInitrd) stopped = NULL;
    g_autoptr (KexecInitrd) whole = NULL;
    gssize bytes = 0;
    guint64 left = 1024;

    whole = kexec_initrd_inspect (&input, "", &(const KexecWatch){ count, &bytes }, findings);
    g_assert_true (whole->is_verified);
    g_assert_cmpint (bytes, ==, file->len);
    stopped = kexec_initrd_inspect (&input, "", &(const KexecWatch){ allow_some, &left }, findings);
    g_assert_false (stopped->is_verified);
    g_assert_cmpuint (left, ==, 0);
    expect_findings (findings, "");
  }
}

/* Blocks that unpack to nothing are read, too, and a file of them cannot hold anybody up. */
static void
test_watch_empty_blocks (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecInitrd) initrd = NULL;
  guint64 left = 2 * MIB;
  KexecInput input;

  for (guint i = 0; i < 3 * MIB / 4; i++)
    g_byte_array_append (file, (const guint8 *) "\x02\x21\x4c\x18", 4);
  input = kexec_input_from_data (file->data, file->len);
  initrd = kexec_initrd_inspect (&input, "", &(const KexecWatch){ allow_some, &left }, findings);
  g_assert_cmpuint (left, ==, 0);
  g_assert_false (initrd->is_verified);
  expect_findings (findings, "");
}

static gboolean
refuse_nothing (guint64 bytes, gpointer user_data)
{
  return bytes > 0;
}

/* Zeros between archives are not counted, but somebody is asked. */
static void
test_watch_zeros (void)
{
  g_autoptr (GByteArray) file = make_initrd (NULL, TRUE);
  const KexecWatch watch = { refuse_nothing, NULL };

  for (guint i = 0; i < 2; i++) {
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    KexecInput input = kexec_input_from_data (file->data, file->len);
    g_autoptr (KexecInitrd) initrd = kexec_initrd_inspect (&input, "", &watch, findings);

    g_assert_cmpuint (initrd->is_verified, ==, i == 0);
    g_assert_true (initrd->has_init);
    expect_findings (findings, "");
    make_cpio_fill (file, 4 * MIB);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/initrd/strangers", test_strangers);
  g_test_add_func ("/initrd/without-name", test_without_name);
  g_test_add_func ("/initrd/packed-strangers", test_packed_strangers);
  g_test_add_func ("/initrd/plain", test_plain);
  g_test_add_func ("/initrd/packed", test_packed);
  g_test_add_func ("/initrd/concatenation", test_concatenation);
  g_test_add_func ("/initrd/only-early", test_only_early);
  g_test_add_func ("/initrd/late-microcode", test_late_microcode);
  g_test_add_func ("/initrd/malformed", test_malformed);
  g_test_add_func ("/initrd/skipped-members", test_skipped_members);
  g_test_add_func ("/initrd/old-format", test_old_format);
  g_test_add_func ("/initrd/checksums", test_checksums);
  g_test_add_func ("/initrd/no-trailer", test_no_trailer);
  g_test_add_func ("/initrd/no-trailer-facts", test_no_trailer_facts);
  g_test_add_func ("/initrd/split", test_split);
  g_test_add_func ("/initrd/split-between", test_split_between);
  g_test_add_func ("/initrd/empty-archives", test_empty_archives);
  g_test_add_func ("/initrd/garbage", test_garbage);
  g_test_add_func ("/initrd/places", test_places);
  g_test_add_func ("/initrd/after-lz4", test_after_lz4);
  g_test_add_func ("/initrd/junk-before", test_junk_before);
  g_test_add_func ("/initrd/lz4-frame", test_lz4_frame);
  g_test_add_func ("/initrd/xz-check", test_xz_check);
  g_test_add_func ("/initrd/gzip-fields", test_gzip_fields);
  g_test_add_func ("/initrd/large-windows", test_large_windows);
  g_test_add_func ("/initrd/damaged", test_damaged);
  g_test_add_func ("/initrd/cut-everywhere", test_cut_everywhere);
  g_test_add_func ("/initrd/shrunk", test_shrunk);
  g_test_add_func ("/initrd/bomb", test_bomb);
  g_test_add_func ("/initrd/many-bombs", test_many_bombs);
  g_test_add_func ("/initrd/sparse", test_sparse);
  g_test_add_func ("/initrd/many-archives", test_many_archives);
  g_test_add_func ("/initrd/parallel", test_parallel);
  g_test_add_func ("/initrd/no-jobs", test_no_jobs);
  g_test_add_func ("/initrd/watch", test_watch);
  g_test_add_func ("/initrd/watch-empty-blocks", test_watch_empty_blocks);
  g_test_add_func ("/initrd/watch-zeros", test_watch_zeros);
  return g_test_run ();
}

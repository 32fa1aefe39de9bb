/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cpio reader: what it hands over, where it stops, and that the size of the pieces is nothing
   to it. */
#include "image/initrd/cpio.h"

#include <string.h>
#include <sys/stat.h>

#include "tests/unit/make-initrd.h"

/* ---- what one reading comes to ---- */

typedef struct {
  GString *log; /* of members: "name:mode:size " */
  KexecCpio cpio;
  gsize taken;
  gboolean is_whole;
} Reading;

static void
note (const KexecCpioMember *member, gpointer user_data)
{
  g_string_append_printf (user_data, "%s:%o:%u ", member->name, member->mode, member->size);
}

/* @skips: pass by what need not be seen */
static void
read_in_pieces (Reading *self, const guint8 *data, gsize size, KexecCpioKind kind, gsize piece,
                gboolean skips)
{
  self->log = g_string_new (NULL);
  self->taken = 0;
  kexec_cpio_init (&self->cpio, kind, note, self->log);
  while (self->taken < size) {
    gsize n = MIN (piece, size - self->taken);
    gsize skippable = skips ? (gsize) MIN (kexec_cpio_skippable (&self->cpio), n) : 0;
    gsize done;

    if (skippable > 0) {
      kexec_cpio_skip (&self->cpio, skippable);
      self->taken += skippable;
      continue;
    }
    done = kexec_cpio_push (&self->cpio, data + self->taken, n);
    self->taken += done;
    if (done < n)
      break;
  }
  g_assert_cmpuint (self->cpio.offset, ==, self->taken);
  self->is_whole = kexec_cpio_finish (&self->cpio);
}

static void
reading_clear (Reading *self)
{
  g_string_free (self->log, TRUE);
}

static void
expect_same (const Reading *a, const Reading *b)
{
  g_assert_cmpstr (a->log->str, ==, b->log->str);
  g_assert_cmpuint (a->taken, ==, b->taken);
  g_assert_cmpuint (a->is_whole, ==, b->is_whole);
  g_assert_cmpuint (a->cpio.problem, ==, b->cpio.problem);
  g_assert_cmpuint (a->cpio.state, ==, b->cpio.state);
  g_assert_cmpuint (a->cpio.begin, ==, b->cpio.begin);
  g_assert_cmpuint (a->cpio.end, ==, b->cpio.end);
  g_assert_cmpuint (a->cpio.n_members, ==, b->cpio.n_members);
  g_assert_cmpuint (a->cpio.n_skipped, ==, b->cpio.n_skipped);
  g_assert_cmpuint (a->cpio.has_trailer, ==, b->cpio.has_trailer);
}

/* Reads it whole, and again in pieces of every kind, which must come to the same. */
static void
read_all (Reading *self, const guint8 *data, gsize size, KexecCpioKind kind)
{
  static const gsize pieces[] = { 1, 2, 3, 7, 109, 110, 111, 512 };

  read_in_pieces (self, data, size, kind, MAX (size, 1), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    for (guint skips = 0; skips < 2; skips++) {
      Reading again;

      read_in_pieces (&again, data, size, kind, pieces[i], skips != 0);
      expect_same (self, &again);
      reading_clear (&again);
    }
  }
}

static void
read_array (Reading *self, const GByteArray *archive, KexecCpioKind kind)
{
  read_all (self, archive->data, archive->len, kind);
}

/* ---- good archives ---- */

static void
test_members (void)
{
  g_autoptr (GByteArray) archive = g_byte_array_new ();
  Reading reading;

  make_cpio_add (archive, "etc", NULL);
  make_cpio_add (archive, "etc/name", "four");
  make_cpio_add (archive, "etc/name5", "five5");
  make_cpio_link (archive, "init", "sbin/init");
  make_cpio_member (archive, &(MadeMember){ .name = "dev/null", .mode = S_IFCHR | 0666 });
  make_cpio_trailer (archive);
  read_array (&reading, archive, KEXEC_CPIO_PLAIN);
  g_assert_cmpstr (reading.log->str, ==,
                   "etc:40755:0 etc/name:100755:4 etc/name5:100755:5 init:120777:9 "
                   "dev/null:20666:0 ");
  g_assert_true (reading.is_whole);
  g_assert_true (reading.cpio.has_trailer);
  g_assert_cmpuint (reading.cpio.n_members, ==, 5);
  g_assert_cmpuint (reading.cpio.state, ==, KEXEC_CPIO_ENDED);
  g_assert_cmpuint (reading.cpio.end, ==, archive->len);
  reading_clear (&reading);
}

/* Zeros may follow every member, not only the trailer. */
static void
test_padding (void)
{
  g_autoptr (GByteArray) archive = g_byte_array_new ();
  Reading reading;

  make_cpio_add (archive, "a", "1");
  make_cpio_fill (archive, 512);
  make_cpio_add (archive, "b", "2");
  make_cpio_fill (archive, 512);
  read_array (&reading, archive, KEXEC_CPIO_PLAIN);
  g_assert_cmpstr (reading.log->str, ==, "a:100755:1 b:100755:1 ");
  g_assert_true (reading.is_whole);
  g_assert_false (reading.cpio.has_trailer);
  g_assert_cmpuint (reading.cpio.end, ==, 512 + 116);
  reading_clear (&reading);
}

/* A plain archive ends with its trailer; in a compressed one the next may follow. */
static void
test_concatenation (void)
{
  g_autoptr (GByteArray) archive = make_microcode ();
  g_autoptr (GByteArray) second = make_initrd (NULL, TRUE);
  Reading plain, packed;

  g_byte_array_append (archive, second->data, second->len);
  read_array (&plain, archive, KEXEC_CPIO_PLAIN);
  g_assert_cmpuint (plain.cpio.n_members, ==, 4);
  g_assert_cmpuint (plain.cpio.state, ==, KEXEC_CPIO_ENDED);
  g_assert_cmpuint (plain.taken, <, 1024);
  read_array (&packed, archive, KEXEC_CPIO_PACKED_FIRST);
  g_assert_cmpuint (packed.cpio.n_members, ==, 10);
  g_assert_true (packed.is_whole);
  g_assert_cmpuint (packed.taken, ==, archive->len);
  reading_clear (&plain);
  reading_clear (&packed);
}

/* The kernel's buffers are PATH_MAX; names may be filled up with NULs. */
static void
test_long_names (void)
{
  g_autoptr (GByteArray) archive = g_byte_array_new ();
  g_autofree char *name = g_strnfill (KEXEC_CPIO_NAME_MAX - 1, 'n');
  Reading reading;

  make_cpio_add (archive, name, "x");
  make_cpio_member (archive, &(MadeMember){ .name = "l", .mode = S_IFLNK, .body = name });
  make_cpio_member (archive, &(MadeMember){ .name = "ab", .name_size = 6 });
  make_cpio_trailer (archive);
  read_array (&reading, archive, KEXEC_CPIO_PACKED_FIRST);
  g_assert_cmpuint (reading.cpio.problem, ==, KEXEC_CPIO_GOOD);
  g_assert_true (g_str_has_suffix (reading.log->str, "l:120000:4095 ab:100755:0 "));
  g_assert_true (reading.is_whole);
  reading_clear (&reading);
}

static void
test_checksums (void)
{
  g_autoptr (GByteArray) archive = g_byte_array_new ();
  Reading reading;

  make_cpio_member (archive, &(MadeMember){ .magic = "070702", .name = "a", .body = "\xff\xfe!" });
  make_cpio_member (archive, &(MadeMember){ .magic = "070702", .name = "empty" });
  /* Nobody sums up links; GNU cpio writes 0. */
  make_cpio_member (
    archive,
    &(MadeMember){ .magic = "070702", .name = "l", .mode = S_IFLNK, .body = "a", .checksum = 1 });
  make_cpio_trailer (archive);
  read_array (&reading, archive, KEXEC_CPIO_PLAIN);
  g_assert_true (reading.is_whole);
  g_assert_cmpuint (reading.cpio.n_members, ==, 3);
  reading_clear (&reading);
}

/* In a compressed archive the kernel takes no padding before the very first member. */
static void
test_beginnings (void)
{
  g_autoptr (GByteArray) archive = g_byte_array_new ();
  Reading reading;

  make_cpio_fill (archive, 1);
  g_byte_array_set_size (archive, 8);
  memset (archive->data, 0, 8);
  make_cpio_trailer (archive);
  read_array (&reading, archive, KEXEC_CPIO_PACKED);
  g_assert_true (reading.is_whole);
  reading_clear (&reading);
  read_array (&reading, archive, KEXEC_CPIO_PACKED_FIRST);
  g_assert_cmpuint (reading.cpio.problem, ==, KEXEC_CPIO_NO_MAGIC);
  reading_clear (&reading);
}

static void
test_nothing (void)
{
  static const gboolean is_whole[] = {
    [KEXEC_CPIO_PLAIN] = FALSE,
    [KEXEC_CPIO_PACKED_FIRST] = FALSE,
    [KEXEC_CPIO_PACKED] = TRUE,
  };

  for (guint kind = 0; kind < G_N_ELEMENTS (is_whole); kind++) {
    Reading reading;

    read_all (&reading, NULL, 0, kind);
    g_assert_cmpuint (reading.is_whole, ==, is_whole[kind]);
    reading_clear (&reading);
  }
}

/* ---- bad archives ---- */

/* A good member comes before each. */
static const struct {
  MadeMember member;
  KexecCpioProblem problem;
  guint offset; /* after the good member, where the problem shows */
} bad_members[] = {
  { { .name = "a", .magic = "070707" }, KEXEC_CPIO_OLD_FORMAT, 6 },
  { { .name = "a", .magic = "070703" }, KEXEC_CPIO_NO_MAGIC, 6 },
  { { .name = "a", .magic = "07x701" }, KEXEC_CPIO_NO_MAGIC, 3 },
  { { .name = "a", .name_size = 4097 }, KEXEC_CPIO_BAD_NAME_SIZE, 110 },
  { { .name = "a", .name_size = G_MAXUINT32 }, KEXEC_CPIO_BAD_NAME_SIZE, 110 },
  { { .name = "a", .name_size = 1 }, KEXEC_CPIO_NAME_NOT_ENDED, 112 },
  { { .name = "long", .name_size = 3 }, KEXEC_CPIO_NAME_NOT_ENDED, 116 },
  { { .name = "a", .magic = "070702", .body = "abcde", .checksum = 1 },
    KEXEC_CPIO_BAD_CHECKSUM,
    117 },
  { { .name = "a", .magic = "070702", .checksum = 7 }, KEXEC_CPIO_BAD_CHECKSUM, 112 },
};

static void
test_bad_members (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_members); i++) {
    for (KexecCpioKind kind = KEXEC_CPIO_PLAIN; kind <= KEXEC_CPIO_PACKED; kind++) {
      g_autoptr (GByteArray) archive = g_byte_array_new ();
      Reading reading;
      guint good;

      make_cpio_add (archive, "good", "body");
      good = archive->len;
      make_cpio_member (archive, &bad_members[i].member);
      make_cpio_trailer (archive);
      read_array (&reading, archive, kind);
      g_test_message ("%u, %u", i, kind);
      g_assert_cmpuint (reading.cpio.problem, ==, bad_members[i].problem);
      g_assert_cmpuint (reading.taken, ==, good + bad_members[i].offset);
      g_assert_cmpuint (reading.cpio.begin, ==, good);
      g_assert_cmpuint (reading.cpio.end, ==, good);
      g_assert_false (reading.is_whole);
      g_assert_true (g_str_has_prefix (reading.log->str, "good:"));
      reading_clear (&reading);
    }
  }
}

/* What the kernel passes by, though it goes on behind it. */
static void
test_skipped_members (void)
{
  g_autofree char *target = g_strnfill (KEXEC_CPIO_NAME_MAX + 1, 't');
  const MadeMember members[] = {
    { .name = "directory", .mode = S_IFDIR, .body = "contents" },
    { .name = "device", .mode = S_IFCHR, .body = "x" },
    { .name = "link", .mode = S_IFLNK, .body = target },
    { .name = "TRAILER!!!", .mode = S_IFDIR, .body = "x" },
    { .name = "long", .name_size = 3, .mode = S_IFDIR, .body = "xyz" },
    { .name = "sum", .magic = "070702", .mode = S_IFDIR, .body = "x", .checksum = 7 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    g_autoptr (GByteArray) archive = g_byte_array_new ();
    Reading reading;

    make_cpio_add (archive, "before", "1");
    make_cpio_member (archive, &members[i]);
    make_cpio_add (archive, "behind", "22");
    make_cpio_trailer (archive);
    read_array (&reading, archive, i % 2 == 0 ? KEXEC_CPIO_PLAIN : KEXEC_CPIO_PACKED);
    g_test_message ("%s", members[i].name);
    g_assert_cmpstr (reading.log->str, ==, "before:100755:1 behind:100755:2 ");
    g_assert_cmpuint (reading.cpio.n_skipped, ==, 1);
    g_assert_cmpuint (reading.cpio.n_members, ==, 2);
    g_assert_true (reading.is_whole);
    reading_clear (&reading);
  }
}

/* The kernel knows it by its name, whatever follows. */
static void
test_trailer_with_contents (void)
{
  g_autoptr (GByteArray) archive = g_byte_array_new ();
  Reading reading;

  make_cpio_member (
    archive, &(MadeMember){ .magic = "070702", .name = "TRAILER!!!", .body = "x", .checksum = 7 });
  read_array (&reading, archive, KEXEC_CPIO_PLAIN);
  g_assert_true (reading.cpio.has_trailer);
  g_assert_true (reading.is_whole);
  g_assert_cmpuint (reading.cpio.n_skipped, ==, 0);
  reading_clear (&reading);
}

/* What hard links are known by. */
static void
note_link (const KexecCpioMember *member, gpointer user_data)
{
  g_string_append_printf (user_data, "%u:%u:%u:%u ", member->inode, member->major, member->minor,
                          member->links);
}

static void
test_links (void)
{
  g_autoptr (GByteArray) archive = g_byte_array_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  KexecCpio cpio;

  make_cpio_member (archive, &(MadeMember){ .name = "a", .inode = 7, .links = 2 });
  make_cpio_trailer (archive);
  kexec_cpio_init (&cpio, KEXEC_CPIO_PLAIN, note_link, log);
  kexec_cpio_push (&cpio, archive->data, archive->len);
  g_assert_cmpstr (log->str, ==, "7:8:1:2 ");
}

/* No digit of a header may be another character. */
static void
test_bad_digits (void)
{
  g_autoptr (GByteArray) good = make_initrd (NULL, TRUE);

  for (guint i = 6; i < KEXEC_CPIO_HEADER_SIZE; i++) {
    g_autoptr (GByteArray) archive = g_byte_array_new ();
    Reading reading;

    g_byte_array_append (archive, good->data, good->len);
    archive->data[i] = i % 2 == 0 ? 'g' : ' ';
    read_in_pieces (&reading, archive->data, archive->len, KEXEC_CPIO_PLAIN, archive->len, FALSE);
    g_assert_cmpuint (reading.cpio.problem, ==, KEXEC_CPIO_BAD_HEADER);
    g_assert_cmpuint (reading.taken, ==, KEXEC_CPIO_HEADER_SIZE);
    reading_clear (&reading);
  }
}

/* A name size of 0 cannot be told make_cpio_member(). */
static void
test_no_name (void)
{
  g_autoptr (GByteArray) archive = g_byte_array_new ();
  Reading reading;

  make_cpio_add (archive, "a", "");
  memset (archive->data + 94, '0', 8);
  read_array (&reading, archive, KEXEC_CPIO_PLAIN);
  g_assert_cmpuint (reading.cpio.problem, ==, KEXEC_CPIO_BAD_NAME_SIZE);
  reading_clear (&reading);
}

static const struct {
  const char *bytes;
  guint length;
  KexecCpioProblem packed; /* in a plain archive, the archive is over instead */
} strangers[] = {
  { "\x1f\x8b", 2, KEXEC_CPIO_JUNK },
  { "\0\0\0\0\x1f\x8b", 6, KEXEC_CPIO_JUNK },
  { "\0\0\x1f\x8b", 4, KEXEC_CPIO_BROKEN_PADDING },
  { "\0"
    "070701",
    7, KEXEC_CPIO_BROKEN_PADDING },
};

static void
test_strangers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++) {
    g_autoptr (GByteArray) archive = g_byte_array_new ();
    Reading reading;
    guint good;

    make_cpio_add (archive, "good", "body");
    good = archive->len;
    g_byte_array_append (archive, (const guint8 *) strangers[i].bytes, strangers[i].length);
    read_array (&reading, archive, KEXEC_CPIO_PACKED_FIRST);
    g_assert_cmpuint (reading.cpio.problem, ==, strangers[i].packed);
    g_assert_false (reading.is_whole);
    reading_clear (&reading);
    read_array (&reading, archive, KEXEC_CPIO_PLAIN);
    g_assert_cmpuint (reading.cpio.problem, ==, KEXEC_CPIO_GOOD);
    g_assert_cmpuint (reading.cpio.state, ==, KEXEC_CPIO_ENDED);
    g_assert_cmpuint (reading.cpio.end, ==, good);
    g_assert_true (reading.is_whole);
    reading_clear (&reading);
  }
}

/* ---- archives that end too early ---- */

/* Padding at its end is all that a plain archive can lose unseen; a compressed one not even that.
 */
static void
test_cut_everywhere (void)
{
  g_autoptr (GByteArray) archive = g_byte_array_new ();
  struct {
    guint end, padding;
  } members[] = { { .padding = 2 }, { .padding = 3 }, { .padding = 3 } };

  make_cpio_add (archive, "a", "bodies");
  members[0].end = archive->len;
  make_cpio_link (archive, "l", "a");
  members[1].end = archive->len;
  make_cpio_trailer (archive);
  members[2].end = archive->len;
  for (guint cut = 0; cut < archive->len; cut++) {
    gboolean is_end = FALSE, is_padding = FALSE;
    Reading plain, packed;

    for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
      is_end = is_end || cut == members[i].end;
      is_padding =
        is_padding || (cut + members[i].padding >= members[i].end && cut <= members[i].end);
    }
    read_all (&plain, archive->data, cut, KEXEC_CPIO_PLAIN);
    read_all (&packed, archive->data, cut, KEXEC_CPIO_PACKED_FIRST);
    g_assert_cmpuint (plain.is_whole, ==, is_padding);
    g_assert_cmpuint (packed.is_whole, ==, is_end);
    g_assert_cmpuint (plain.cpio.has_trailer && plain.is_whole, ==, cut + 3 >= archive->len);
    reading_clear (&plain);
    reading_clear (&packed);
  }
}

static void
test_descriptions (void)
{
  for (KexecCpioProblem problem = 0; problem < KEXEC_CPIO_N_PROBLEMS; problem++)
    g_assert_cmpuint (strlen (kexec_cpio_describe (problem)), >, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cpio/members", test_members);
  g_test_add_func ("/cpio/padding", test_padding);
  g_test_add_func ("/cpio/concatenation", test_concatenation);
  g_test_add_func ("/cpio/long-names", test_long_names);
  g_test_add_func ("/cpio/checksums", test_checksums);
  g_test_add_func ("/cpio/beginnings", test_beginnings);
  g_test_add_func ("/cpio/nothing", test_nothing);
  g_test_add_func ("/cpio/bad-members", test_bad_members);
  g_test_add_func ("/cpio/skipped-members", test_skipped_members);
  g_test_add_func ("/cpio/trailer-with-contents", test_trailer_with_contents);
  g_test_add_func ("/cpio/links", test_links);
  g_test_add_func ("/cpio/bad-digits", test_bad_digits);
  g_test_add_func ("/cpio/no-name", test_no_name);
  g_test_add_func ("/cpio/strangers", test_strangers);
  g_test_add_func ("/cpio/cut-everywhere", test_cut_everywhere);
  g_test_add_func ("/cpio/descriptions", test_descriptions);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is told of archives without unpacking them, and that it takes no time, whatever the file. */
#include "image/initrd/initrd-scout.h"

#include <string.h>

#include "tests/unit/pack.h"

#define MIB (1024 * 1024)

/* Counts how often it is asked, and refuses the last time. */
typedef struct {
  guint asked;
  guint last; /* 0: there is none */
} Watching;

static gboolean
proceed (guint64 bytes, gpointer user_data)
{
  Watching *self = user_data;

  g_assert_cmpuint (bytes, ==, 0); /* they are counted when they are unpacked */
  return ++self->asked != self->last;
}

/* An archive of blocks: the head, a block again and again, the tail. */
typedef struct {
  KexecMagic format;
  const char *head;
  guint head_size;
  const char *block;
  guint block_size;
  const char *tail;
  guint tail_size;
} Blocks;

static const Blocks zstd_blocks = {
  KEXEC_MAGIC_ZSTD, "\x28\xb5\x2f\xfd\0\0", 6, "\0\0\0", 3, "\1\0\0", 3,
};
static const Blocks lz4_blocks = {
  KEXEC_MAGIC_LZ4, "\x02\x21\x4c\x18", 4, "\x02\x21\x4c\x18", 4, "\0\0\0\0", 4,
};

/* Returns: what the scout says of so many blocks. */
static guint64
scout (const Blocks *blocks, guint repeat, Watching *watching)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  const KexecWatch watch = { proceed, watching };
  KexecInput input;
  guint64 size;

  g_byte_array_append (file, (const guint8 *) blocks->head, blocks->head_size);
  for (guint i = 0; i < repeat; i++)
    g_byte_array_append (file, (const guint8 *) blocks->block, blocks->block_size);
  g_byte_array_append (file, (const guint8 *) blocks->tail, blocks->tail_size);
  input = kexec_input_from_data (file->data, file->len);
  size = kexec_initrd_scout_size (&input, blocks->format, watching != NULL ? &watch : NULL);
  g_assert_true (size == 0 || size >= file->len - 4);
  return size;
}

static void
test_blocks (gconstpointer data)
{
  const Blocks *blocks = data;
  guint64 none = scout (blocks, 0, NULL);

  g_assert_cmpuint (none, >, 0);
  for (guint i = 1; i < 4096; i = i * 2 + 1)
    g_assert_cmpuint (scout (blocks, i, NULL), ==, none + (guint64) i * blocks->block_size);
}

/* No tool makes millions of blocks of nothing. */
static void
test_too_many_blocks (gconstpointer data)
{
  Watching watching = { 0 };

  g_assert_cmpuint (scout (data, MIB, NULL), ==, 0);
  g_assert_cmpuint (scout (data, MIB, &watching), ==, 0);
}

/* Real blocks, of files that are large. */
static GByteArray *
make_large (KexecMagic format)
{
  gsize size = 9 * MIB;
  g_autofree guint8 *data = g_malloc (size);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) g_rand_int (rand);
  return pack (format, data, size);
}

static void
test_large (gconstpointer data)
{
  const Blocks *blocks = data;
  g_autoptr (GByteArray) file = make_large (blocks->format);
  const KexecInput input = kexec_input_from_data (file->data, file->len);
  const KexecInput cut = kexec_input_slice (&input, 0, file->len / 2);
  Watching watching = { 0 };
  const KexecWatch watch = { proceed, &watching };

  g_assert_cmpuint (kexec_initrd_scout_size (&input, blocks->format, &watch), ==, file->len);
  g_assert_cmpuint (watching.asked, >=, 1);
  g_assert_cmpuint (watching.asked, <=, 9);
  watching = (Watching){ .last = 1 };
  g_assert_cmpuint (kexec_initrd_scout_size (&input, blocks->format, &watch), ==, 0);
  g_assert_cmpuint (watching.asked, ==, 1);
  g_assert_cmpuint (kexec_initrd_scout_size (&cut, blocks->format, NULL), ==, 0);
}

static void
test_other_formats (void)
{
  const KexecInput input = kexec_input_from_data ((const guint8 *) "\x1f\x8b", 2);

  g_assert_cmpuint (kexec_initrd_scout_size (&input, KEXEC_MAGIC_GZIP, NULL), ==, 0);
  g_assert_cmpuint (kexec_initrd_scout_size (&input, KEXEC_MAGIC_ZSTD, NULL), ==, 0);
}

static void
test_zeros (void)
{
  gsize size = 5 * MIB;
  g_autofree guint8 *data = g_malloc0 (size);
  const KexecInput input = kexec_input_from_data (data, size);
  Watching watching = { 0 };
  const KexecWatch watch = { proceed, &watching };
  guint64 offset = 7;

  g_assert_true (kexec_initrd_scout_skip_zeros (&input, &watch, &offset));
  g_assert_cmpuint (offset, ==, size);
  g_assert_cmpuint (watching.asked, ==, 4);
  data[size - 2] = 1;
  offset = 0;
  g_assert_true (kexec_initrd_scout_skip_zeros (&input, NULL, &offset));
  g_assert_cmpuint (offset, ==, size - 2);
  watching = (Watching){ .last = 2 };
  offset = 0;
  g_assert_false (kexec_initrd_scout_skip_zeros (&input, &watch, &offset));
  g_assert_cmpuint (offset, <=, 2 * MIB + 65536);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/initrd-scout/blocks/zstd", &zstd_blocks, test_blocks);
  g_test_add_data_func ("/initrd-scout/blocks/lz4", &lz4_blocks, test_blocks);
  g_test_add_data_func ("/initrd-scout/too-many-blocks/zstd", &zstd_blocks, test_too_many_blocks);
  g_test_add_data_func ("/initrd-scout/too-many-blocks/lz4", &lz4_blocks, test_too_many_blocks);
  g_test_add_data_func ("/initrd-scout/large/zstd", &zstd_blocks, test_large);
  g_test_add_data_func ("/initrd-scout/large/lz4", &lz4_blocks, test_large);
  g_test_add_func ("/initrd-scout/other-formats", test_other_formats);
  g_test_add_func ("/initrd-scout/zeros", test_zeros);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collects the ranges of a file that are signed, holds them against it, and digests them. */
#include "image/signature/authenticode.h"

#include "image/digest.h"

#define CHECKSUM_SIZE  4
#define DIRECTORY_SIZE 8
#define PIECE          (64 * 1024) /* bytes read at a time */

typedef struct {
  guint64 offset;
  guint64 size;
} Range;

static void
add_range (GArray *ranges, guint64 offset, guint64 end)
{
  const Range range = { .offset = offset, .size = end - offset };

  g_array_append_val (ranges, range);
}

/* The headers, less the two places in them that change when a file is signed. */
static gboolean
add_headers (GArray *ranges, const KexecPe *pe)
{
  guint64 after_checksum = pe->checksum_offset + CHECKSUM_SIZE;
  guint64 after_directory = pe->directory_offset + DIRECTORY_SIZE;

  if (after_checksum > pe->directory_offset || after_directory > pe->headers_size)
    return FALSE;
  add_range (ranges, 0, pe->checksum_offset);
  add_range (ranges, after_checksum, pe->directory_offset);
  add_range (ranges, after_directory, pe->headers_size);
  return TRUE;
}

static gint
compare_sections (gconstpointer a, gconstpointer b)
{
  const KexecPeSection *one = a;
  const KexecPeSection *other = b;

  if (one->offset != other->offset)
    return one->offset < other->offset ? -1 : 1;
  if (one->virtual_address != other->virtual_address)
    return one->virtual_address < other->virtual_address ? -1 : 1;
  return 0;
}

/*
 * What follows the sections is counted from the sum of their sizes, not from the end of the last
 * one. With parts that leave gaps this digests some bytes twice and others never; signers and
 * kernels agree on it. More than the file holds is refused, which also bounds the work.
 */
static const char *
add_contents (GArray *ranges, const KexecPe *pe, guint64 end)
{
  g_autoptr (GArray) sections = g_array_copy (pe->sections);
  guint64 sum = pe->headers_size;

  g_array_sort (sections, compare_sections);
  for (guint i = 0; i < sections->len; i++) {
    const KexecPeSection *section = &g_array_index (sections, KexecPeSection, i);
    guint64 section_end = (guint64) section->offset + section->raw_size;

    if (section->raw_size == 0)
      continue;
    if (section_end > end)
      return "it has a section beyond its end";
    add_range (ranges, section->offset, section_end);
    sum += section->raw_size;
  }
  if (sum > end)
    return "its sections overlap";
  add_range (ranges, sum, end);
  return NULL;
}

static const char *
collect (GArray *ranges, const KexecInput *input, const KexecPe *pe)
{
  if (pe->certificate_size > input->size || pe->headers_size > input->size - pe->certificate_size)
    return "its headers say that they are larger than it";
  if (!add_headers (ranges, pe))
    return "its headers say that they end before they do";
  return add_contents (ranges, pe, input->size - pe->certificate_size);
}

static gboolean
digest_range (KexecDigest *digest, const KexecInput *input, const Range *range, guint8 *buffer)
{
  for (guint64 done = 0; done < range->size;) {
    gsize size = (gsize) MIN (range->size - done, PIECE);

    if (kexec_input_read (input, range->offset + done, buffer, size) < size)
      return FALSE;
    kexec_digest_update (digest, buffer, size);
    done += size;
  }
  return TRUE;
}

char *
kexec_authenticode_digest (const KexecInput *input, const KexecPe *pe, GChecksumType type,
                           const char **problem)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  g_autoptr (KexecDigest) digest = kexec_digest_new (type);
  g_autofree guint8 *buffer = g_malloc (PIECE);
  char *made;

  *problem = collect (ranges, input, pe);
  if (*problem != NULL)
    return NULL;
  for (guint i = 0; i < ranges->len; i++) {
    if (!digest_range (digest, input, &g_array_index (ranges, Range, i), buffer)) {
      *problem = "it cannot be read to its end";
      return NULL;
    }
  }
  made = kexec_digest_finish (digest);
  if (made == NULL)
    *problem = "OpenSSL cannot hash it";
  return made;
}

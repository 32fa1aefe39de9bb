/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A state machine with the same steps as the kernel's: header, name, contents, padding. */
#include "image/initrd/cpio.h"

#include <string.h>
#include <sys/stat.h>

/* Fields of a header, 8 hexadecimal digits each, after 6 digits of magic. */
enum {
  FIELD_INODE = 0,
  FIELD_MODE = 1,
  FIELD_LINKS = 4,
  FIELD_SIZE = 6,
  FIELD_MAJOR = 7,
  FIELD_MINOR = 8,
  FIELD_NAME_SIZE = 11,
  FIELD_CHECKSUM = 12,
  N_FIELDS = 13
};

#define MAGIC_SIZE 6
#define TRAILER    "TRAILER!!!"

static const struct {
  char magic[MAGIC_SIZE + 1];
  KexecCpioProblem problem;
} formats[] = {
  { "070701", KEXEC_CPIO_GOOD },
  { "070702", KEXEC_CPIO_GOOD },
  { "070707", KEXEC_CPIO_OLD_FORMAT },
};

void
kexec_cpio_init (KexecCpio *self, KexecCpioKind kind, KexecCpioFunc func, gpointer user_data)
{
  memset (self, 0, sizeof *self);
  self->kind = kind;
  self->member.name = self->name;
  self->func = func;
  self->user_data = user_data;
}

/* Bytes from @offset to the next multiple of 4. */
static guint
to_alignment (guint64 offset)
{
  return (guint) (-offset & 3);
}

static void
enter (KexecCpio *self, KexecCpioState state, guint64 left)
{
  self->state = state;
  self->left = left;
  self->fill = 0;
}

/* @offset: where the member ends, padding included */
static void
end_member (KexecCpio *self, guint64 offset)
{
  self->end = offset;
  if (self->has_trailer && self->kind == KEXEC_CPIO_PLAIN)
    enter (self, KEXEC_CPIO_ENDED, 0);
  else
    enter (self, KEXEC_CPIO_BETWEEN, 0);
}

/* @offset: where the contents end */
static void
end_body (KexecCpio *self, guint64 offset)
{
  guint padding = to_alignment (offset);

  /* Of links the kernel does not look at the checksum, and writers leave it out; nor of what it
     passes by. */
  if (self->has_checksum && S_ISREG (self->member.mode) && !self->has_trailer &&
      self->sum != self->checksum)
    self->problem = KEXEC_CPIO_BAD_CHECKSUM;
  else if (padding > 0)
    enter (self, KEXEC_CPIO_IN_ALIGNMENT, padding);
  else
    end_member (self, offset);
}

/* @offset: where the name and its padding end */
static void
end_name (KexecCpio *self, guint64 offset)
{
  if (self->is_skipped)
    self->name[self->name_size - 1] = '\0'; /* the kernel does not look at it */
  if (self->name[self->name_size - 1] != '\0') {
    self->problem = KEXEC_CPIO_NAME_NOT_ENDED;
    return;
  }
  self->has_trailer =
    !self->is_skipped && !S_ISLNK (self->member.mode) && strcmp (self->name, TRAILER) == 0;
  if (self->is_skipped) {
    self->n_skipped++;
  } else if (!self->has_trailer) {
    self->n_members++;
    self->func (&self->member, self->user_data);
  }
  self->sum = 0;
  if (self->member.size > 0)
    enter (self, KEXEC_CPIO_IN_BODY, self->member.size);
  else
    end_body (self, offset);
}

static gboolean
read_field (const KexecCpio *self, guint field, guint32 *value)
{
  const char *digits = self->header + MAGIC_SIZE + field * 8;

  *value = 0;
  for (guint i = 0; i < 8; i++) {
    int digit = g_ascii_xdigit_value (digits[i]);

    if (digit < 0)
      return FALSE;
    *value = *value << 4 | (guint32) digit;
  }
  return TRUE;
}

/* The kernel goes on behind such a member (do_header). */
static gboolean
is_skipped (const KexecCpioMember *member)
{
  return S_ISLNK (member->mode) ? member->size > KEXEC_CPIO_NAME_MAX
                                : !S_ISREG (member->mode) && member->size > 0;
}

/* @offset: where the header ends */
static void
end_header (KexecCpio *self, guint64 offset)
{
  guint32 fields[N_FIELDS];

  for (guint i = 0; i < N_FIELDS; i++) {
    if (!read_field (self, i, &fields[i])) {
      self->problem = KEXEC_CPIO_BAD_HEADER;
      return;
    }
  }
  self->has_checksum = self->header[MAGIC_SIZE - 1] == '2';
  self->member.mode = fields[FIELD_MODE];
  self->member.size = fields[FIELD_SIZE];
  self->member.links = fields[FIELD_LINKS];
  self->member.inode = fields[FIELD_INODE];
  self->member.major = fields[FIELD_MAJOR];
  self->member.minor = fields[FIELD_MINOR];
  self->name_size = fields[FIELD_NAME_SIZE];
  self->checksum = fields[FIELD_CHECKSUM];
  self->is_skipped = is_skipped (&self->member);
  if (self->name_size == 0 || self->name_size > KEXEC_CPIO_NAME_MAX)
    self->problem = KEXEC_CPIO_BAD_NAME_SIZE;
  else
    enter (self, KEXEC_CPIO_IN_NAME, self->name_size + to_alignment (offset + self->name_size));
}

/* Judges the magic as soon as it can be told. */
static KexecCpioProblem
judge_magic (const KexecCpio *self)
{
  gsize size = MIN (self->fill, MAGIC_SIZE);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (memcmp (self->header, formats[i].magic, size) == 0)
      return size == MAGIC_SIZE ? formats[i].problem : KEXEC_CPIO_GOOD;
  }
  return KEXEC_CPIO_NO_MAGIC;
}

/* A problem is found at the same byte, whatever the size of the pieces. */
static gsize
read_magic (KexecCpio *self, const guint8 *data, gsize size)
{
  gsize done = 0;

  while (done < size && self->fill < MAGIC_SIZE && self->problem == KEXEC_CPIO_GOOD) {
    self->header[self->fill++] = (char) data[done++];
    self->problem = judge_magic (self);
  }
  return done;
}

static gsize
read_header (KexecCpio *self, const guint8 *data, gsize size)
{
  gsize n;

  if (self->fill < MAGIC_SIZE)
    return read_magic (self, data, size);
  n = MIN (size, KEXEC_CPIO_HEADER_SIZE - self->fill);
  memcpy (self->header + self->fill, data, n);
  self->fill += (guint) n;
  if (self->fill == KEXEC_CPIO_HEADER_SIZE)
    end_header (self, self->offset + n);
  return n;
}

static gsize
start (KexecCpio *self, const guint8 *data, gsize size)
{
  enter (self, self->kind == KEXEC_CPIO_PACKED ? KEXEC_CPIO_BETWEEN : KEXEC_CPIO_IN_HEADER, 0);
  return 0;
}

static gsize
read_name (KexecCpio *self, const guint8 *data, gsize size)
{
  gsize n = (gsize) MIN (size, self->left);
  gsize kept = MIN (n, self->name_size - self->fill); /* without the padding */

  memcpy (self->name + self->fill, data, kept);
  self->fill += (guint) kept;
  self->left -= n;
  if (self->left == 0)
    end_name (self, self->offset + n);
  return n;
}

static gsize
read_body (KexecCpio *self, const guint8 *data, gsize size)
{
  gsize n = (gsize) MIN (size, self->left);

  if (self->has_checksum) {
    for (gsize i = 0; i < n; i++)
      self->sum += data[i];
  }
  self->left -= n;
  if (self->left == 0)
    end_body (self, self->offset + n);
  return n;
}

/* The kernel does not look at these bytes. */
static gsize
read_alignment (KexecCpio *self, const guint8 *data, gsize size)
{
  gsize n = (gsize) MIN (size, self->left);

  self->left -= n;
  if (self->left == 0)
    end_member (self, self->offset + n);
  return n;
}

static gsize
read_padding (KexecCpio *self, const guint8 *data, gsize size)
{
  gsize n = 0;

  while (n < size && data[n] == '\0')
    n++;
  if (n == size)
    return n;
  if (to_alignment (self->offset + n) == 0 && data[n] == '0') {
    self->begin = self->offset + n;
    enter (self, KEXEC_CPIO_IN_HEADER, 0);
  } else if (self->kind == KEXEC_CPIO_PLAIN)
    enter (self, KEXEC_CPIO_ENDED, 0); /* what follows is another matter */
  else
    self->problem =
      to_alignment (self->offset + n) != 0 ? KEXEC_CPIO_BROKEN_PADDING : KEXEC_CPIO_JUNK;
  return n;
}

static gsize
stop (KexecCpio *self, const guint8 *data, gsize size)
{
  return 0;
}

static gsize (*const steps[]) (KexecCpio *self, const guint8 *data, gsize size) = {
  [KEXEC_CPIO_AT_START] = start,
  [KEXEC_CPIO_IN_HEADER] = read_header,
  [KEXEC_CPIO_IN_NAME] = read_name,
  [KEXEC_CPIO_IN_BODY] = read_body,
  [KEXEC_CPIO_IN_ALIGNMENT] = read_alignment,
  [KEXEC_CPIO_BETWEEN] = read_padding,
  [KEXEC_CPIO_ENDED] = stop,
};

gsize
kexec_cpio_push (KexecCpio *self, const guint8 *data, gsize size)
{
  gsize done = 0;

  while (done < size && self->problem == KEXEC_CPIO_GOOD && self->state != KEXEC_CPIO_ENDED) {
    gsize n = steps[self->state](self, data + done, size - done);

    self->offset += n;
    done += n;
  }
  return done;
}

guint64
kexec_cpio_skippable (const KexecCpio *self)
{
  return self->state == KEXEC_CPIO_IN_BODY && !self->has_checksum ? self->left : 0;
}

void
kexec_cpio_skip (KexecCpio *self, guint64 size)
{
  g_return_if_fail (size <= kexec_cpio_skippable (self));
  self->offset += size;
  self->left -= size;
  if (size > 0 && self->left == 0)
    end_body (self, self->offset);
}

/* Goes on as if the padding that is missing were there. */
static void
end_plain (KexecCpio *self)
{
  if (self->state == KEXEC_CPIO_IN_NAME && self->fill == self->name_size)
    end_name (self, self->offset);
  if (self->state == KEXEC_CPIO_IN_ALIGNMENT)
    end_member (self, self->offset);
}

gboolean
kexec_cpio_finish (KexecCpio *self)
{
  if (self->problem != KEXEC_CPIO_GOOD)
    return FALSE;
  if (self->kind == KEXEC_CPIO_PLAIN)
    end_plain (self);
  switch (self->state) {
  case KEXEC_CPIO_AT_START:
    return self->kind == KEXEC_CPIO_PACKED;
  case KEXEC_CPIO_BETWEEN:
  case KEXEC_CPIO_ENDED:
    return self->problem == KEXEC_CPIO_GOOD;
  default:
    return FALSE;
  }
}

const char *
kexec_cpio_describe (KexecCpioProblem problem)
{
  static const char *const texts[] = {
    [KEXEC_CPIO_GOOD] = "is well-formed",
    [KEXEC_CPIO_NO_MAGIC] = "is no cpio archive in a format that kernels read",
    [KEXEC_CPIO_OLD_FORMAT] = "is in an old cpio format, of which kernels read only newc",
    [KEXEC_CPIO_BAD_HEADER] = "has a header that is no cpio header",
    [KEXEC_CPIO_BAD_NAME_SIZE] = "has a member without a name or with too long a one",
    [KEXEC_CPIO_NAME_NOT_ENDED] = "has a name that does not end in NUL",
    [KEXEC_CPIO_BAD_CHECKSUM] = "has a file with a wrong checksum",
    [KEXEC_CPIO_BROKEN_PADDING] = "has a member that does not begin at a multiple of 4 bytes",
    [KEXEC_CPIO_JUNK] = "has something between its members that is no cpio",
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (texts) == KEXEC_CPIO_N_PROBLEMS);
  g_return_val_if_fail (problem < KEXEC_CPIO_N_PROBLEMS, NULL);
  return texts[problem];
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inspects bytes as an initrd. */
#pragma once

#include "image/initrd/initrd.h"
#include "tests/unit/expect.h"
#include "tests/unit/make-initrd.h"
#include "tests/unit/pack.h"

#define RELEASE "6.12.3"

/* What kernels unpack. */
static const KexecMagic formats[] = {
  KEXEC_MAGIC_GZIP, KEXEC_MAGIC_XZ,    KEXEC_MAGIC_ZSTD, KEXEC_MAGIC_LZ4,
  KEXEC_MAGIC_LZO,  KEXEC_MAGIC_BZIP2, KEXEC_MAGIC_LZMA,
};

typedef struct {
  KexecInitrd *initrd;
  KexecFindings *findings;
} Inspected;

static inline Inspected
inspect (const guint8 *data, gsize size)
{
  const KexecInput input = kexec_input_from_data (data, size);
  Inspected self = { .findings = kexec_findings_new () };

  self.initrd = kexec_initrd_inspect (&input, "initrd.img", NULL, self.findings);
  g_assert_cmpuint (self.initrd->size, ==, size);
  g_assert_nonnull (self.initrd->format);
  return self;
}

static inline void
clear (Inspected *self)
{
  kexec_initrd_free (self->initrd);
  g_ptr_array_unref (self->findings);
}

static inline void
append (GByteArray *file, const GByteArray *more)
{
  g_byte_array_append (file, more->data, more->len);
}

static inline GByteArray *
pack_array (KexecMagic format, const GByteArray *archive)
{
  return pack (format, archive->data, archive->len);
}

static inline const KexecInitrdSegment *
segment (const Inspected *self, guint i)
{
  g_assert_cmpuint (i, <, self->initrd->segments->len);
  return &g_array_index (self->initrd->segments, KexecInitrdSegment, i);
}

/* Expects these findings and no more of them. */
static inline void
expect_file (const GByteArray *file, const char *codes, const char *text)
{
  Inspected self = inspect (file->data, file->len);

  expect_findings (self.findings, codes);
  if (text != NULL)
    g_assert_nonnull (strstr (((KexecFinding *) self.findings->pdata[0])->text, text));
  clear (&self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for a PE file. */
#include "image/uki/pe.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
check_section (const KexecPeSection *section)
{
  g_assert_cmpuint (strlen (section->name), <=, 8);
  for (const char *p = section->name; *p != '\0'; p++)
    g_assert_true (g_ascii_isgraph (*p));
  g_assert_cmpuint (section->size, ==, MIN (section->raw_size, section->virtual_size));
}

static void
check_signature (const KexecInput *input, const KexecPe *pe)
{
  guint64 end;
  KexecPeSignature signature = kexec_pe_signature (input, &end);

  g_assert_true (signature != KEXEC_PE_SIGNED || (end > 0 && end <= input->size));
  g_assert_true (signature != KEXEC_PE_CUT_OFF || end > input->size);
  if (pe != NULL)
    g_assert_cmpuint (end, ==, pe->certificate_offset + pe->certificate_size);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const KexecInput input = kexec_input_from_data (data, size);
  const char *problem;
  g_autoptr (KexecPe) pe = kexec_pe_read (&input, &problem);

  check_signature (&input, pe);
  if (pe == NULL)
    return 0;
  g_assert_null (problem);
  g_assert_cmpuint (pe->sections->len, <=, KEXEC_PE_SECTIONS_MAX);
  g_assert_cmpuint (pe->checksum_offset + 4, <=, size);
  g_assert_true (pe->directory_offset == 0 || pe->directory_offset + 8 <= size);
  g_assert_true (pe->sections->len == 0 || pe->table_end <= size);
  for (guint i = 0; i < pe->sections->len; i++)
    check_section (&g_array_index (pe->sections, KexecPeSection, i));
  (void) kexec_pe_architecture (pe);
  return 0;
}

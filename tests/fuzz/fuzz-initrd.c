/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes, taken for an initrd. */
#include "image/initrd/initrd.h"
#include "tests/fuzz/fuzz.h"

static void
check_segments (const KexecInitrd *initrd)
{
  guint64 end = 0;
  guint64 unpacked = 0;

  g_assert_cmpuint (initrd->segments->len, <=, KEXEC_INITRD_SEGMENTS_MAX);
  for (guint i = 0; i < initrd->segments->len; i++) {
    const KexecInitrdSegment *segment = &g_array_index (initrd->segments, KexecInitrdSegment, i);

    g_assert_nonnull (segment->format);
    g_assert_cmpuint (segment->offset, >=, end);
    g_assert_cmpuint (segment->size, <=, initrd->size - segment->offset);
    end = segment->offset + segment->size;
    unpacked += segment->unpacked_size;
  }
  g_assert_cmpuint (unpacked, ==, initrd->unpacked_size);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const KexecInput input = kexec_input_from_data (data, size);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecInitrd) initrd = kexec_initrd_inspect (&input, "initrd", NULL, findings);
  g_autoptr (GVariant) variant = g_variant_ref_sink (kexec_findings_to_variant (findings));

  g_assert_nonnull (initrd->format);
  g_assert_cmpuint (initrd->size, ==, size);
  g_assert_true (g_variant_is_normal_form (variant));
  g_assert_cmpuint (initrd->releases->len, <=, KEXEC_INITRD_RELEASES_MAX);
  g_assert_false (initrd->has_init && initrd->init_problem != NULL);
  g_assert_false (initrd->has_more_releases && initrd->releases->len < KEXEC_INITRD_RELEASES_MAX);
  check_segments (initrd);
  if (initrd->is_verified) {
    g_assert_null (kexec_findings_blocker (findings));
    g_assert_cmpuint (initrd->segments->len, >, 0);
  } else
    g_assert_cmpuint (findings->len, >, 0);
  return 0;
}

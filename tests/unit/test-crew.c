/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work that is offered to other threads is done once, or not at all, and nothing is left of it. */
#include "image/initrd/crew.h"

#define MEMORY 100

static void
count (gpointer user_data)
{
  g_atomic_int_inc ((int *) user_data);
}

/* Ends while threads are about to take what was done already; AddressSanitizer counts what is left.
 */
static void
test_finish (void)
{
  for (guint i = 0; i < 2000; i++) {
    KexecCrew *crew = kexec_crew_new (MEMORY);
    KexecWork *works[4];
    int done[4] = { 0 };

    for (guint j = 0; j < G_N_ELEMENTS (works); j++)
      works[j] = kexec_crew_offer (crew, count, &done[j]);
    for (guint j = 0; j < G_N_ELEMENTS (works); j++)
      kexec_work_finish (works[j]);
    kexec_crew_free (crew);
    for (guint j = 0; j < G_N_ELEMENTS (works); j++)
      g_assert_cmpint (done[j], ==, 1);
  }
}

static void
test_cancel (void)
{
  for (guint i = 0; i < 2000; i++) {
    KexecCrew *crew = kexec_crew_new (MEMORY);
    int done = 0;
    int before;

    kexec_work_cancel (kexec_crew_offer (crew, count, &done));
    before = done;
    kexec_crew_free (crew);
    g_assert_cmpint (done, ==, before);
  }
}

static void
test_memory (void)
{
  KexecCrew *crew = kexec_crew_new (MEMORY);

  /* More than there is means all of it. */
  kexec_crew_reserve (crew, MEMORY + 1);
  kexec_crew_release (crew, MEMORY + 1);
  kexec_crew_reserve (crew, MEMORY / 2);
  kexec_crew_reserve (crew, MEMORY / 2);
  kexec_crew_release (crew, MEMORY);
  kexec_crew_free (crew);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crew/finish", test_finish);
  g_test_add_func ("/crew/cancel", test_cancel);
  g_test_add_func ("/crew/memory", test_memory);
  return g_test_run ();
}

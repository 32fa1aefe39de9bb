/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conditions in brackets, read as grub-core/commands/test.c does: from left to right. */
#include <string.h>

#include "boot/grub/eval-private.h"
#include "boot/grub/number.h"

/* Parentheses within each other. */
#define DEPTH_MAX 32

/* One pair of parentheses, or the whole. */
typedef struct {
  gboolean is_inverted;
  gboolean any; /* what stands before the last "-o" holds */
  gboolean all; /* what stands after it does so far */
} Level;

typedef struct {
  KexecGrubEval *eval;
  const char **args;
  guint n_args;
  guint next;
  guint depth;
  gboolean is_undecided;
} Test;

typedef gboolean (*Compare) (int difference);

static gboolean
is_equal (int difference)
{
  return difference == 0;
}

static gboolean
is_not_equal (int difference)
{
  return difference != 0;
}

static gboolean
is_less (int difference)
{
  return difference < 0;
}

static gboolean
is_not_greater (int difference)
{
  return difference <= 0;
}

static gboolean
is_greater (int difference)
{
  return difference > 0;
}

static gboolean
is_not_less (int difference)
{
  return difference >= 0;
}

static int
compare_numbers (const char *a, const char *b)
{
  gint64 left = kexec_grub_number_signed (a);
  gint64 right = kexec_grub_number_signed (b);

  return (left > right) - (left < right);
}

/* Compares the numbers that two words have in the same place, after a common beginning. */
static int
compare_suffixes (const char *a, const char *b)
{
  gsize i = 0;

  while (a[i] != '\0' && a[i] == b[i])
    i++;
  while (i > 0 && g_ascii_isdigit (a[i - 1]))
    i--;
  return compare_numbers (a + i, b + i);
}

static const struct {
  const char *name;
  int (*difference) (const char *a, const char *b);
  Compare holds;
} binaries[] = {
  { "=", strcmp, is_equal },
  { "==", strcmp, is_equal },
  { "!=", strcmp, is_not_equal },
  { "<", strcmp, is_less },
  { "<=", strcmp, is_not_greater },
  { ">", strcmp, is_greater },
  { ">=", strcmp, is_not_less },
  { "-eq", compare_numbers, is_equal },
  { "-ne", compare_numbers, is_not_equal },
  { "-lt", compare_numbers, is_less },
  { "-le", compare_numbers, is_not_greater },
  { "-gt", compare_numbers, is_greater },
  { "-ge", compare_numbers, is_not_less },
  { "-plt", compare_suffixes, is_less },
  { "-pgt", compare_suffixes, is_greater },
};

static void
update (Level *level, gboolean value)
{
  level->all = level->all && (level->is_inverted ? !value : value);
  level->is_inverted = FALSE;
}

/* "A = B". Returns: %FALSE if the arguments at hand are none of these. */
static gboolean
take_binary (Test *self, Level *level)
{
  const char **args = self->args + self->next;

  if (self->next + 2 >= self->n_args)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (binaries); i++) {
    if (strcmp (args[1], binaries[i].name) != 0)
      continue;
    update (level, binaries[i].holds (binaries[i].difference (args[0], args[2])));
    self->next += 3;
    return TRUE;
  }
  /* Which of two files is newer: GRUB and Linux need not agree on that. */
  if (!g_str_has_prefix (args[1], "-nt") && !g_str_has_prefix (args[1], "-ot"))
    return FALSE;
  self->is_undecided = TRUE;
  self->next += 3;
  return TRUE;
}

/* "-f FILE" and the like. */
static gboolean
test_file (Test *self, char what, const char *name)
{
  KexecGrubFileKind kind = kexec_grub_look (self->eval, name);

  if (kind == KEXEC_GRUB_UNKNOWN)
    self->is_undecided = TRUE;
  switch (what) {
  case 'd':
    return kind == KEXEC_GRUB_DIRECTORY;
  case 'f':
    return kind == KEXEC_GRUB_FILE || kind == KEXEC_GRUB_EMPTY_FILE;
  case 's':
    return kind == KEXEC_GRUB_FILE;
  default:
    return kind != KEXEC_GRUB_MISSING;
  }
}

/* "-n TEXT". Returns: %FALSE if the arguments at hand are none of these. */
static gboolean
take_unary (Test *self, Level *level)
{
  const char **args = self->args + self->next;
  char what;

  if (self->next + 1 >= self->n_args || args[0][0] != '-' || args[0][1] == '\0' ||
      args[0][2] != '\0')
    return FALSE;
  what = args[0][1];
  if (strchr ("defsnz", what) == NULL)
    return FALSE;
  if (what == 'n' || what == 'z')
    update (level, (*args[1] != '\0') == (what == 'n'));
  else
    update (level, test_file (self, what, args[1]));
  self->next += 2;
  return TRUE;
}

static void
open_level (Level *level)
{
  *level = (Level){ .all = TRUE };
}

/* What binds the tests, or a word, which holds unless it is empty. @level: the innermost one */
static void
take_one (Test *self, Level *levels)
{
  const char *arg = self->args[self->next++];
  Level *level = levels + self->depth;

  if (strcmp (arg, "(") == 0 && self->depth + 1 < DEPTH_MAX) {
    open_level (&levels[++self->depth]);
  } else if (strcmp (arg, "(") == 0) {
    self->is_undecided = TRUE;
  } else if (strcmp (arg, ")") == 0 && self->depth > 0) {
    self->depth--;
    update (level - 1, level->any || level->all);
  } else if (strcmp (arg, ")") == 0) {
    self->next = self->n_args;
  } else if (strcmp (arg, "!") == 0) {
    level->is_inverted = !level->is_inverted;
  } else if (strcmp (arg, "-o") == 0) {
    level->any = level->any || level->all;
    level->all = TRUE;
  } else if (strcmp (arg, "-a") != 0) {
    update (level, *arg != '\0');
  }
}

static gboolean
evaluate (Test *self)
{
  Level levels[DEPTH_MAX];
  gboolean result;

  open_level (&levels[0]);
  while (self->next < self->n_args)
    if (!take_binary (self, &levels[self->depth]) && !take_unary (self, &levels[self->depth]))
      take_one (self, levels);
  result = levels[self->depth].any || levels[self->depth].all;
  /* Parentheses that are still open end here. */
  while (self->depth > 0) {
    update (&levels[--self->depth], result);
    result = levels[self->depth].any || levels[self->depth].all;
  }
  return result;
}

KexecGrubTruth
kexec_grub_test (KexecGrubEval *self, const KexecGrubCall *call)
{
  Test test = { .eval = self,
                .args = (const char **) call->args->pdata,
                .n_args = call->args->len };
  g_autofree char *place = NULL;
  gboolean result;

  if (test.n_args > 0 && strcmp (test.args[test.n_args - 1], "]") == 0)
    test.n_args--;
  if (call->doubt != NULL)
    return kexec_grub_undecided (self, call->doubt);
  result = evaluate (&test);
  if (!test.is_undecided)
    return result ? KEXEC_GRUB_TRUE : KEXEC_GRUB_FALSE;
  place = kexec_grub_describe (self);
  return kexec_grub_undecided (self, place);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers of variables. */
#include "boot/grub/variables.h"

#include <string.h>

typedef struct {
  char *text; /* NULL: not set */
  char *doubt;
} Value;

struct KexecGrubVariables {
  GHashTable *values; /* (element-type utf8 Value) */
  KexecGrubVariables *below;
};

static void
free_value (gpointer data)
{
  Value *value = data;

  g_free (value->text);
  g_free (value->doubt);
  g_free (value);
}

KexecGrubVariables *
kexec_grub_variables_push (KexecGrubVariables *below)
{
  KexecGrubVariables *self = g_new0 (KexecGrubVariables, 1);

  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_value);
  self->below = below;
  return self;
}

KexecGrubVariables *
kexec_grub_variables_detach (KexecGrubVariables *self)
{
  return g_steal_pointer (&self->below);
}

KexecGrubVariables *
kexec_grub_variables_pop (KexecGrubVariables *self)
{
  KexecGrubVariables *below = kexec_grub_variables_detach (self);

  g_hash_table_unref (self->values);
  g_free (self);
  return below;
}

void
kexec_grub_variables_free (KexecGrubVariables *self)
{
  while (self != NULL)
    self = kexec_grub_variables_pop (self);
}

/* GRUB takes the parentheses off "root" when it is set. Returns: (transfer full) (nullable) */
static char *
make_text (const char *name, const char *value)
{
  gsize length = value != NULL ? strlen (value) : 0;

  if (strcmp (name, "root") == 0 && length > 1 && value[0] == '(' && value[length - 1] == ')')
    return g_strndup (value + 1, length - 2);
  return g_strdup (value);
}

void
kexec_grub_variables_set (KexecGrubVariables *self, const char *name, const char *value,
                          const char *doubt)
{
  Value *entry = g_new0 (Value, 1);

  entry->text = make_text (name, value);
  entry->doubt = g_strdup (doubt);
  g_hash_table_replace (self->values, g_strdup (name), entry);
}

static const Value *
look_up (const KexecGrubVariables *self, const char *name)
{
  const Value *value = NULL;

  for (; self != NULL && value == NULL; self = self->below)
    value = g_hash_table_lookup (self->values, name);
  return value;
}

const char *
kexec_grub_variables_get (const KexecGrubVariables *self, const char *name, const char **doubt)
{
  const Value *value = look_up (self, name);

  if (doubt != NULL)
    *doubt = value != NULL ? value->doubt : NULL;
  return value != NULL ? value->text : NULL;
}

/* Sets @name as it came out of two layers, each of which may not have touched it. */
static void
join_name (KexecGrubVariables *self, const KexecGrubVariables *one, const KexecGrubVariables *other,
           const char *name, const char *doubt)
{
  static const Value nothing;
  const Value *before = look_up (self, name);
  const Value *left = g_hash_table_lookup (one->values, name);
  const Value *right = g_hash_table_lookup (other->values, name);

  if (before == NULL)
    before = &nothing;
  if (left == NULL)
    left = before;
  if (right == NULL)
    right = before;
  if (g_strcmp0 (left->text, right->text) == 0)
    doubt = left->doubt != NULL ? left->doubt : right->doubt;
  kexec_grub_variables_set (self, name, right->text, doubt);
}

void
kexec_grub_variables_join (KexecGrubVariables *self, KexecGrubVariables *one,
                           KexecGrubVariables *other, const char *doubt)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, one->values);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (other->values, name))
      join_name (self, one, other, name, doubt);
  g_hash_table_iter_init (&iter, other->values);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    join_name (self, one, other, name, doubt);
  kexec_grub_variables_free (one);
  kexec_grub_variables_free (other);
}

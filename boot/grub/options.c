/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of GRUB's commands. They may stand between the operands. */
#include "boot/grub/options.h"

#include <string.h>

typedef struct {
  const KexecGrubOption *options;
  const GPtrArray *args;
  gboolean takes_unknown;
  const char **values;
  GPtrArray *operands;
  guint next; /* of @args */
} Parsing;

/* Returns: (nullable): the argument at hand, which may be taken for an option's value. */
static const char *
peek (const Parsing *self)
{
  return self->next < self->args->len ? self->args->pdata[self->next] : NULL;
}

/* Returns: the option's index; -1: there is none */
static int
find_letter (const KexecGrubOption *options, char letter)
{
  for (int i = 0; options[i].name != NULL; i++)
    if (options[i].letter != 0 && options[i].letter == letter)
      return i;
  return -1;
}

static int
find_name (const KexecGrubOption *options, const char *name, gsize length)
{
  for (int i = 0; options[i].name != NULL; i++)
    if (strlen (options[i].name) == length && strncmp (options[i].name, name, length) == 0)
      return i;
  return -1;
}

/* @value: (nullable) */
static gboolean
note (Parsing *self, int option, const char *value)
{
  KexecGrubOptionValue wanted = self->options[option].value;

  if (value == NULL ? wanted == KEXEC_GRUB_NEEDS_VALUE : wanted == KEXEC_GRUB_NO_VALUE)
    return FALSE;
  self->values[option] = value != NULL ? value : "";
  return TRUE;
}

static gboolean
take_unknown (Parsing *self, const char *arg)
{
  g_ptr_array_add (self->operands, (gpointer) arg);
  return self->takes_unknown;
}

/* "--NAME", "--NAME=VALUE", "--NAME VALUE" */
static gboolean
take_long (Parsing *self, const char *arg)
{
  const char *name = arg + 2;
  const char *equals = strchr (name, '=');
  gsize length = equals != NULL ? (gsize) (equals - name) : strlen (name);
  int option = find_name (self->options, name, length);
  const char *value = equals != NULL ? equals + 1 : NULL;
  const char *next = peek (self);

  if (option < 0)
    return take_unknown (self, arg);
  if (value == NULL && self->options[option].value != KEXEC_GRUB_NO_VALUE && next != NULL &&
      *next != '-') {
    value = next;
    self->next++;
  }
  return note (self, option, value);
}

/* "-ab", "-a VALUE" */
static gboolean
take_letters (Parsing *self, const char *arg)
{
  const char *next = peek (self);
  const char *letter;
  int option;

  for (letter = arg + 1; *letter != '\0'; letter++)
    if (find_letter (self->options, *letter) < 0)
      return take_unknown (self, arg);
  for (letter = arg + 1; letter[1] != '\0'; letter++)
    if (!note (self, find_letter (self->options, *letter), NULL))
      return FALSE;
  option = find_letter (self->options, *letter);
  if (self->options[option].value == KEXEC_GRUB_NO_VALUE || next == NULL)
    return note (self, option, NULL);
  if (self->options[option].value == KEXEC_GRUB_MAY_HAVE_VALUE && next[0] == '-' && next[1] != '\0')
    return note (self, option, NULL);
  self->next++;
  return note (self, option, next);
}

static gboolean
take (Parsing *self)
{
  const char *arg = self->args->pdata[self->next++];

  if (arg[0] != '-' || arg[1] == '\0') {
    g_ptr_array_add (self->operands, (gpointer) arg);
    return TRUE;
  }
  if (arg[1] != '-')
    return take_letters (self, arg);
  if (arg[2] != '\0')
    return take_long (self, arg);
  while (self->next < self->args->len)
    g_ptr_array_add (self->operands, self->args->pdata[self->next++]);
  return TRUE;
}

GPtrArray *
kexec_grub_options_parse (const KexecGrubOption *options, const GPtrArray *args,
                          gboolean takes_unknown, const char **values)
{
  Parsing self = {
    .options = options,
    .args = args,
    .takes_unknown = takes_unknown,
    .values = values,
    .operands = g_ptr_array_new (),
  };

  for (guint i = 0; options[i].name != NULL; i++)
    values[i] = NULL;
  while (self.next < args->len) {
    if (take (&self))
      continue;
    g_ptr_array_unref (self.operands);
    return NULL;
  }
  return self.operands;
}

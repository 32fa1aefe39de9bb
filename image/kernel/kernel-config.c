/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/kernel/kernel-config.h"

#include <string.h>

#include "image/codec/decode.h"

#define PREFIX       "CONFIG_"
#define UNSET_PREFIX "# CONFIG_"
#define UNSET_SUFFIX " is not set"

/* kconfig begins every complete configuration with a comment that says so; fragments and
   "savedefconfig" files have none, and leave out what is the default. */
#define GENERATED       "# Automatically generated"
#define GENERATED_LINES 3

/* What surrounds the copy in a kernel (Linux: kernel/configs.c). */
#define COPY_BEGIN  "IKCFG_ST"
#define COPY_END    "IKCFG_ED"
#define MARK_LENGTH (sizeof COPY_BEGIN - 1)

/* The mark may also stand in strings; more than a few such places are no kernel's. */
#define CANDIDATES_MAX 16
#define PIECE          (256 * 1024)

/* The text as it is: a few options are asked for, and looking through the lines takes less than
   taking them apart. */
struct KexecKernelConfig {
  char *text;
  gsize length;
  gboolean is_complete;
};

typedef struct {
  const char *text;
  gsize length;
} Line;

/* Cuts the next line off what is left of a text. Returns: %FALSE at its end. */
static gboolean
next_line (const char **text, gsize *length, Line *ret)
{
  const char *end;

  if (*length == 0)
    return FALSE;
  end = memchr (*text, '\n', *length);
  ret->text = *text;
  ret->length = end != NULL ? (gsize) (end - *text) : *length;
  *length -= end != NULL ? ret->length + 1 : ret->length;
  *text += end != NULL ? ret->length + 1 : ret->length;
  return TRUE;
}

static gboolean
starts_with (const Line *line, const char *prefix)
{
  gsize length = strlen (prefix);

  return line->length >= length && memcmp (line->text, prefix, length) == 0;
}

static gboolean
is_name_character (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

/* Takes a line apart: "CONFIG_A=y", "# CONFIG_A is not set". @name and @value are parts of it; the
   value of an option that is not set is "n". Returns: %FALSE for other lines. */
static gboolean
read_option (const Line *line, Line *name, Line *value)
{
  gboolean is_unset = starts_with (line, UNSET_PREFIX);
  gsize begin = is_unset ? strlen ("# ") : 0;
  gsize end = begin;
  Line rest;

  if (!is_unset && !starts_with (line, PREFIX))
    return FALSE;
  while (end < line->length && is_name_character (line->text[end]))
    end++;
  *name = (Line){ line->text + begin, end - begin };
  rest = (Line){ line->text + end, line->length - end };
  if (is_unset) {
    *value = (Line){ "n", 1 };
    return starts_with (&rest, UNSET_SUFFIX) && rest.length == strlen (UNSET_SUFFIX);
  }
  if (!starts_with (&rest, "="))
    return FALSE;
  *value = (Line){ rest.text + 1, rest.length - 1 };
  return TRUE;
}

KexecKernelConfig *
kexec_kernel_config_parse (const char *text, gsize length)
{
  const char *left = text;
  gsize left_length = length;
  gboolean has_options = FALSE, is_complete = FALSE;
  KexecKernelConfig *self;
  Line line, name, value;

  if (length > KEXEC_KERNEL_CONFIG_MAX || memchr (text, '\0', length) != NULL)
    return NULL;
  for (guint i = 0; next_line (&left, &left_length, &line); i++) {
    if (i < GENERATED_LINES && starts_with (&line, GENERATED))
      is_complete = TRUE;
    if (read_option (&line, &name, &value))
      has_options = TRUE;
  }
  if (!has_options)
    return NULL;
  self = g_new0 (KexecKernelConfig, 1);
  self->text = g_strndup (text, length);
  self->length = length;
  self->is_complete = is_complete;
  return self;
}

/* Collects what the copy unpacks to, unless that is too much. */
static gboolean
collect (const guint8 *data, gsize size, gpointer user_data)
{
  GByteArray *text = user_data;

  if (size > KEXEC_KERNEL_CONFIG_MAX - text->len)
    return FALSE;
  g_byte_array_append (text, data, (guint) size);
  return TRUE;
}

/* Reads the copy that begins at @offset, after its mark. */
static KexecKernelConfig *
read_copy (const KexecInput *input, guint64 offset)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();
  KexecInput copy = kexec_input_slice (input, offset, KEXEC_KERNEL_CONFIG_MAX + MARK_LENGTH);
  KexecDecoded decoded;
  char mark[MARK_LENGTH];

  if (kexec_decode (&copy, KEXEC_MAGIC_GZIP, collect, text, NULL, &decoded) != KEXEC_DECODE_DONE)
    return NULL;
  if (kexec_input_read (&copy, decoded.consumed, mark, sizeof mark) != sizeof mark ||
      memcmp (mark, COPY_END, sizeof mark) != 0)
    return NULL;
  return kexec_kernel_config_parse ((const char *) text->data, text->len);
}

KexecKernelConfig *
kexec_kernel_config_find (const KexecInput *input)
{
  g_autofree guint8 *buffer = g_malloc (PIECE);
  guint candidates = 0;
  guint64 offset = 0; /* in the input, of the buffer's beginning */
  gsize n;

  while ((n = kexec_input_read (input, offset, buffer, PIECE)) >= MARK_LENGTH) {
    const guint8 *from = buffer;
    const guint8 *mark;

    while ((mark = memmem (from, n - (from - buffer), COPY_BEGIN, MARK_LENGTH)) != NULL) {
      KexecKernelConfig *self = read_copy (input, offset + (mark - buffer) + MARK_LENGTH);

      if (self != NULL || ++candidates == CANDIDATES_MAX)
        return self;
      from = mark + MARK_LENGTH;
    }
    /* A mark may begin at the very end of a piece. */
    offset += n - (MARK_LENGTH - 1);
  }
  return NULL;
}

void
kexec_kernel_config_free (KexecKernelConfig *self)
{
  g_free (self->text);
  g_free (self);
}

static KexecConfigValue
judge (const Line *value)
{
  static const struct {
    const char *text;
    KexecConfigValue value;
  } values[] = {
    { "y", KEXEC_CONFIG_YES },
    { "m", KEXEC_CONFIG_MODULE },
    { "n", KEXEC_CONFIG_NO },
    { "\"\"", KEXEC_CONFIG_NO },
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    if (value->length == strlen (values[i].text) && starts_with (value, values[i].text))
      return values[i].value;
  return KEXEC_CONFIG_UNKNOWN;
}

KexecConfigValue
kexec_kernel_config_get (const KexecKernelConfig *self, const char *option)
{
  KexecConfigValue result;
  const char *text;
  gsize length;
  Line line, name, value;

  if (self == NULL)
    return KEXEC_CONFIG_UNKNOWN;
  result = self->is_complete ? KEXEC_CONFIG_NO : KEXEC_CONFIG_UNKNOWN;
  text = self->text;
  length = self->length;
  while (next_line (&text, &length, &line))
    if (read_option (&line, &name, &value) && name.length == strlen (option) &&
        starts_with (&name, option))
      result = judge (&value);
  return result;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads snippets key by key, as systemd-boot does (systemd: src/boot/boot.c,
 * boot_entry_add_type1()): the text ends at NUL, and the last of repeated keys counts.
 */
#include "boot/bls/snippet.h"

#include <string.h>

#include "boot/bls/line.h"
#include "image/printable.h"

#define BLANKS          " \t"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* What is done with a key's values. */
typedef enum {
  KEY_TEXT,  /* the last one counts */
  KEY_LINES, /* each is kept */
  KEY_WORDS, /* the words of each are kept */
  KEY_OTHER, /* for other programs, or not needed here */
} KeyKind;

#define FIELD(name) G_STRUCT_OFFSET (KexecBlsSnippet, name)

static const struct {
  const char *name;
  KeyKind kind;
  gsize offset; /* of the field: a char *, or a GStrv */
} keys[] = {
  { "title", KEY_TEXT, FIELD (title) },
  { "version", KEY_TEXT, FIELD (version) },
  { "machine-id", KEY_TEXT, FIELD (machine_id) },
  { "sort-key", KEY_TEXT, FIELD (sort_key) },
  { "linux", KEY_TEXT, FIELD (linux_path) },
  { "efi", KEY_TEXT, FIELD (efi) },
  { "uki", KEY_TEXT, FIELD (uki) },
  { "profile", KEY_TEXT, FIELD (profile) },
  { "architecture", KEY_TEXT, FIELD (architecture) },
  { "initrd", KEY_LINES, FIELD (initrds) },
  { "options", KEY_LINES, FIELD (options) },
  { "devicetree", KEY_TEXT, FIELD (devicetree) },
  { "devicetree-overlay", KEY_WORDS, FIELD (devicetree_overlays) },
  { "grub_users", KEY_TEXT, FIELD (grub_users) },
  { "grub_arg", KEY_OTHER, 0 },
  { "grub_class", KEY_OTHER, 0 },
  { "grub_hotkey", KEY_OTHER, 0 },
  { "id", KEY_OTHER, 0 },
  { "extra", KEY_OTHER, 0 },
  { "uki-url", KEY_OTHER, 0 },
};

/* The longest value of a KEY_TEXT, in bytes: no path and no title is longer. */
#define TEXT_MAX 1024

/* One reading. */
typedef struct {
  KexecBlsSnippet *snippet;
  const char *subject;
  GPtrArray *values[G_N_ELEMENTS (keys)]; /* of KEY_LINES and KEY_WORDS; NULL: none yet */
  guint64 seen;                           /* a bit for each key that has been there */
  guint64 repeated;                       /* … and for each KEY_TEXT more than once */
  const char *unknown;                    /* the first key that is none */
  gboolean is_cut;                        /* values were left out, or a part of one */
} Reading;

G_STATIC_ASSERT (G_N_ELEMENTS (keys) <= 64);

static char **
text_field (const Reading *self, guint key)
{
  return G_STRUCT_MEMBER_P (self->snippet, keys[key].offset);
}

static void
set_text (Reading *self, guint key, const char *value)
{
  char **field = text_field (self, key);
  const char *end;

  g_free (*field);
  *field = g_strndup (value, TEXT_MAX);
  self->is_cut |= strlen (value) > TEXT_MAX;
  if (!g_utf8_validate (*field, -1, &end))
    (*field)[end - *field] = '\0';
}

static void
add_value (Reading *self, guint key, const char *value)
{
  if (self->values[key] == NULL)
    self->values[key] = g_ptr_array_new_with_free_func (g_free);
  if (self->values[key]->len < KEXEC_BLS_VALUES_MAX)
    g_ptr_array_add (self->values[key], g_strdup (value));
  else
    self->is_cut = TRUE;
}

/* Splits @value in place. */
static void
add_words (Reading *self, guint key, char *value)
{
  while (*value != '\0') {
    gsize length = strcspn (value, BLANKS);
    gboolean is_last = value[length] == '\0';

    value[length] = '\0';
    if (length > 0)
      add_value (self, key, value);
    value += length + (is_last ? 0 : 1);
  }
}

static void
take_value (Reading *self, guint key, char *value)
{
  /* A key alone says nothing, but for GRUB's list of nobody. */
  if (*value == '\0' && keys[key].offset != FIELD (grub_users))
    return;
  if (keys[key].kind == KEY_TEXT && (self->seen & G_GUINT64_CONSTANT (1) << key))
    self->repeated |= G_GUINT64_CONSTANT (1) << key;
  self->seen |= G_GUINT64_CONSTANT (1) << key;
  switch (keys[key].kind) {
  case KEY_TEXT:
    set_text (self, key, value);
    break;
  case KEY_LINES:
    add_value (self, key, value);
    break;
  case KEY_WORDS:
    add_words (self, key, value);
    break;
  case KEY_OTHER:
    break;
  }
}

static void
take_line (Reading *self, const char *key, char *value)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (keys) && strcmp (keys[i].name, key) != 0; i++)
    ;
  if (i < G_N_ELEMENTS (keys))
    take_value (self, i, value);
  else if (self->unknown == NULL)
    self->unknown = key;
}

G_GNUC_PRINTF (2, 3)
static void
add_malformed (Reading *self, const char *format, ...)
{
  va_list args;
  g_autofree char *problem = NULL;

  va_start (args, format);
  problem = g_strdup_vprintf (format, args);
  va_end (args);
  kexec_findings_add (self->snippet->findings, KEXEC_FINDING_ENTRY_MALFORMED, self->subject, NULL,
                      "%s %s", self->subject, problem);
}

/* Returns: (transfer full): what there is to read, as UTF-8. */
static char *
clean_text (Reading *self, const char *text, gsize length)
{
  const char *end;

  if (length > KEXEC_BLS_SNIPPET_MAX) {
    g_autofree char *limit = kexec_printable_size (KEXEC_BLS_SNIPPET_MAX);

    length = KEXEC_BLS_SNIPPET_MAX;
    kexec_findings_add (self->snippet->findings, KEXEC_FINDING_ENTRY_INVALID, self->subject, NULL,
                        "%s is longer than %s, and the rest was not read; a boot entry is a few "
                        "lines, so write it again",
                        self->subject, limit);
  }
  if (length >= strlen (BYTE_ORDER_MARK) &&
      memcmp (text, BYTE_ORDER_MARK, strlen (BYTE_ORDER_MARK)) == 0) {
    text += strlen (BYTE_ORDER_MARK);
    length -= strlen (BYTE_ORDER_MARK);
    add_malformed (self, "begins with a byte order mark, so that a boot loader may not know its "
                         "first key; save it without one");
  }
  end = memchr (text, '\0', length);
  if (end != NULL || !g_utf8_validate (text, (gssize) length, NULL))
    add_malformed (self, "is not text: it has bytes in it that are no UTF-8; write it again");
  else if (memchr (text, '\r', length) != NULL)
    add_malformed (self, "has lines that end in CR; save it with the line ends of Linux");
  if (end != NULL)
    length = (gsize) (end - text);
  return g_utf8_make_valid (text, (gssize) length);
}

/* What was wrong with the keys, once for each kind of it: there can be thousands of them. */
static void
check_keys (Reading *self)
{
  if (self->unknown != NULL)
    add_malformed (self, "has the key \"%.64s\", which is unknown and ignored; mend or remove it",
                   self->unknown);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (self->repeated & G_GUINT64_CONSTANT (1) << i)
      add_malformed (self, "has more than one \"%s\", and the last one counts; remove the others",
                     keys[i].name);
  if (self->is_cut)
    kexec_findings_add (self->snippet->findings, KEXEC_FINDING_ENTRY_INVALID, self->subject, NULL,
                        "%s has one key more than %d times, or a text of more than %d bytes for "
                        "one, and the rest was not read; write it shorter",
                        self->subject, KEXEC_BLS_VALUES_MAX, TEXT_MAX);
}

/* An entry has exactly one of "linux", "uki" and "efi". */
static void
check_kernel (Reading *self)
{
  const KexecBlsSnippet *snippet = self->snippet;
  guint n = (*snippet->linux_path != '\0') + (*snippet->uki != '\0') + (*snippet->efi != '\0');

  if (n == 0)
    kexec_findings_add (snippet->findings, KEXEC_FINDING_ENTRY_INVALID, self->subject, NULL,
                        "%s names no kernel on this machine; add a line \"linux\" with its path, "
                        "or remove the file",
                        self->subject);
  else if (n > 1)
    add_malformed (self, "has more than one of \"linux\", \"uki\" and \"efi\", and newer boot "
                         "loaders pass over it; leave one of them");
}

static void
finish_lists (Reading *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    GStrv *field = G_STRUCT_MEMBER_P (self->snippet, keys[i].offset);

    if (keys[i].kind != KEY_LINES && keys[i].kind != KEY_WORDS)
      continue;
    if (self->values[i] == NULL) {
      *field = g_new0 (char *, 1);
      continue;
    }
    g_ptr_array_add (self->values[i], NULL);
    *field = (GStrv) g_ptr_array_free (self->values[i], FALSE);
  }
}

/* @counter: (inout): a number's first digit; moved behind its last one */
static gboolean
parse_count (const char **counter, int *count)
{
  char *end = NULL;
  guint64 number;

  if (!g_ascii_isdigit (**counter))
    return FALSE;
  number = g_ascii_strtoull (*counter, &end, 10);
  if (number > G_MAXINT)
    return FALSE;
  *counter = end;
  *count = (int) number;
  return TRUE;
}

char *
kexec_bls_id_parse (const char *file, int *tries_left, int *tries_done)
{
  const char *suffix = strrchr (file, '.');
  const char *plus = suffix != NULL ? g_strrstr_len (file, suffix - file, "+") : NULL;
  const char *p = plus != NULL ? plus + 1 : NULL;
  int left = -1;
  int done = 0;

  *tries_left = -1;
  *tries_done = 0;
  if (p == NULL || !parse_count (&p, &left))
    return g_strdup (file);
  if (*p == '-') {
    p++;
    if (!parse_count (&p, &done))
      return g_strdup (file);
  }
  if (p != suffix)
    return g_strdup (file);
  *tries_left = left;
  *tries_done = done;
  return g_strdup_printf ("%.*s%s", (int) (plus - file), file, suffix);
}

KexecBlsSnippet *
kexec_bls_snippet_parse (const char *file, const char *text, gsize length, const char *subject)
{
  KexecBlsSnippet *snippet = g_new0 (KexecBlsSnippet, 1);
  Reading self = { .snippet = snippet, .subject = subject };
  g_autofree char *clean = NULL;
  char *rest;
  char *value;
  char *key;

  snippet->id = kexec_bls_id_parse (file, &snippet->tries_left, &snippet->tries_done);
  snippet->findings = kexec_findings_new ();
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].kind == KEY_TEXT && keys[i].offset != FIELD (grub_users))
      set_text (&self, i, "");
  clean = clean_text (&self, text, length);
  rest = clean;
  while ((key = kexec_bls_next_line (&rest, &value)) != NULL)
    take_line (&self, key, value);
  check_keys (&self);
  check_kernel (&self);
  finish_lists (&self);
  return snippet;
}

void
kexec_bls_snippet_free (KexecBlsSnippet *self)
{
  g_free (self->id);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (keys[i].kind == KEY_TEXT)
      g_free (*(char **) G_STRUCT_MEMBER_P (self, keys[i].offset));
    else if (keys[i].kind != KEY_OTHER)
      g_strfreev (*(GStrv *) G_STRUCT_MEMBER_P (self, keys[i].offset));
  }
  g_ptr_array_unref (self->findings);
  g_free (self);
}

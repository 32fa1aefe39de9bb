/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Splits, searches and judges kernel command lines as their readers do. */
#include "image/cmdline.h"

#include <string.h>

/* The kernel's isspace(): ASCII's, and Latin 1's no-break space. */
static gboolean
is_space (char c)
{
  return g_ascii_isspace (c) || c == '\v' || c == (char) 0xa0;
}

GStrv
kexec_cmdline_split (const char *cmdline)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *p = cmdline;

  for (;;) {
    gboolean in_quote = FALSE;
    g_autofree char *word = NULL;
    const char *start;

    while (is_space (*p))
      p++;
    if (*p == '\0')
      return g_strv_builder_end (builder);
    for (start = p; *p != '\0' && (in_quote || !is_space (*p)); p++)
      if (*p == '"')
        in_quote = !in_quote;
    word = g_strndup (start, p - start);
    g_strv_builder_add (builder, word);
  }
}

/*
 * Splits a word into key and value. A quote may stand before the key or before the value, and is
 * not part of either. As in next_arg(), a "=" at the very beginning separates nothing.
 */
static char *
parse_word (const char *word, char **value)
{
  gboolean is_quoted = word[0] == '"';
  g_autofree char *key = g_strdup (word + (is_quoted ? 1 : 0));
  gsize length = strlen (key);
  char *equals = length > 0 ? strchr (key + 1, '=') : NULL;

  *value = NULL;
  if (length > 0 && key[length - 1] == '"' &&
      (is_quoted || (equals != NULL && equals[1] == '"' && equals + 1 < key + length - 1)))
    key[--length] = '\0';
  if (equals != NULL) {
    *equals = '\0';
    *value = g_strdup (equals[1] == '"' ? equals + 2 : equals + 1);
  }
  return g_steal_pointer (&key);
}

/* Whether the keys are the same; "-" and "_" are to the kernel and to systemd. */
static gboolean
is_key (const char *a, const char *b)
{
  for (; *a != '\0' && *b != '\0'; a++, b++)
    if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
      return FALSE;
  return *a == *b;
}

/* Counts the words with this key, and gives the last one's value if it has one. */
static guint
find (const char *cmdline, const char *key, char **ret)
{
  g_auto (GStrv) words = kexec_cmdline_split (cmdline);
  g_autofree char *found = NULL;
  guint count = 0;

  for (guint i = 0; words[i] != NULL; i++) {
    g_autofree char *value = NULL;
    g_autofree char *word_key = parse_word (words[i], &value);

    if (!is_key (word_key, key))
      continue;
    count++;
    if (value != NULL) {
      g_free (found);
      found = g_steal_pointer (&value);
    }
  }
  if (ret != NULL)
    *ret = g_steal_pointer (&found);
  return count;
}

gboolean
kexec_cmdline_has (const char *cmdline, const char *key)
{
  return find (cmdline, key, NULL) > 0;
}

char *
kexec_cmdline_get (const char *cmdline, const char *key)
{
  char *value;

  find (cmdline, key, &value);
  return value;
}

GStrv
kexec_cmdline_get_all (const char *cmdline, const char *key)
{
  g_auto (GStrv) words = kexec_cmdline_split (cmdline);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; words[i] != NULL; i++) {
    g_autofree char *value = NULL;
    g_autofree char *word_key = parse_word (words[i], &value);

    if (value != NULL && is_key (word_key, key))
      g_strv_builder_add (builder, value);
  }
  return g_strv_builder_end (builder);
}

char *
kexec_cmdline_root_for_initrd (const char *cmdline)
{
  static const char *const prefixes[] = { "UUID=", "LABEL=", "/dev/disk/", "/dev/mapper/" };
  g_autofree char *root = kexec_cmdline_get (cmdline, "root");

  for (guint i = 0; root != NULL && i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (root, prefixes[i]))
      return g_steal_pointer (&root);
  return NULL;
}

/* Returns: (transfer full): @cmdline without the words that are unwanted. */
static char *
filter (const char *cmdline, gboolean (*is_unwanted) (const char *, const char *, const char *),
        const char *unwanted)
{
  g_auto (GStrv) words = kexec_cmdline_split (cmdline);
  g_autoptr (GString) rest = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++) {
    g_autofree char *value = NULL;
    g_autofree char *key = parse_word (words[i], &value);

    if (!is_unwanted (key, value, unwanted))
      g_string_append_printf (rest, "%s%s", rest->len > 0 ? " " : "", words[i]);
  }
  return g_string_free (g_steal_pointer (&rest), FALSE);
}

static gboolean
is_this_key (const char *key, const char *value, const char *unwanted)
{
  return is_key (key, unwanted);
}

char *
kexec_cmdline_remove (const char *cmdline, const char *key)
{
  return filter (cmdline, is_this_key, key);
}

static gboolean
is_transient (const char *key, const char *value, const char *unwanted)
{
  static const char *const transient[] = {
    "BOOT_IMAGE",
    "initrd",
    "initrdmem",
    "elfcorehdr",
    "kexec_jump_back_entry",
    "systemd.random_seed",
    "systemd.clock_usec",
  };

  for (guint i = 0; value != NULL && i < G_N_ELEMENTS (transient); i++)
    if (is_key (key, transient[i]))
      return TRUE;
  return FALSE;
}

char *
kexec_cmdline_clean (const char *cmdline)
{
  return filter (cmdline, is_transient, NULL);
}

/* Returns: (transfer full): @text without white space at either end. */
static char *
trim (const char *text)
{
  gsize length;

  while (is_space (*text))
    text++;
  for (length = strlen (text); length > 0 && is_space (text[length - 1]); length--)
    ;
  return g_strndup (text, length);
}

char *
kexec_cmdline_append (const char *cmdline, const char *more)
{
  g_autofree char *head = trim (cmdline);
  g_autofree char *tail = trim (more);

  return g_strconcat (head, *head != '\0' && *tail != '\0' ? " " : "", tail, NULL);
}

/* Whether text has characters that have no place on a line. */
static gboolean
has_control (const char *utf8)
{
  for (const char *p = utf8; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

/* Returns: what makes it no command line of ours, the end of a sentence; %NULL if nothing does. */
static const char *
find_flaw (const char *cmdline)
{
  if (!g_utf8_validate (cmdline, -1, NULL))
    return "is not UTF-8 text; write it without special characters";
  if (has_control (cmdline))
    return "holds a control character or a line break; write it as one line, with single spaces";
  if (strchr (cmdline, '\xa0') != NULL)
    return "holds a character with the byte A0, such as a no-break space, where the kernel would "
           "begin a new word; write it without that character";
  return NULL;
}

/* Whether somebody repeated root= who built an image or its addon, and not who composed words. */
static gboolean
is_repeated_by_image (guint roots, const char *own)
{
  return own != NULL && roots <= find (own, "root", NULL);
}

static void
check_root (const char *cmdline, const char *own, const char *subject, KexecFindings *findings)
{
  guint roots = find (cmdline, "root", NULL);

  if (roots == 0)
    kexec_findings_add (findings, KEXEC_FINDING_CMDLINE_NO_ROOT, subject, NULL,
                        "The command line names no root device (root=); add one, unless the initrd "
                        "finds it by itself");
  else if (roots > 1 && is_repeated_by_image (roots, own))
    kexec_findings_add (findings, KEXEC_FINDING_CMDLINE_TWO_ROOTS, subject, NULL,
                        "The command line of the image and its addons names the root device "
                        "(root=) more than once, and the last one counts; see that it is right");
  else if (roots > 1)
    kexec_findings_add (findings, KEXEC_FINDING_CMDLINE_INVALID, subject, NULL,
                        "The command line names the root device (root=) more than once; leave the "
                        "one that is right, and to replace it, give a whole command line instead "
                        "of words to append");
}

void
kexec_cmdline_check (const char *cmdline, guint limit, const char *own, const char *subject,
                     KexecFindings *findings)
{
  const char *flaw = find_flaw (cmdline);
  gsize length = strlen (cmdline);

  limit = limit > 0 ? MIN (limit, KEXEC_CMDLINE_MAX) : KEXEC_CMDLINE_MAX;
  if (length > limit) {
    g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

    g_variant_dict_insert (&args, "length", "t", (guint64) length);
    g_variant_dict_insert (&args, "limit", "t", (guint64) limit);
    kexec_findings_add (findings, KEXEC_FINDING_CMDLINE_TOO_LONG, subject,
                        g_variant_dict_end (&args),
                        "The command line has %" G_GSIZE_FORMAT " bytes, and this kernel takes at "
                        "most %u; shorten it",
                        length, limit);
  } else if (flaw != NULL) {
    kexec_findings_add (findings, KEXEC_FINDING_CMDLINE_INVALID, subject, NULL,
                        "The command line %s", flaw);
  } else {
    check_root (cmdline, own, subject, findings);
  }
}

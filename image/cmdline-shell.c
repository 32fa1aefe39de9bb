/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of a command line that give whoever sits at the console more than a boot. */
#include "image/cmdline.h"

#include <string.h>

/* How much of an offending word is shown. */
#define SHOWN_MAX 64

typedef enum {
  ALONE,   /* the word by itself */
  VALUE,   /* with a value, whatever it is */
  EITHER,  /* by itself or with any value */
  ENABLED, /* by itself, or with a value other than no, 0, false or off */
  UNIT,    /* with a value other than a unit that boots as usual */
  INIT,    /* with a value other than an init system's own program */
} Shape;

/* The manual of the program that reads the word says what it does. Each may also begin with "rd.",
   which means the initrd. */
static const struct {
  const char *key;
  Shape shape;
} table[] = {
  /* the kernel: kernel-parameters.rst */
  { "init", INIT },
  { "rdinit", VALUE },
  { "kgdbwait", EITHER },
  /* init of systemd, sysvinit, busybox and OpenRC */
  { "s", ALONE },
  { "S", ALONE },
  { "1", ALONE },
  { "single", ALONE },
  { "emergency", ALONE },
  { "rescue", ALONE },
  { "softlevel", VALUE },
  /* systemd(1), kernel-command-line(7), systemd-debug-generator(8), systemd-run-generator(8) */
  { "systemd.unit", UNIT },
  { "systemd.wants", VALUE },
  { "systemd.mask", VALUE },
  { "systemd.run", VALUE },
  { "systemd.debug_shell", ENABLED },
  { "systemd.crash_shell", ENABLED },
  { "systemd.confirm_spawn", ENABLED },
  { "systemd.break", EITHER },
  { "systemd.setenv", VALUE },
  { "systemd.set_credential", VALUE },
  { "systemd.set_credential_binary", VALUE },
  /* initrds: initramfs-tools(7), mkinitcpio(8), dracut.cmdline(7) */
  { "break", EITHER },
  { "rd.shell", ENABLED },
  { "rd.cmdline", VALUE },
  { "rdbreak", EITHER },
  { "rdshell", ENABLED },
  /* Ubuntu's recovery menu; genkernel's debug shell */
  { "recovery", ALONE },
  { "debug", ALONE },
};

/* Whether the value is one of a NULL-terminated list of words. */
static gboolean
is_one_of (const char *value, const char *const *words)
{
  for (; *words != NULL; words++)
    if (g_ascii_strcasecmp (value, *words) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
boots_as_usual (const char *unit)
{
  static const char *const units[] = { "default.target",   "graphical.target", "multi-user.target",
                                       "runlevel2.target", "runlevel3.target", "runlevel4.target",
                                       "runlevel5.target", "initrd.target",    NULL };

  return is_one_of (unit, units);
}

/* OpenRC's guide has its users name its init so. Paths that root alone can fill. */
static gboolean
is_init_system (const char *path)
{
  static const char *const directories[] = { "/sbin/", "/usr/sbin/", "/bin/", "/usr/bin/", NULL };
  static const char *const programs[] = { "init", "openrc-init", "systemd", NULL };

  for (guint i = 0; directories[i] != NULL; i++)
    if (g_str_has_prefix (path, directories[i]) &&
        g_strv_contains (programs, path + strlen (directories[i])))
      return TRUE;
  return g_str_equal (path, "/lib/systemd/systemd") ||
         g_str_equal (path, "/usr/lib/systemd/systemd");
}

static gboolean
has_shape (Shape shape, const char *value)
{
  static const char *const off[] = { "0", "no", "n", "false", "f", "off", NULL };

  switch (shape) {
  case ALONE:
    return value == NULL;
  case VALUE:
    return value != NULL;
  case ENABLED:
    return value == NULL || !is_one_of (value, off);
  case UNIT:
    return value != NULL && !boots_as_usual (value);
  case INIT:
    return value != NULL && !is_init_system (value);
  case EITHER:
  default:
    return TRUE;
  }
}

/* @word has no quotes. */
static gboolean
is_shell (const char *word)
{
  g_autofree char *key = g_strdelimit (g_strdup (word), "-", '_');
  char *equals = strchr (key, '=');
  const char *value = equals != NULL ? word + (equals - key) + 1 : NULL;
  const char *inner;

  if (word[0] == '-')
    return strcmp (word, "--") != 0;
  if (equals != NULL)
    *equals = '\0';
  inner = g_str_has_prefix (key, "rd.") ? key + 3 : key;
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].key, key) == 0 || strcmp (table[i].key, inner) == 0)
      return has_shape (table[i].shape, value);
  return FALSE;
}

/* Takes out the quotes of every reader: the kernel's, and those of shells and systemd. */
static char *
remove_quotes (const char *word)
{
  GString *bare = g_string_new (NULL);

  for (; *word != '\0'; word++)
    if (strchr ("\"'\\", *word) == NULL)
      g_string_append_c (bare, *word);
  return g_string_free (bare, FALSE);
}

static char *
printable (const char *word)
{
  char *shown = g_strndup (word, SHOWN_MAX);

  for (char *p = shown; *p != '\0'; p++)
    if (!g_ascii_isprint (*p))
      *p = '?';
  return shown;
}

char *
kexec_cmdline_opens_shell (const char *cmdline)
{
  g_auto (GStrv) words = g_strsplit_set (cmdline, " \t\n\v\f\r\xa0", -1);

  for (guint i = 0; words[i] != NULL; i++) {
    g_autofree char *bare = remove_quotes (words[i]);

    if (is_shell (bare))
      return printable (words[i]);
  }
  return NULL;
}

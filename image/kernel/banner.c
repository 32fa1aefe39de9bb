/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the banner of a Linux kernel, and takes it apart. */
#include "image/kernel/banner.h"

#include <string.h>

#include "image/search.h"

#define BANNER     "Linux version "
#define BANNER_MAX 512

/* A kernel has a few; what has more than this is made to keep us busy. */
#define ATTEMPTS_MAX 1000

typedef struct {
  char **release;
  char **version;
  guint n_left; /* attempts */
} Banner;

/* Printable ASCII. Returns: its length up to the NUL or line break; 0 if neither comes in time. */
static gsize
text_length (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++) {
    if (text[i] == '\0' || text[i] == '\n')
      return i;
    if (!g_ascii_isprint (text[i]))
      return 0;
  }
  return 0;
}

gboolean
kexec_version_parse (const char *text, gsize size, char **release, char **version)
{
  gsize length = text_length (text, size);
  gsize end = 0;

  while (end < length && text[end] != ' ')
    end++;
  if (end == 0 || end > KEXEC_RELEASE_MAX)
    return FALSE;
  *release = g_strndup (text, end);
  *version = end < length ? g_strndup (text + end + 1, length - end - 1) : g_strdup ("");
  return TRUE;
}

/*
 * "(builder@host) (compiler (of some build) 1.0, linker) #1 SMP date" without the compiler, so that
 * it reads as the version string of a bzImage does.
 */
static char *
drop_compiler (const char *version)
{
  const char *builder = strstr (version, ") (");
  const char *build = strstr (version, ") #");

  if (builder == NULL || build == NULL || build <= builder)
    return g_strdup (version);
  return g_strdup_printf ("%.*s%s", (int) (builder + 1 - version), version, build + 1);
}

/*
 * Programs hold the words too, as a format or to look for them: a real one has a number. A kernel
 * can hold two banners, the first without the number of the build ("# SMP", Linux: init/version.c
 * and init/version-timestamp.c): the search goes on, and the first stays unless there is a better.
 */
static gboolean
read_banner (const guint8 *text, gsize size, guint64 offset, gpointer user_data)
{
  Banner *banner = user_data;
  const gsize skip = strlen (BANNER);
  g_autofree char *release = NULL;
  g_autofree char *version = NULL;
  gboolean has_build;

  if (banner->n_left-- == 0)
    return TRUE;
  if (size <= skip || !g_ascii_isdigit ((char) text[skip]))
    return FALSE;
  if (!kexec_version_parse ((const char *) text + skip, size - skip, &release, &version))
    return FALSE;
  if (version[0] != '(' || strstr (version, ") ") == NULL)
    return FALSE;
  has_build = strstr (version, ") # ") == NULL;
  if (!has_build && *banner->release != NULL)
    return FALSE;
  g_free (*banner->release);
  g_free (*banner->version);
  *banner->release = g_steal_pointer (&release);
  *banner->version = drop_compiler (version);
  return has_build;
}

gboolean
kexec_banner_find (const KexecInput *input, const KexecWatch *watch, char **release, char **version)
{
  Banner banner = { .release = release, .version = version, .n_left = ATTEMPTS_MAX };

  *release = NULL;
  *version = NULL;
  kexec_search (input, BANNER, strlen (BANNER), BANNER_MAX, watch, read_banner, &banner);
  return *release != NULL;
}

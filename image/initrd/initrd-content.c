/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/initrd/initrd-content.h"

#include <string.h>
#include <sys/stat.h>

#include "image/initrd/initrd.h"

void
kexec_initrd_content_init (KexecInitrdContent *self)
{
  *self = (KexecInitrdContent){ .releases = g_ptr_array_new_with_free_func (g_free) };
}

void
kexec_initrd_content_clear (KexecInitrdContent *self)
{
  g_clear_pointer (&self->releases, g_ptr_array_unref);
}

/* The kernel unpacks in "/", so that "init", "./init" and "/init" are the same. */
static const char *
relative (const char *name)
{
  for (;;) {
    if (*name == '/')
      name++;
    else if (name[0] == '.' && name[1] == '/')
      name += 2;
    else
      return name[0] == '.' && name[1] == '\0' ? name + 1 : name;
  }
}

/* Links may lead to something that can be run; what they lead to is not looked for. */
static gboolean
can_run (guint32 mode)
{
  return S_ISLNK (mode) || (S_ISREG (mode) && (mode & 0111) != 0);
}

/* What makes no initrd of an archive that is read early. dracut marks its own with "early_cpio". */
static gboolean
is_early (const char *name)
{
  return *name == '\0' || g_str_has_prefix (name, "kernel/") || strcmp (name, "kernel") == 0 ||
         strcmp (name, "early_cpio") == 0;
}

void
kexec_initrd_content_add_release (GPtrArray *releases, const char *release, gsize length)
{
  /* From the end: members of one directory follow each other. */
  for (guint i = releases->len; i-- > 0;) {
    const char *known = releases->pdata[i];

    if (strncmp (known, release, length) == 0 && known[length] == '\0')
      return;
  }
  if (releases->len < KEXEC_INITRD_RELEASES_MAX)
    g_ptr_array_add (releases, g_strndup (release, length));
}

static void
look_for_release (KexecInitrdContent *self, const char *name, guint32 mode)
{
  static const char *const places[] = { "usr/lib/modules/", "lib/modules/" };

  if (S_ISDIR (mode))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    const char *release, *end;

    if (!g_str_has_prefix (name, places[i]))
      continue;
    release = name + strlen (places[i]);
    end = strchr (release, '/');
    if (end != NULL && end > release && end[1] != '\0')
      kexec_initrd_content_add_release (self->releases, release, (gsize) (end - release));
    return;
  }
}

void
kexec_initrd_content_add (KexecInitrdContent *self, const KexecCpioMember *member)
{
  const char *name = relative (member->name);

  self->n_files++;
  if (strcmp (name, "init") == 0)
    self->has_init = can_run (member->mode);
  if (!is_early (name))
    self->has_late = TRUE;
  else if (*name == 'k')
    self->has_early = TRUE;
  /* The kernel compares this name as it is written (lib/earlycpio.c). */
  if (S_ISREG (member->mode) && g_str_has_prefix (member->name, "kernel/x86/microcode/"))
    self->has_microcode = TRUE;
  look_for_release (self, name, member->mode);
}

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

/* What makes no initrd of an archive that is read early. dracut marks its own with "early_cpio". */
static gboolean
is_early (const char *name)
{
  return *name == '\0' || g_str_has_prefix (name, "kernel/") || strcmp (name, "kernel") == 0 ||
         strcmp (name, "early_cpio") == 0;
}

gboolean
kexec_initrd_content_add_release (GPtrArray *releases, const char *release, gsize length)
{
  /* From the end: members of one directory follow each other. */
  for (guint i = releases->len; i-- > 0;) {
    const char *known = releases->pdata[i];

    if (strncmp (known, release, length) == 0 && known[length] == '\0')
      return TRUE;
  }
  if (releases->len == KEXEC_INITRD_RELEASES_MAX)
    return FALSE;
  g_ptr_array_add (releases, g_strndup (release, length));
  return TRUE;
}

/* No kernel has a longer one (Linux: include/uapi/linux/utsname.h, __NEW_UTS_LEN). */
static gboolean
is_release (const char *release, gsize length)
{
  if (length > 64 || !g_ascii_isdigit (*release))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (release[i]))
      return FALSE;
  return TRUE;
}

/* "ext4.ko", "ext4.ko.zst", "modules.dep" */
static gboolean
is_module (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;

  return g_str_has_prefix (name, "modules.") || g_str_has_suffix (name, ".ko") ||
         strstr (name, ".ko.") != NULL;
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
    if (end == NULL || !is_module (end) || !is_release (release, (gsize) (end - release)))
      return;
    if (!kexec_initrd_content_add_release (self->releases, release, (gsize) (end - release)))
      self->has_more_releases = TRUE;
    return;
  }
}

static void
look_for_userspace (KexecInitrdContent *self, const char *name, guint32 mode)
{
  static const char *const places[] = { "bin/", "sbin/", "etc/", "lib/modules/" };

  if (S_ISDIR (mode))
    return;
  if (g_str_has_prefix (name, "usr/"))
    name += strlen ("usr/");
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_str_has_prefix (name, places[i]))
      self->has_userspace = TRUE;
}

/* ---- /init ---- */

/* Returns: what members have in common that are links to one file. */
static guint64
link_of (const KexecCpioMember *member)
{
  return (guint64) member->inode << 32 ^ (guint64) member->major << 16 ^ member->minor;
}

static guint64
bit_of (guint64 link)
{
  return (guint64) 1 << (g_int64_hash (&link) * 2654435769u >> 26);
}

static void
note_link (KexecInitrdContent *self, const KexecCpioMember *member)
{
  guint64 link = link_of (member);

  if (!S_ISREG (member->mode) || member->links < 2 || member->size == 0)
    return;
  self->full_links |= bit_of (link);
  if (!self->is_waiting || self->init_link != link)
    return;
  self->is_waiting = FALSE;
  self->has_init = TRUE;
  self->init_problem = NULL;
}

/* Links may lead to something that can be run; what symbolic ones lead to is not looked for. */
static const char *
find_problem (const KexecInitrdContent *self, const KexecCpioMember *member)
{
  gboolean is_linked = member->links > 1 && (self->full_links & bit_of (link_of (member))) != 0;

  if (S_ISLNK (member->mode))
    return NULL;
  if (!S_ISREG (member->mode))
    return "is no program";
  if ((member->mode & 0111) == 0)
    return "may not be run";
  return member->size > 0 || is_linked ? NULL : "is empty";
}

/* The kernel unpacks one over the other. */
static void
take_init (KexecInitrdContent *self, const KexecCpioMember *member)
{
  self->init_problem = find_problem (self, member);
  self->has_init = self->init_problem == NULL;
  self->is_waiting =
    S_ISREG (member->mode) && (member->mode & 0111) != 0 && !self->has_init && member->links > 1;
  self->init_link = link_of (member);
}

void
kexec_initrd_content_add (KexecInitrdContent *self, const KexecCpioMember *member)
{
  const char *name = relative (member->name);

  self->n_files++;
  note_link (self, member);
  if (strcmp (name, "init") == 0)
    take_init (self, member);
  if (!is_early (name))
    self->has_late = TRUE;
  else if (*name == 'k')
    self->has_early = TRUE;
  /* The kernel compares this name as it is written (lib/earlycpio.c). */
  if (S_ISREG (member->mode) && g_str_has_prefix (member->name, "kernel/x86/microcode/"))
    self->has_microcode = TRUE;
  look_for_release (self, name, member->mode);
  look_for_userspace (self, name, member->mode);
}

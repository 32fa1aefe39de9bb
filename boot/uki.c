/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes entries of unified kernel images and their addons. */
#include "boot/uki.h"

#include <string.h>
#include <sys/stat.h>

#include "boot/uki-beside.h"
#include "image/cmdline.h"
#include "image/kernel/kernel.h"

/* One image. */
typedef struct {
  KexecEntry *entry;   /* of the default profile */
  const char *options; /* the command line that the boot loader passes; "" if it passes none */
  const KexecUki *uki;
  const KexecUkiBeside *beside;
} Image;

static void
set_cmdline (const Image *self, KexecEntry *entry, const KexecUkiProfile *profile,
             const GPtrArray *addons)
{
  gboolean is_passed = *self->options != '\0';
  g_autofree char *own = kexec_uki_join_cmdline (profile->cmdline, addons);
  g_autofree char *cmdline =
    is_passed ? kexec_uki_join_cmdline (self->options, addons) : g_strdup (own);

  entry->cmdline_origin =
    profile->has_cmdline || is_passed ? KEXEC_CMDLINE_OWN : KEXEC_CMDLINE_NONE;
  if (strlen (cmdline) > KEXEC_CMDLINE_MAX) {
    /* Never kept: a listing of many such images would not fit into memory or a message. */
    kexec_cmdline_check (cmdline, 0, cmdline, entry->kernel, entry->findings);
    return;
  }
  g_free (entry->cmdline);
  entry->cmdline = g_steal_pointer (&cmdline);
  g_clear_pointer (&entry->own_cmdline, g_free);
  if (strlen (own) <= KEXEC_CMDLINE_MAX)
    entry->own_cmdline = g_steal_pointer (&own);
}

/* Adds to an entry what is in the addons that apply to this profile. */
static void
set_addons (const Image *self, KexecEntry *entry, const KexecUkiProfile *profile)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_autoptr (GPtrArray) addons = g_ptr_array_new ();

  for (guint i = 0; i < self->beside->addons->len; i++) {
    const KexecUkiAddonFile *addon = self->beside->addons->pdata[i];

    if (!kexec_uki_addon_applies (addon->facts, self->uki, profile))
      continue;
    g_strv_builder_add (paths, addon->path);
    g_ptr_array_add (addons, addon->facts);
  }
  kexec_uki_addons_pass_over (self->beside->addons->len - addons->len, entry->kernel,
                              entry->findings);
  g_strfreev (entry->addons);
  entry->addons = g_strv_builder_end (paths);
  set_cmdline (self, entry, profile, addons);
}

/* Returns: (transfer full): the release that the image says it has, or that its kernel does; ""
   if neither says. */
static char *
read_version (const KexecUkiProfile *profile)
{
  g_autoptr (GBytes) head = NULL;
  char *release = NULL;

  if (profile->release != NULL)
    return g_strdup (profile->release);
  head = kexec_input_load (&profile->kernel, 0,
                           (gsize) MIN (profile->kernel.size, KEXEC_KERNEL_HEAD_SIZE));
  if (head != NULL)
    release = kexec_kernel_read_release (head);
  return release != NULL ? release : g_strdup ("");
}

static void
set_profile (const Image *self, KexecEntry *entry, const KexecUkiProfile *profile)
{
  g_free (entry->version);
  entry->version = read_version (profile);
  g_free (entry->profile_title);
  entry->profile_title = g_strdup (profile->title);
  g_free (entry->os_name);
  entry->os_name = g_strdup (profile->os_name != NULL ? profile->os_name : "");
  kexec_entry_set (&entry->os_version, profile->os_version != NULL ? profile->os_version : "");
  kexec_entry_set (&entry->os_sort_key, profile->sort_key != NULL ? profile->sort_key : "");
  kexec_entry_set (&entry->architecture,
                   self->uki->architecture != NULL ? self->uki->architecture : "");
  entry->is_uki = TRUE;
  entry->has_initrd = profile->initrds->len > 0;
  set_addons (self, entry, profile);
}

/* A profile is found by its id as well as by its number. */
static void
set_aliases (const Image *self, KexecEntry *entry, const KexecUkiProfile *profile, guint number)
{
  g_strfreev (entry->aliases);
  entry->aliases = g_new0 (char *, 3);
  entry->aliases[0] = g_strdup_printf ("%s@%u", self->entry->id, number);
  if (*profile->id != '\0')
    entry->aliases[1] = g_strdup_printf ("%s@%s", self->entry->id, profile->id);
}

/* Returns: (transfer full): an entry for another profile of the image. */
static KexecEntry *
make_entry (const Image *self, const KexecUkiProfile *profile, guint number)
{
  KexecEntry *entry = kexec_entry_new ();

  g_free (entry->profile);
  entry->profile = *profile->id != '\0' ? g_strdup (profile->id) : g_strdup_printf ("%u", number);
  g_free (entry->id);
  entry->id = g_strdup_printf ("%s@%s", self->entry->id, entry->profile);
  g_free (entry->kernel);
  entry->kernel = g_strdup (self->entry->kernel);
  entry->place = self->entry->place != NULL ? kexec_place_ref (self->entry->place) : NULL;
  g_strfreev (entry->named_by);
  entry->named_by = g_strdupv (self->entry->named_by);
  entry->is_locked = self->entry->is_locked;
  g_free (entry->source);
  entry->source = g_strdup (self->entry->source);
  entry->kind = self->entry->kind;
  kexec_findings_append (entry->findings, self->entry->findings);
  set_profile (self, entry, profile);
  set_aliases (self, entry, profile, number);
  return entry;
}

/* Adds entries for all profiles but the first, and makes the image's own entry that of the first.
 */
static void
add_profiles (const Image *self, GPtrArray *others)
{
  kexec_findings_append (self->entry->findings, self->beside->findings);
  for (guint i = 1; i < self->uki->profiles->len; i++) {
    g_autoptr (KexecEntry) entry = make_entry (self, self->uki->profiles->pdata[i], i);

    /* A file's name can be so long that there is none left for its profiles. */
    if (kexec_entry_is_id (entry->id))
      g_ptr_array_add (others, g_steal_pointer (&entry));
  }
  set_profile (self, self->entry, self->uki->profiles->pdata[0]);
  set_aliases (self, self->entry, self->uki->profiles->pdata[0], 0);
}

GPtrArray *
kexec_uki_entries_read (KexecEntry *entry, int place_fd, int fd)
{
  g_autoptr (GPtrArray) others =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_entry_unref);
  g_autoptr (KexecFindings) problems = kexec_findings_new ();
  g_autoptr (KexecUki) uki = NULL;
  g_autofree char *options = NULL;
  KexecInput input;
  struct stat st;

  if (fstat (fd, &st) < 0)
    return NULL;
  input = kexec_input_from_fd (fd, (guint64) st.st_size);
  if (!kexec_uki_recognize (&input))
    return NULL;
  entry->is_uki = TRUE;
  options = g_strdup (entry->cmdline);
  uki = kexec_uki_read (&input, entry->kernel, problems);
  if (uki != NULL) {
    g_autoptr (KexecUkiBeside) beside =
      kexec_uki_beside_read (entry->place, place_fd, entry->kernel);
    const Image self = { .entry = entry, .options = options, .uki = uki, .beside = beside };

    add_profiles (&self, others);
  } else {
    /* The system's command line is not its own, so that nothing need be said about that one. */
    entry->cmdline_origin = KEXEC_CMDLINE_OWN;
    kexec_findings_append (entry->findings, problems);
  }
  return g_steal_pointer (&others);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads unified kernel images, and finds their profiles. */
#include "image/uki/uki-private.h"

#include <string.h>

#define ID_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-"

void
kexec_uki_profile_free (KexecUkiProfile *self)
{
  g_free (self->id);
  g_free (self->title);
  g_clear_pointer (&self->microcode, g_array_unref);
  g_clear_pointer (&self->initrds, g_array_unref);
  g_free (self->cmdline);
  g_free (self->release);
  g_free (self->os_name);
  g_free (self->os_version);
  g_free (self->sort_key);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecUkiProfile, kexec_uki_profile_free)

void
kexec_uki_free (KexecUki *self)
{
  g_ptr_array_unref (self->profiles);
  g_free (self);
}

gboolean
kexec_uki_recognize (const KexecInput *input)
{
  g_autoptr (KexecPe) pe = kexec_pe_read (input, NULL);

  for (guint i = 0; pe != NULL && i < pe->sections->len; i++)
    if (strcmp (g_array_index (pe->sections, KexecPeSection, i).name, ".linux") == 0)
      return TRUE;
  return FALSE;
}

/* Returns: (transfer full): the id, or "" where it could not be written down as ENTRY@ID. */
static char *
read_id (const char *text)
{
  g_autofree char *id = kexec_uki_get_variable (text, "ID");
  gsize length = id != NULL ? strspn (id, ID_CHARACTERS) : 0;

  return g_strdup (length > 0 && length <= KEXEC_UKI_ID_MAX && id[length] == '\0' ? id : "");
}

/* @names: what is looked for, the best first. Returns: (transfer full) (nullable): its value. */
static char *
get_first (const char *text, const char *const *names)
{
  char *value = NULL;

  while (value == NULL && *names != NULL)
    value = kexec_uki_get_variable (text, *names++);
  return value;
}

/* As systemd-boot chooses them (systemd: src/fundamental/bootspec.c). */
static void
read_os_release (KexecUkiProfile *profile, const char *text)
{
  static const char *const names[] = { "PRETTY_NAME", "NAME", NULL };
  static const char *const versions[] = { "IMAGE_VERSION", "VERSION", "VERSION_ID", "BUILD_ID",
                                          NULL };
  static const char *const sort_keys[] = { "IMAGE_ID", "ID", NULL };

  profile->os_name = get_first (text, names);
  profile->os_version = get_first (text, versions);
  profile->sort_key = get_first (text, sort_keys);
}

static gboolean
read_names (const KexecUkiScope *scope, KexecUkiProfile *profile)
{
  g_autofree char *text = NULL;
  g_autofree char *os_release = NULL;

  if (!kexec_uki_load_text (scope, ".profile", &text) ||
      !kexec_uki_load_text (scope, ".osrel", &os_release))
    return FALSE;
  profile->id = read_id (text);
  profile->title = kexec_uki_get_variable (text, "TITLE");
  if (profile->title == NULL)
    profile->title = g_strdup ("");
  read_os_release (profile, os_release);
  return TRUE;
}

static gboolean
read_kernel (const KexecUkiScope *scope, KexecUkiProfile *profile)
{
  const KexecPeSection *section = kexec_uki_find_section (scope, ".linux");

  if (section == NULL)
    return kexec_uki_refuse (scope->reading, NULL,
                             "is damaged: its section .linux, which is the kernel, is missing or "
                             "empty; install or build it again");
  profile->kernel = kexec_input_slice (scope->reading->input, section->offset, section->size);
  return TRUE;
}

/* Returns: (transfer full) (nullable): %NULL with a finding. */
static KexecUkiProfile *
read_profile (const KexecUkiScope *scope)
{
  g_autoptr (KexecUkiProfile) profile = g_new0 (KexecUkiProfile, 1);

  if (!read_names (scope, profile) || !read_kernel (scope, profile) ||
      !kexec_uki_load_cmdline (scope, &profile->cmdline) ||
      !kexec_uki_load_release (scope, &profile->release))
    return NULL;
  profile->has_cmdline = profile->cmdline != NULL;
  if (!profile->has_cmdline)
    profile->cmdline = g_strdup ("");
  profile->microcode = kexec_uki_take_section (scope, ".ucode");
  profile->initrds = kexec_uki_take_section (scope, ".initrd");
  profile->has_devicetree = kexec_uki_find_section (scope, ".dtb") != NULL ||
                            kexec_uki_find_section (scope, ".dtbauto") != NULL;
  profile->has_pcr_signature = kexec_uki_find_section (scope, ".pcrsig") != NULL;
  return g_steal_pointer (&profile);
}

/* Returns: the number of the next ".profile" from @index on, or of sections. */
static guint
find_profile_section (const KexecUkiReading *self, guint index)
{
  while (index < self->pe->sections->len &&
         strcmp (kexec_uki_section (self, index)->name, ".profile") != 0)
    index++;
  return index;
}

static gboolean
read_profiles (const KexecUkiReading *self, GPtrArray *profiles)
{
  KexecUkiScope scope = { .reading = self };

  scope.base_end = find_profile_section (self, 0);
  scope.end = scope.base_end;
  do {
    KexecUkiProfile *profile;

    if (profiles->len == KEXEC_UKI_PROFILES_MAX)
      return kexec_uki_refuse (self, NULL,
                               "has more than %d profiles, which is more than are read; build it "
                               "with fewer",
                               KEXEC_UKI_PROFILES_MAX);
    scope.start = scope.end;
    if (scope.start < self->pe->sections->len)
      scope.end = find_profile_section (self, scope.start + 1);
    profile = read_profile (&scope);
    if (profile == NULL)
      return FALSE;
    g_ptr_array_add (profiles, profile);
  } while (scope.end < self->pe->sections->len);
  return TRUE;
}

/* Whether @name is the number @index, written as numbers are. */
static gboolean
is_number (const char *name, guint index)
{
  g_autofree char *number = g_strdup_printf ("%u", index);

  return strcmp (name, number) == 0;
}

/* Each name leads to one profile: an id is no other's, nor another's number. */
static gboolean
check_ids (const KexecUkiReading *self, const GPtrArray *profiles)
{
  for (guint i = 0; i < profiles->len; i++) {
    const char *id = ((KexecUkiProfile *) profiles->pdata[i])->id;

    for (guint j = 0; j < profiles->len && *id != '\0'; j++)
      if (j != i &&
          (is_number (id, j) || strcmp (id, ((KexecUkiProfile *) profiles->pdata[j])->id) == 0))
        return kexec_uki_refuse (self, NULL,
                                 "is damaged: \"%s\" names both profile %u and profile %u of it; "
                                 "build it with a different ID= in each",
                                 id, MIN (i, j), MAX (i, j));
  }
  return TRUE;
}

KexecUki *
kexec_uki_read (const KexecInput *input, const char *subject, KexecFindings *findings)
{
  const char *problem;
  g_autoptr (KexecPe) pe = kexec_pe_read (input, &problem);
  g_autoptr (GPtrArray) profiles =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_uki_profile_free);
  const KexecUkiReading reading = {
    .input = input,
    .pe = pe,
    .subject = subject,
    .name = *subject != '\0' ? subject : "The kernel",
    .findings = findings,
    .code = KEXEC_FINDING_UKI_MALFORMED,
  };
  KexecUki *self;

  if (pe == NULL)
    kexec_uki_refuse (&reading, NULL, "is damaged: %s; install or build it again",
                      problem != NULL ? problem : "it does not begin as an EFI program does");
  if (pe == NULL || !kexec_uki_check_sections (&reading) || !read_profiles (&reading, profiles) ||
      !check_ids (&reading, profiles))
    return NULL;
  kexec_uki_check_memory (&reading);
  self = g_new0 (KexecUki, 1);
  self->architecture = kexec_pe_architecture (pe);
  self->profiles = g_steal_pointer (&profiles);
  return self;
}

const KexecUkiProfile *
kexec_uki_find_profile (const KexecUki *self, const char *name)
{
  if (name == NULL || *name == '\0')
    return self->profiles->pdata[0];
  for (guint i = 0; i < self->profiles->len; i++) {
    const KexecUkiProfile *profile = self->profiles->pdata[i];

    if (strcmp (profile->id, name) == 0 || is_number (name, i))
      return profile;
  }
  return NULL;
}

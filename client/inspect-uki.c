/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/inspect-uki.h"

#include <string.h>

#include "client/inspect-fit.h"
#include "image/cmdline.h"
#include "image/uki/companion.h"

/* Addons beyond this many are not read. */
#define MAX_ADDONS 64

static const char MICROCODE[] = ".ucode", INITRD[] = ".initrd";

/* --- initrds and microcode --- */

/* Adds those of @inputs that are not there yet: profiles share sections. */
static void
collect (KexecInspected *self, const GArray *inputs, const char *section)
{
  for (guint i = 0; i < inputs->len; i++) {
    const KexecInput *input = &g_array_index (inputs, KexecInput, i);
    KexecInspectPart *part;

    if (kexec_inspected_find_part (self, input) != NULL)
      continue;
    part = g_new0 (KexecInspectPart, 1);
    part->section = section;
    part->input = *input;
    g_ptr_array_add (self->parts, part);
  }
}

/* Returns: (transfer full): what to call a part in findings: by its number only if it has to be. */
static char *
name_part (const KexecInspected *self, guint index)
{
  const KexecInspectPart *part = self->parts->pdata[index];
  guint number = 0, n = 0;

  for (guint i = 0; i < self->parts->len; i++) {
    const KexecInspectPart *other = self->parts->pdata[i];

    if (other->section != part->section)
      continue;
    n++;
    if (i <= index)
      number++;
  }
  if (n == 1)
    return g_strdup_printf ("%s (%s)", self->path, part->section);
  return g_strdup_printf ("%s (%s %u)", self->path, part->section, number);
}

static void
verify (KexecInspected *self, const KexecInspectHost *host)
{
  g_autofree KexecInitrdJob *jobs = g_new0 (KexecInitrdJob, self->parts->len);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->parts->len; i++) {
    const KexecInspectPart *part = self->parts->pdata[i];

    g_ptr_array_add (names, name_part (self, i));
    jobs[i].input = part->input;
    jobs[i].subject = names->pdata[i];
  }
  kexec_initrds_inspect (jobs, self->parts->len, &host->watch, self->findings);
  for (guint i = 0; i < self->parts->len; i++) {
    KexecInspectPart *part = self->parts->pdata[i];

    part->initrd = jobs[i].initrd;
  }
}

void
kexec_inspect_parts (KexecInspected *self, const KexecInspectHost *host)
{
  const KexecUki *uki = self->kernel != NULL ? self->kernel->uki : NULL;

  for (guint i = 0; uki != NULL && i < uki->profiles->len; i++) {
    const KexecUkiProfile *profile = uki->profiles->pdata[i];

    collect (self, profile->microcode, MICROCODE);
    collect (self, profile->initrds, INITRD);
  }
  if (self->addon != NULL) {
    collect (self, self->addon->microcode, MICROCODE);
    collect (self, self->addon->initrds, INITRD);
  }
  verify (self, host);
}

/* --- addons --- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Returns: (transfer full) (element-type char *): sorted names of addons, none if there is no
 * directory; @kinds: KexecCompanion: what there is. */
static GPtrArray *
list_addons (const char *directory, guint *kinds)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GDir *dir = g_dir_open (directory, 0, NULL);
  const char *name;

  *kinds = KEXEC_COMPANION_NONE;
  if (dir == NULL)
    return names;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (directory, name, NULL);
    KexecCompanion kind = kexec_companion_recognize (name);

    if (kind == KEXEC_COMPANION_NONE || g_file_test (path, G_FILE_TEST_IS_DIR))
      continue;
    *kinds |= kind;
    if (kind == KEXEC_COMPANION_ADDON)
      g_ptr_array_add (names, g_strdup (name));
  }
  g_dir_close (dir);
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
read_addon (KexecInspected *self, const char *path, const KexecInspectHost *host)
{
  g_autoptr (GError) error = NULL;
  KexecInspected *addon = kexec_inspected_read_addon (path, host, &error);

  if (addon == NULL) {
    kexec_findings_add (self->findings, KEXEC_FINDING_UKI_ADDON_UNUSABLE, path, NULL,
                        "%s; it is left out of what was checked", error->message);
    return;
  }
  g_ptr_array_add (self->addons, addon);
  kexec_findings_append (self->findings, addon->findings);
}

void
kexec_inspect_addons (KexecInspected *self, const KexecInspectHost *host)
{
  g_autofree char *directory = g_strconcat (self->path, ".extra.d", NULL);
  guint kinds;
  g_autoptr (GPtrArray) names = list_addons (directory, &kinds);

  for (guint i = 0; i < MIN (names->len, MAX_ADDONS); i++) {
    g_autofree char *path = g_build_filename (directory, names->pdata[i], NULL);

    read_addon (self, path, host);
  }
  if (names->len > MAX_ADDONS)
    kexec_findings_add (self->findings, KEXEC_FINDING_UKI_ADDON_UNUSABLE, directory, NULL,
                        "%s holds more than %d addons; the rest is left out of what was checked",
                        directory, MAX_ADDONS);
  kexec_companions_check (kinds, self->path, self->findings);
}

/* --- profiles --- */

static gboolean
holds (const KexecFindings *findings, const KexecFinding *finding)
{
  for (guint i = 0; i < findings->len; i++) {
    const KexecFinding *other = findings->pdata[i];

    if (other->code == finding->code && g_str_equal (other->subject, finding->subject) &&
        g_str_equal (other->text, finding->text))
      return TRUE;
  }
  return FALSE;
}

/* Moves what is not there yet: much is the same for all profiles. */
static void
take_new (KexecFindings *findings, KexecFindings *more)
{
  while (more->len > 0) {
    KexecFinding *finding = g_ptr_array_steal_index (more, 0);

    if (holds (findings, finding))
      kexec_finding_free (finding);
    else
      g_ptr_array_add (findings, finding);
  }
}

/* Returns: (transfer full) (element-type KexecUkiAddon): those that a boot of @profile uses. */
static GPtrArray *
choose_addons (const KexecInspected *self, const KexecUkiProfile *profile, KexecFindings *findings)
{
  GPtrArray *chosen = g_ptr_array_new ();
  guint n_passed_over = 0;

  for (guint i = 0; i < self->addons->len; i++) {
    const KexecInspected *addon = self->addons->pdata[i];

    if (addon->addon == NULL)
      continue;
    if (kexec_uki_addon_applies (addon->addon, self->kernel->uki, profile))
      g_ptr_array_add (chosen, addon->addon);
    else
      n_passed_over++;
  }
  kexec_uki_addons_pass_over (n_passed_over, self->path, findings);
  return chosen;
}

static void
add_initrds (const KexecInspected *self, const GArray *inputs, GPtrArray *initrds)
{
  for (guint i = 0; i < inputs->len; i++) {
    const KexecInspectPart *part =
      kexec_inspected_find_part (self, &g_array_index (inputs, KexecInput, i));

    g_ptr_array_add (initrds, part->initrd);
  }
}

static void
check_profile (const KexecInspected *self, const KexecUkiProfile *profile, const char *subject,
               const KexecKernel *kernel, const KexecInspectHost *host, KexecFindings *findings)
{
  g_autoptr (GPtrArray) addons = choose_addons (self, profile, findings);
  g_autoptr (GArray) microcode = kexec_uki_list_microcode (profile, addons);
  g_autoptr (GArray) images = kexec_uki_list_initrds (profile, addons);
  g_autoptr (GPtrArray) initrds = g_ptr_array_new ();
  g_autofree char *cmdline = kexec_uki_join_cmdline (profile->cmdline, addons);

  add_initrds (self, microcode, initrds);
  add_initrds (self, images, initrds);
  /* Without one, it gets what a boot loader or the user gives it. */
  if (*cmdline != '\0')
    kexec_cmdline_check (cmdline, kernel->cmdline_limit, cmdline, subject, findings);
  kexec_inspect_fit (self->path, kernel, initrds, subject, cmdline, &host->machine, findings);
}

/* Returns: (transfer full): how a profile is named beside its file, FILE@PROFILE. */
static char *
name_profile (const KexecInspected *self, guint index)
{
  const GPtrArray *profiles = self->kernel->uki->profiles;
  const KexecUkiProfile *profile = profiles->pdata[index];

  if (profiles->len == 1)
    return g_strdup (self->path);
  if (*profile->id != '\0')
    return g_strdup_printf ("%s@%s", self->path, profile->id);
  return g_strdup_printf ("%s@%u", self->path, index);
}

/* A profile can bring a kernel of its own. Returns: (transfer full) (nullable): what it is. */
static KexecKernel *
inspect_other_kernel (const KexecInspected *self, guint index, const KexecInspectHost *host,
                      KexecFindings *findings)
{
  const GPtrArray *profiles = self->kernel->uki->profiles;
  const KexecUkiProfile *first = profiles->pdata[0], *profile = profiles->pdata[index];
  const KexecInput input = kexec_input_from_fd (self->fd, self->size);
  g_autofree char *number = g_strdup_printf ("%u", index);

  if (profile->kernel.offset == first->kernel.offset && profile->kernel.size == first->kernel.size)
    return NULL;
  return kexec_kernel_inspect (&input, self->path, &host->machine, number, &host->watch, findings);
}

void
kexec_inspect_profiles (KexecInspected *self, const KexecInspectHost *host)
{
  for (guint i = 0; i < self->kernel->uki->profiles->len; i++) {
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autofree char *subject = name_profile (self, i);
    g_autoptr (KexecKernel) other = inspect_other_kernel (self, i, host, findings);

    check_profile (self, self->kernel->uki->profiles->pdata[i], subject,
                   other != NULL ? other : self->kernel, host, findings);
    take_new (self->findings, findings);
  }
}

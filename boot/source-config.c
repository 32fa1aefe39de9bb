/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes entries of kernels that are named one by one: by the administrator, and by Gentoo's list.
 */
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/initrds.h"
#include "boot/installkernel.h"
#include "boot/kernel-release.h"
#include "boot/source.h"
#include "boot/uki.h"

/* A kernel that is named, and what is known of it before it is opened. */
typedef struct {
  KexecScan *scan;
  KexecMenu *menu;
  KexecEntry *entry;        /* its kernel, source and who names it are set */
  const char *named_by;     /* the file that names the kernel, or its initrds */
  const char *version;      /* "" if it is not known */
  GStrv initrds;            /* (nullable): absolute paths; %NULL: those that lie beside it */
  gboolean wants_microcode; /* before @initrds */
  gboolean is_gentoo;
} Kernel;

/* Returns: (transfer full): a path of the configuration, made absolute. */
static char *
make_absolute (const KexecConfig *config, const char *path)
{
  const char *boot = config->boot_path != NULL ? config->boot_path : "/boot";

  return *path == '/' ? g_strdup (path) : g_build_filename (boot, path, NULL);
}

/* Returns: (transfer full): a name in the form that boot/initrds.h takes; one that tells nothing is
   taken for a kernel without a version. */
static KexecKernelName *
parse_name (const char *file)
{
  KexecKernelName *name = kexec_kernel_name_parse (file);

  return name != NULL ? name : kexec_kernel_name_parse ("kernel");
}

static gboolean
is_taken (const KexecMenu *menu, const char *id)
{
  for (guint i = 0; i < menu->entries->len; i++)
    if (strcmp (((KexecEntry *) menu->entries->pdata[i])->id, id) == 0)
      return TRUE;
  return FALSE;
}

/* Adds an entry to the menu, with an id of its own, which stays short enough to be one. */
static void
add_entry (KexecMenu *menu, KexecEntry *entry)
{
  g_autofree char *id = g_strdup (entry->id);

  for (guint i = 2; is_taken (menu, entry->id); i++) {
    g_free (entry->id);
    entry->id = g_strdup_printf ("%.240s+%u", id, i);
  }
  g_ptr_array_add (menu->entries, kexec_entry_ref (entry));
}

/* @version: what an id can be made of where the name tells nothing; "" if it is not known */
static void
set_id (KexecEntry *entry, const char *file, const char *version)
{
  g_autoptr (KexecKernelName) name = kexec_kernel_name_parse (file);

  g_free (entry->id);
  if (name != NULL && *name->base != '\0')
    entry->id = g_strdup (name->label);
  else if (name == NULL && *version != '\0')
    entry->id = g_strdup (version);
  else
    entry->id = kexec_entry_make_id (file);
  if (name != NULL)
    entry->kind = name->kind;
}

/* Whether the initrds that are named lie in the same place as the kernel. */
static gboolean
is_one_place (const Kernel *self, const KexecPlace *place)
{
  for (guint i = 0; self->initrds != NULL && self->initrds[i] != NULL; i++)
    if (kexec_scan_place_of (self->scan, self->initrds[i]) != place)
      return FALSE;
  return TRUE;
}

/* Whether a symlink leads out of the place, to something that is there. */
static gboolean
leads_out (const Kernel *self)
{
  const char *path = self->entry->kernel;
  kexec_autofd inside = kexec_scan_open (self->scan, path, O_PATH, NULL);
  kexec_autofd outside = kexec_beneath_open_in_root (self->scan->root_fd, path, O_PATH, NULL);

  return inside < 0 && outside >= 0;
}

/* The kernel's place or, where not all files lie in it, the root: the administrator, who names
   them, may name any. What is mounted for the scan alone cannot be reached from the root. */
static void
set_place (Kernel *self)
{
  KexecPlace *place = kexec_scan_place_of (self->scan, self->entry->kernel);
  gboolean is_one = is_one_place (self, place);

  if (!place->needs_mount && (!is_one || leads_out (self)))
    place = kexec_scan_root (self->scan);
  self->entry->place = kexec_place_ref (place);
  if (is_one || !place->needs_mount)
    return;
  kexec_findings_add (self->entry->findings, KEXEC_FINDING_ENTRY_INVALID, self->entry->kernel, NULL,
                      "%s names initrds outside of %s, which is not mounted; mount it, or put them "
                      "there",
                      self->named_by, place->path);
  self->initrds = NULL;
}

/* Opens something by its path, in the entry's place. */
static int
open_path (const Kernel *self, const char *path, int flags, GError **error)
{
  if (self->entry->place == kexec_scan_root (self->scan))
    return kexec_beneath_open_in_root (self->scan->root_fd, path, flags, error);
  return kexec_scan_open (self->scan, path, flags, error);
}

/* Opens what has to be a regular file; if it is not, there is a finding. */
static int
open_regular (const Kernel *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = open_path (self, path, O_RDONLY, &error);
  struct stat st;

  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_size > 0)
    return kexec_fd_steal (&fd);
  if (error == NULL)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                 "%s is empty, or not a regular file", path);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    kexec_findings_add (self->entry->findings, KEXEC_FINDING_ENTRY_UNREADABLE, path, NULL,
                        "%s is not there, but %s names it; put it there, or name another", path,
                        self->named_by);
  else
    kexec_entry_add_unreadable (self->entry->findings, path, error);
  return -1;
}

static void
set_initrds (Kernel *self, int dirfd, const char *path, const KexecKernelName *name)
{
  gboolean is_damaged = self->entry->is_uki && self->entry->aliases[0] == NULL;

  /* A unified kernel image brings its own; of one that cannot be read nobody can tell. */
  if (self->initrds == NULL && dirfd >= 0 && !self->entry->has_initrd && !is_damaged)
    kexec_initrds_find (self->entry, name, dirfd, path, self->is_gentoo);
  if (self->initrds == NULL)
    return;
  for (guint i = 0; self->initrds[i] != NULL; i++) {
    kexec_autofd fd = open_regular (self, self->initrds[i]);

    (void) fd; /* opened only to see that it can be */
  }
  g_strfreev (self->entry->initrds);
  self->entry->initrds = g_strdupv (self->initrds);
  if (self->wants_microcode && dirfd >= 0)
    kexec_initrds_prepend_microcode (self->entry, dirfd, path);
}

/* Completes the entry by what the kernel file says. Returns: (transfer full) (nullable): entries of
   the other profiles of a unified kernel image. */
static GPtrArray *
read_kernel (Kernel *self, int dirfd)
{
  kexec_autofd fd = open_regular (self, self->entry->kernel);
  GPtrArray *others =
    fd >= 0 && dirfd >= 0 ? kexec_uki_entries_read (self->entry, dirfd, fd) : NULL;
  g_autofree char *release = fd >= 0 && others == NULL ? kexec_kernel_release_read (fd) : NULL;

  if (release != NULL)
    kexec_entry_set (&self->entry->version, release);
  return others;
}

/* Adds the entry of a kernel of which the paths and who names it are set, and those of profiles. */
static void
add_kernel (Kernel *self)
{
  g_autofree char *file = g_path_get_basename (self->entry->kernel);
  g_autofree char *path = g_path_get_dirname (self->entry->kernel);
  g_autoptr (KexecKernelName) name = parse_name (file);
  g_autoptr (GPtrArray) others = NULL;
  kexec_autofd dirfd = -1;

  set_id (self->entry, file, self->version);
  set_place (self);
  dirfd = open_path (self, path, O_RDONLY | O_DIRECTORY, NULL);
  others = read_kernel (self, dirfd);
  if (*self->entry->version == '\0')
    kexec_entry_set (&self->entry->version,
                     *self->version != '\0' ? self->version : kexec_kernel_name_version (name));
  set_initrds (self, dirfd, path, name);
  add_entry (self->menu, self->entry);
  for (guint i = 0; others != NULL && i < others->len; i++)
    add_entry (self->menu, others->pdata[i]);
}

/* Returns: (transfer full): an entry of this source. */
static KexecEntry *
make_entry (const char *source, const char *kernel, const char *named_by)
{
  const char *const files[] = { named_by, NULL };
  KexecEntry *entry = kexec_entry_new ();

  kexec_entry_set (&entry->source, source);
  kexec_entry_set (&entry->kernel, kernel);
  g_strfreev (entry->named_by);
  entry->named_by = g_strdupv ((GStrv) files);
  return entry;
}

/* Returns: (transfer full) (nullable): the paths that Initrd= names; %NULL if it is not set. */
static GStrv
make_initrds (const KexecConfig *config)
{
  GStrv initrds = g_strdupv (config->initrds);

  for (guint i = 0; initrds != NULL && initrds[i] != NULL; i++) {
    char *path = make_absolute (config, initrds[i]);

    g_free (initrds[i]);
    initrds[i] = path;
  }
  return initrds;
}

/* What the administrator names is the default. */
static void
add_configured (KexecScan *scan, KexecMenu *menu)
{
  const KexecConfig *config = scan->config;
  g_autofree char *path = make_absolute (config, config->kernel);
  g_auto (GStrv) initrds = make_initrds (config);
  g_autoptr (KexecEntry) entry =
    make_entry (config->is_gentoo ? "gentoo" : "config", path, config->kernel_from);
  Kernel kernel = {
    .scan = scan,
    .menu = menu,
    .entry = entry,
    .named_by = config->kernel_from,
    .version = "",
    .initrds = initrds,
    .is_gentoo = config->is_gentoo,
  };

  add_kernel (&kernel);
  menu->default_entry = entry;
  g_free (menu->default_reason);
  menu->default_reason = g_strdup_printf (
    "%s in %s names it", config->is_gentoo ? "KNAME" : "Kernel=", config->kernel_from);
}

/* What is wrong with an initrd that is not loaded does not matter. */
static void
drop_findings (KexecEntry *entry, const char *path)
{
  for (guint i = entry->findings->len; i > 0; i--) {
    const KexecFinding *finding = entry->findings->pdata[i - 1];

    if (finding->code == KEXEC_FINDING_ENTRY_UNREADABLE && strcmp (finding->subject, path) == 0)
      g_ptr_array_remove_index (entry->findings, i - 1);
  }
}

void
kexec_source_config_set_initrds (KexecScan *scan, KexecEntry *entry)
{
  g_auto (GStrv) initrds = make_initrds (scan->config);
  Kernel kernel = {
    .scan = scan,
    .entry = entry,
    .named_by = scan->config->initrds_from,
    .version = "",
    .initrds = initrds,
  };

  if (entry->place == NULL)
    return;
  g_clear_pointer (&entry->place, kexec_place_unref);
  set_place (&kernel);
  if (kernel.initrds == NULL)
    return;
  for (guint i = 0; entry->initrds[i] != NULL; i++)
    drop_findings (entry, entry->initrds[i]);
  set_initrds (&kernel, -1, NULL, NULL);
  kexec_entry_add (&entry->named_by, kernel.named_by);
}

static gboolean
is_there (KexecScan *scan, const char *path)
{
  kexec_autofd fd = path != NULL ? kexec_scan_open (scan, path, O_PATH, NULL) : -1;

  return fd >= 0;
}

static void
add_installed (KexecScan *scan, KexecMenu *menu, const KexecInstalledKernel *installed)
{
  const char *const initrds[] = { installed->initrd, NULL };
  gboolean has_initrd = is_there (scan, installed->initrd);
  g_autoptr (KexecEntry) entry = make_entry ("gentoo", installed->kernel, KEXEC_INSTALLKERNEL_PATH);
  Kernel kernel = {
    .scan = scan,
    .menu = menu,
    .entry = entry,
    .named_by = KEXEC_INSTALLKERNEL_PATH,
    .version = installed->version,
    .initrds = has_initrd ? (GStrv) initrds : NULL,
    .wants_microcode = TRUE,
    .is_gentoo = TRUE,
  };

  add_kernel (&kernel);
}

/* Returns: (transfer full) (nullable): the end of Gentoo's list. */
static char *
read_installed (KexecScan *scan, KexecFindings *findings)
{
  g_autoptr (GError) error = NULL;
  kexec_autofd fd = kexec_scan_open (scan, KEXEC_INSTALLKERNEL_PATH, O_RDONLY, &error);
  char *text = NULL;
  struct stat st;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return NULL;
  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode)) {
    if (st.st_size > KEXEC_INSTALLKERNEL_SIZE_MAX)
      lseek (fd, -KEXEC_INSTALLKERNEL_SIZE_MAX, SEEK_END);
    text =
      kexec_beneath_read_fd (fd, KEXEC_INSTALLKERNEL_PATH, KEXEC_INSTALLKERNEL_SIZE_MAX, &error);
  }
  if (text == NULL)
    kexec_findings_add (findings, KEXEC_FINDING_MENU_UNREADABLE, KEXEC_INSTALLKERNEL_PATH, NULL,
                        "%s, so that kernels may be missing here; mend or remove it",
                        error != NULL ? error->message
                                      : KEXEC_INSTALLKERNEL_PATH " is not a regular file");
  return text;
}

static gboolean
is_listed (const KexecMenu *menu, const char *kernel)
{
  for (guint i = 0; i < menu->entries->len; i++)
    if (strcmp (((KexecEntry *) menu->entries->pdata[i])->kernel, kernel) == 0)
      return TRUE;
  return FALSE;
}

static KexecMenu *
read_config (KexecScan *scan)
{
  KexecMenu *menu = kexec_menu_new ();
  const char *kernel = scan->config->kernel;
  g_autofree char *text = read_installed (scan, menu->findings);
  g_autoptr (GPtrArray) installed = kexec_installkernel_parse (text != NULL ? text : "");

  if (kernel != NULL && strcmp (kernel, "-") != 0)
    add_configured (scan, menu);
  for (guint i = 0; i < installed->len; i++) {
    const KexecInstalledKernel *one = installed->pdata[i];

    /* Those that were removed since are in the list still. */
    if (!is_listed (menu, one->kernel) && is_there (scan, one->kernel))
      add_installed (scan, menu, one);
  }
  return menu;
}

const KexecSource kexec_source_config = {
  .name = "config",
  .read = read_config,
};

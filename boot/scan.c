/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One look at a system: its places are opened once, and files are read in whichever they are. */
#include "boot/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/places.h"

/* What a place's descriptor is before and instead. */
#define NOT_OPENED (-1)
#define UNUSABLE   (-2)

#define CMDLINE_MAX 65536
#define WORD_MAX    256

/* Returns: (transfer full): a short file's text without the white space at its ends; "" if it
   cannot be read. */
static char *
read_text (int root_fd, const char *path, gsize max)
{
  char *text = kexec_beneath_read (root_fd, path, max, NULL);

  return text != NULL ? g_strstrip (text) : g_strdup ("");
}

gboolean
kexec_scan_is_live (int root_fd)
{
  struct stat ours;
  struct stat st;

  return stat ("/", &ours) == 0 && fstat (root_fd, &st) == 0 && ours.st_dev == st.st_dev &&
         ours.st_ino == st.st_ino;
}

KexecScan *
kexec_scan_new (int root_fd, const KexecConfig *config)
{
  KexecScan *self = g_new0 (KexecScan, 1);
  int fd = NOT_OPENED;

  self->root_fd = root_fd;
  self->config = config;
  self->is_live = kexec_scan_is_live (root_fd);
  self->cmdline = read_text (root_fd, "/proc/cmdline", CMDLINE_MAX);
  self->release = read_text (root_fd, "/proc/sys/kernel/osrelease", WORD_MAX);
  self->machine_id = read_text (root_fd, "/etc/machine-id", WORD_MAX);
  self->findings = kexec_findings_new ();
  self->places = kexec_places_find (root_fd, self->is_live, config, self->findings);
  self->inputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->place_fds = g_array_new (FALSE, FALSE, sizeof (int));
  for (guint i = 0; i < self->places->len; i++)
    g_array_append_val (self->place_fds, fd);
  return self;
}

void
kexec_scan_free (KexecScan *self)
{
  for (guint i = 0; i < self->place_fds->len; i++)
    kexec_fd_clear (&g_array_index (self->place_fds, int, i));
  g_array_unref (self->place_fds);
  g_ptr_array_unref (self->places);
  g_ptr_array_unref (self->findings);
  g_hash_table_unref (self->inputs);
  g_clear_error (&self->error);
  g_free (self->cmdline);
  g_free (self->release);
  g_free (self->machine_id);
  g_free (self);
}

/* A directory that is not there is nothing to speak of, unless the administrator named it. */
static gboolean
is_worth_saying (const KexecScan *self, const KexecPlace *place, const GError *error)
{
  return place->needs_mount || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         ((place->roles & KEXEC_PLACE_BOOT) && self->config->boot_path != NULL);
}

/* Returns: (transfer full): where the administrator says that there is such a place; or "". */
static char *
explain_place (const KexecScan *self, const KexecPlace *place)
{
  const char *from = self->config->boot_path_from;

  if (from == NULL || !(place->roles & KEXEC_PLACE_BOOT))
    return g_strdup ("");
  return g_strdup_printf (" (%s in %s names it)",
                          g_str_has_prefix (from, "/etc/conf.d/") ? "BOOTPART" : "BootPath=", from);
}

static int
open_place (KexecScan *self, const KexecPlace *place)
{
  g_autofree char *who = explain_place (self, place);
  g_autoptr (GError) error = NULL;
  int fd = kexec_place_open (place, self->root_fd, &error);

  kexec_scan_note (self, place->path);
  self->has_private |= place->needs_mount;
  if (fd >= 0)
    return fd;
  if (is_worth_saying (self, place, error)) {
    kexec_findings_add (self->findings, KEXEC_FINDING_BOOT_UNREACHABLE, place->path, NULL,
                        "%s%s, so that what is there is missing here; change that, or mount it",
                        error->message, who);
    if (self->error == NULL)
      self->error = g_error_new (error->domain, error->code, "%s%s; change that, or mount it",
                                 error->message, who);
  }
  return UNUSABLE;
}

int
kexec_scan_open_place (KexecScan *self, const KexecPlace *place)
{
  for (guint i = 0; i < self->places->len; i++) {
    int *fd = &g_array_index (self->place_fds, int, i);

    if (self->places->pdata[i] != place)
      continue;
    if (*fd == NOT_OPENED)
      *fd = open_place (self, place);
    return MAX (*fd, -1);
  }
  g_return_val_if_reached (-1);
}

void
kexec_scan_note (KexecScan *self, const char *path)
{
  if (!g_hash_table_contains (self->inputs, path))
    g_hash_table_add (self->inputs, g_strdup (path));
}

KexecPlace *
kexec_scan_root (const KexecScan *self)
{
  return self->places->pdata[0];
}

KexecPlace *
kexec_scan_find_place (const KexecScan *self, KexecPlaceRoles roles)
{
  for (guint i = 0; i < self->places->len; i++) {
    KexecPlace *place = self->places->pdata[i];

    if (place->roles & roles)
      return place;
  }
  return NULL;
}

KexecPlace *
kexec_scan_place_of (const KexecScan *self, const char *path)
{
  KexecPlace *found = kexec_scan_root (self);

  for (guint i = 1; i < self->places->len; i++) {
    KexecPlace *place = self->places->pdata[i];

    if (kexec_place_relative (place, path) != NULL && strlen (place->path) > strlen (found->path))
      found = place;
  }
  return found;
}

int
kexec_scan_open (KexecScan *self, const char *path, int flags, GError **error)
{
  const KexecPlace *place = kexec_scan_place_of (self, path);
  int fd = kexec_scan_open_place (self, place);

  kexec_scan_note (self, path);
  if (fd < 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Cannot open %s: %s is not there", path,
                 place->path);
    return -1;
  }
  if (place == kexec_scan_root (self))
    return kexec_beneath_open_in_root (fd, path, flags, error);
  return kexec_beneath_open_as (fd, kexec_place_relative (place, path), path, flags, error);
}

int
kexec_scan_open_regular (KexecScan *self, const char *path, GError **error)
{
  kexec_autofd fd = kexec_scan_open (self, path, O_RDONLY, error);

  return fd >= 0 && kexec_beneath_check_regular (fd, path, error) ? kexec_fd_steal (&fd) : -1;
}

char *
kexec_scan_read (KexecScan *self, const char *path, gsize max, GError **error)
{
  kexec_autofd fd = kexec_scan_open (self, path, O_RDONLY, error);
  struct stat st;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &st) < 0 || !S_ISREG (st.st_mode)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s is not a regular file", path);
    return NULL;
  }
  return kexec_beneath_read_fd (fd, path, max, error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/record.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/scan.h"
#include "daemon/clock.h"
#include "daemon/names.h"
#include "daemon/store.h"

#define GROUP "Staged"

static gint64
timespec_to_ns (const struct timespec *time)
{
  return (gint64) time->tv_sec * 1000000000 + time->tv_nsec;
}

static void
file_free (KexecRecordFile *file)
{
  g_free (file->role);
  g_free (file->path);
  g_free (file->sha256);
  g_free (file);
}

KexecRecord *
kexec_record_new (void)
{
  KexecRecord *self = g_new0 (KexecRecord, 1);

  self->load_method = g_strdup (KEXEC_LOAD_METHOD_FILE);
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) file_free);
  self->findings = g_variant_ref_sink (g_variant_new ("aa{sv}", NULL));
  return self;
}

void
kexec_record_free (KexecRecord *self)
{
  g_free (self->boot_id);
  g_free (self->stage_id);
  g_free (self->id);
  g_free (self->title);
  g_free (self->release);
  g_free (self->source);
  g_free (self->cmdline);
  g_free (self->load_method);
  g_ptr_array_unref (self->files);
  g_variant_unref (self->findings);
  g_free (self);
}

void
kexec_record_set_expiry (KexecRecord *self, gint64 expires)
{
  gint64 realtime = kexec_clock_boottime_to_realtime (expires) + G_USEC_PER_SEC / 2;

  /* In whole seconds: what two clocks say differs by a little each time. */
  self->expires = expires;
  self->expires_at = expires != 0 ? realtime - realtime % G_USEC_PER_SEC : 0;
}

KexecRecordFile *
kexec_record_file_new (const char *role, const char *path, const struct stat *st)
{
  KexecRecordFile *self = g_new0 (KexecRecordFile, 1);

  self->role = g_strdup (role);
  self->path = g_strdup (path);
  self->size = st->st_size;
  self->device = st->st_dev;
  self->inode = st->st_ino;
  self->mtime_ns = timespec_to_ns (&st->st_mtim);
  self->ctime_ns = timespec_to_ns (&st->st_ctim);
  return self;
}

gboolean
kexec_record_file_matches (const KexecRecordFile *self, const struct stat *st)
{
  /* Some file systems get another number each time they are mounted, none of a device's. */
  return (self->device == st->st_dev || (major (st->st_dev) == 0 && major (self->device) == 0)) &&
         self->inode == st->st_ino && self->size == (guint64) st->st_size &&
         self->mtime_ns == timespec_to_ns (&st->st_mtim) &&
         self->ctime_ns == timespec_to_ns (&st->st_ctim);
}

/* Opens a file where it was when it was staged. */
static int
open_again (const KexecRecordFile *file, int root_fd, KexecScan *scan)
{
  return scan != NULL ? kexec_scan_open (scan, file->path, O_PATH, NULL)
                      : kexec_beneath_open_in_root (root_fd, file->path, O_PATH, NULL);
}

gboolean
kexec_record_is_stale (const KexecRecord *self, int root_fd)
{
  g_autoptr (KexecConfig) config = self->is_private ? kexec_config_load (root_fd) : NULL;
  g_autoptr (KexecScan) scan = self->is_private ? kexec_scan_new (root_fd, config) : NULL;

  for (guint i = 0; i < self->files->len; i++) {
    const KexecRecordFile *file = self->files->pdata[i];
    kexec_autofd fd = -1;
    struct stat st;

    if (*file->path == '\0')
      continue;
    fd = open_again (file, root_fd, scan);
    if (fd < 0 || fstat (fd, &st) != 0 || !kexec_record_file_matches (file, &st))
      return TRUE;
  }
  return FALSE;
}

/* The fields that are plain strings, for saving and loading alike. */
static const struct {
  const char *key;
  gsize offset;
} strings[] = {
  { "BootId", G_STRUCT_OFFSET (KexecRecord, boot_id) },
  { "StageId", G_STRUCT_OFFSET (KexecRecord, stage_id) },
  { "Id", G_STRUCT_OFFSET (KexecRecord, id) },
  { "Title", G_STRUCT_OFFSET (KexecRecord, title) },
  { "Release", G_STRUCT_OFFSET (KexecRecord, release) },
  { "Source", G_STRUCT_OFFSET (KexecRecord, source) },
  { "Cmdline", G_STRUCT_OFFSET (KexecRecord, cmdline) },
  { "LoadMethod", G_STRUCT_OFFSET (KexecRecord, load_method) },
};

gboolean
kexec_record_save (const KexecRecord *self, int runtime_fd, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *findings = g_variant_print (self->findings, TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++) {
    const char *value = G_STRUCT_MEMBER (char *, self, strings[i].offset);

    g_key_file_set_string (file, GROUP, strings[i].key, value != NULL ? value : "");
  }
  g_key_file_set_boolean (file, GROUP, "Loading", self->loading);
  g_key_file_set_boolean (file, GROUP, "Replaces", self->replaces);
  g_key_file_set_boolean (file, GROUP, "Private", self->is_private);
  g_key_file_set_string (file, GROUP, "Action", kexec_action_info (self->action)->id);
  g_key_file_set_uint64 (file, GROUP, "Uid", self->uid);
  g_key_file_set_int64 (file, GROUP, "StagedAt", self->staged_at);
  g_key_file_set_int64 (file, GROUP, "Expires", self->expires);
  g_key_file_set_string (file, GROUP, "Findings", findings);
  for (guint i = 0; i < self->files->len; i++) {
    const KexecRecordFile *f = self->files->pdata[i];
    g_autofree char *group = g_strdup_printf ("File%u", i);

    g_key_file_set_string (file, group, "Role", f->role);
    g_key_file_set_string (file, group, "Path", f->path);
    g_key_file_set_string (file, group, "Sha256", f->sha256);
    g_key_file_set_uint64 (file, group, "Size", f->size);
    g_key_file_set_uint64 (file, group, "Device", f->device);
    g_key_file_set_uint64 (file, group, "Inode", f->inode);
    g_key_file_set_int64 (file, group, "Mtime", f->mtime_ns);
    g_key_file_set_int64 (file, group, "Ctime", f->ctime_ns);
  }
  return kexec_store_save (runtime_fd, KEXEC_FILE_STAGED, file, FALSE, error);
}

static void
load_files (KexecRecord *self, GKeyFile *file)
{
  for (guint i = 0;; i++) {
    g_autofree char *group = g_strdup_printf ("File%u", i);
    KexecRecordFile *f;

    if (!g_key_file_has_group (file, group))
      return;
    f = g_new0 (KexecRecordFile, 1);
    f->role = g_key_file_get_string (file, group, "Role", NULL);
    f->path = g_key_file_get_string (file, group, "Path", NULL);
    f->sha256 = g_key_file_get_string (file, group, "Sha256", NULL);
    f->size = g_key_file_get_uint64 (file, group, "Size", NULL);
    f->device = g_key_file_get_uint64 (file, group, "Device", NULL);
    f->inode = g_key_file_get_uint64 (file, group, "Inode", NULL);
    f->mtime_ns = g_key_file_get_int64 (file, group, "Mtime", NULL);
    f->ctime_ns = g_key_file_get_int64 (file, group, "Ctime", NULL);
    g_ptr_array_add (self->files, f);
    if (f->role == NULL || f->path == NULL || f->sha256 == NULL)
      g_ptr_array_remove_index (self->files, self->files->len - 1);
  }
}

KexecRecord *
kexec_record_load (int runtime_fd, const char *boot_id)
{
  g_autoptr (GKeyFile) file = kexec_store_load (runtime_fd, KEXEC_FILE_STAGED, NULL);
  g_autoptr (KexecRecord) self = NULL;
  g_autofree char *action = NULL, *findings = NULL;
  g_autoptr (GVariant) parsed = NULL;
  int action_index;

  if (file == NULL)
    return NULL;
  self = kexec_record_new ();
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++) {
    char **value = &G_STRUCT_MEMBER (char *, self, strings[i].offset);

    g_free (*value);
    *value = g_key_file_get_string (file, GROUP, strings[i].key, NULL);
    if (*value == NULL)
      return NULL;
  }
  action = g_key_file_get_string (file, GROUP, "Action", NULL);
  action_index = action != NULL ? kexec_action_from_id (action) : -1;
  if (action_index < 0 || !g_str_equal (self->boot_id, boot_id) ||
      !kexec_store_get_uid (file, GROUP, &self->uid))
    return NULL;
  self->action = action_index;
  self->loading = g_key_file_get_boolean (file, GROUP, "Loading", NULL);
  self->replaces = g_key_file_get_boolean (file, GROUP, "Replaces", NULL);
  self->is_private = g_key_file_get_boolean (file, GROUP, "Private", NULL);
  self->staged_at = g_key_file_get_int64 (file, GROUP, "StagedAt", NULL);
  kexec_record_set_expiry (self, g_key_file_get_int64 (file, GROUP, "Expires", NULL));
  findings = g_key_file_get_string (file, GROUP, "Findings", NULL);
  if (findings != NULL)
    parsed = g_variant_parse (G_VARIANT_TYPE ("aa{sv}"), findings, NULL, NULL, NULL);
  if (parsed != NULL) {
    g_variant_unref (self->findings);
    self->findings = g_steal_pointer (&parsed);
  }
  load_files (self, file);
  return g_steal_pointer (&self);
}

static void
fill_property (const KexecRecord *self, gboolean stale, GVariantDict *dict)
{
  g_variant_dict_insert (dict, "stage-id", "s", self->stage_id);
  g_variant_dict_insert (dict, "id", "s", self->id);
  g_variant_dict_insert (dict, "title", "s", self->title);
  g_variant_dict_insert (dict, "release", "s", self->release);
  g_variant_dict_insert (dict, "source", "s", self->source);
  g_variant_dict_insert (dict, "staged-at", "t", self->staged_at);
  g_variant_dict_insert (dict, "staged-by", "u", self->uid);
  g_variant_dict_insert (dict, "action", "s", kexec_action_info (self->action)->id);
  g_variant_dict_insert (dict, "expires", "t", self->expires_at);
  g_variant_dict_insert (dict, "stale", "b", stale);
}

GVariant *
kexec_record_to_property (const KexecRecord *self, gboolean stale)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  fill_property (self, stale, &dict);
  return g_variant_dict_end (&dict);
}

GVariant *
kexec_record_to_variant (const KexecRecord *self, gboolean stale)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_auto (GVariantBuilder) files = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  fill_property (self, stale, &dict);
  for (guint i = 0; i < self->files->len; i++) {
    const KexecRecordFile *f = self->files->pdata[i];
    g_auto (GVariantDict) file = G_VARIANT_DICT_INIT (NULL);

    g_variant_dict_insert (&file, "role", "s", f->role);
    g_variant_dict_insert (&file, "path", "s", f->path);
    g_variant_dict_insert (&file, "size", "t", f->size);
    g_variant_dict_insert (&file, "sha256", "s", f->sha256);
    g_variant_builder_add_value (&files, g_variant_dict_end (&file));
  }
  g_variant_dict_insert (&dict, "cmdline", "s", self->cmdline);
  g_variant_dict_insert (&dict, "load-method", "s", self->load_method);
  g_variant_dict_insert_value (&dict, "files", g_variant_builder_end (&files));
  g_variant_dict_insert_value (&dict, "findings", self->findings);
  return g_variant_dict_end (&dict);
}

GVariant *
kexec_record_log_fields (const KexecRecord *self, guint32 uid)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "KEXEC_UID", "u", uid);
  if (self == NULL)
    return g_variant_dict_end (&dict);
  g_variant_dict_insert (&dict, "KEXEC_ENTRY", "s", self->id);
  g_variant_dict_insert (&dict, "KEXEC_TITLE", "s", self->title);
  g_variant_dict_insert (&dict, "KEXEC_RELEASE", "s", self->release);
  g_variant_dict_insert (&dict, "KEXEC_CMDLINE", "s", self->cmdline);
  g_variant_dict_insert (&dict, "KEXEC_ACTION", "s", kexec_action_info (self->action)->id);
  g_variant_dict_insert (&dict, "KEXEC_STAGE_ID", "s", self->stage_id);
  for (guint i = 0; i < self->files->len; i++) {
    const KexecRecordFile *file = self->files->pdata[i];
    g_autofree char *key =
      i == 0 ? g_strdup ("KEXEC_KERNEL_SHA256") : g_strdup_printf ("KEXEC_INITRD%u_SHA256", i - 1);

    g_variant_dict_insert (&dict, key, "s", file->sha256);
  }
  return g_variant_dict_end (&dict);
}

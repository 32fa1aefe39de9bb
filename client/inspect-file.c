/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/inspect-file.h"

#include "boot/fd.h"
#include "client/file.h"
#include "client/inspect-uki.h"

static void
part_free (KexecInspectPart *part)
{
  kexec_initrd_free (part->initrd);
  g_free (part);
}

static KexecInspected *
inspected_new (const char *path)
{
  KexecInspected *self = g_new0 (KexecInspected, 1);

  self->path = g_strdup (path);
  self->fd = -1;
  self->sections = g_array_new (FALSE, FALSE, sizeof (KexecPeSection));
  self->signatures = g_ptr_array_new ();
  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) part_free);
  self->addons = g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_inspected_free);
  self->findings = kexec_findings_new ();
  return self;
}

void
kexec_inspected_free (KexecInspected *self)
{
  g_free (self->path);
  g_free (self->sha256);
  kexec_fd_clear (&self->fd);
  g_clear_pointer (&self->kernel, kexec_kernel_free);
  g_clear_pointer (&self->initrd, kexec_initrd_free);
  g_clear_pointer (&self->addon, kexec_uki_addon_free);
  g_array_unref (self->sections);
  g_ptr_array_unref (self->signatures);
  g_ptr_array_unref (self->parts);
  g_ptr_array_unref (self->addons);
  g_ptr_array_unref (self->findings);
  g_clear_pointer (&self->together, g_ptr_array_unref);
  g_free (self);
}

/* What it was inspected as, it is not. */
static gboolean
is_other_kind (const KexecInspected *self)
{
  for (guint i = 0; i < self->findings->len; i++) {
    const KexecFinding *finding = self->findings->pdata[i];

    if (finding->code == KEXEC_FINDING_NOT_A_KERNEL || finding->code == KEXEC_FINDING_NOT_AN_INITRD)
      return TRUE;
  }
  return FALSE;
}

/* Where nothing else stands against it: what the running kernel will make of its signature. */
static void
predict (KexecInspected *self, const KexecInspectHost *host)
{
  const KexecKernel *kernel = self->kernel;

  if (kexec_findings_blocker (self->findings) != NULL)
    return;
  kexec_signature_predict (kernel->inner_signatures != NULL ? kernel->inner_signatures
                                                            : kernel->signatures,
                           &host->policy, self->path, self->findings);
}

/* Shares what a reader found. */
static void
take (KexecInspected *self, GArray *sections, GPtrArray *signatures)
{
  g_array_unref (self->sections);
  self->sections = g_array_ref (sections);
  g_ptr_array_unref (self->signatures);
  self->signatures = g_ptr_array_ref (signatures);
}

static void
inspect_kernel (KexecInspected *self, const KexecInput *input, const KexecInspectHost *host)
{
  self->kernel =
    kexec_kernel_inspect (input, self->path, &host->machine, NULL, &host->watch, self->findings);
  take (self, self->kernel->sections, self->kernel->signatures);
  predict (self, host);
  if (self->kernel->uki == NULL)
    return;
  kexec_inspect_parts (self, host);
  kexec_inspect_addons (self, host);
  kexec_inspect_profiles (self, host);
}

static void
inspect_initrd (KexecInspected *self, const KexecInput *input, const KexecInspectHost *host)
{
  self->initrd = kexec_initrd_inspect (input, self->path, &host->watch, self->findings);
}

static void
inspect_addon (KexecInspected *self, const KexecInput *input, const KexecInspectHost *host)
{
  g_autoptr (KexecPe) pe = kexec_pe_read (input, NULL);
  g_autoptr (GPtrArray) signatures = NULL;

  self->addon = kexec_uki_addon_read (input, self->path, self->findings);
  if (self->addon == NULL)
    return;
  signatures = kexec_signatures_read (input, self->path, self->findings);
  /* The file was read twice, and may have changed in between. */
  if (pe != NULL)
    take (self, pe->sections, signatures);
  kexec_inspect_parts (self, host);
}

static void (*const inspect[]) (KexecInspected *, const KexecInput *, const KexecInspectHost *) = {
  [KEXEC_KIND_KERNEL] = inspect_kernel,
  [KEXEC_KIND_INITRD] = inspect_initrd,
  [KEXEC_KIND_ADDON] = inspect_addon,
};

/* Closes what can be many and large: the files, and the kernels that were unwrapped into memory. */
static void
release_files (KexecInspected *self)
{
  for (guint i = 0; i < self->addons->len; i++)
    release_files (self->addons->pdata[i]);
  if (self->kernel != NULL)
    kexec_fd_clear (&self->kernel->image_fd);
  kexec_fd_clear (&self->fd);
}

/* Inspects and hashes at the same time. */
static gboolean
read_file (KexecInspected *self, gboolean is_addon, const KexecInspectHost *host, GError **error)
{
  KexecFileHash *hash;
  KexecInput input;
  KexecKind kind;

  self->fd = kexec_file_open (self->path, error);
  if (self->fd < 0)
    return FALSE;
  hash = kexec_file_hash_start (self->fd, self->path, &self->size, error);
  if (hash == NULL)
    return FALSE;
  input = kexec_input_from_fd (self->fd, self->size);
  kind = kexec_kind_identify (&input);
  self->kind = is_addon ? KEXEC_KIND_ADDON : kind;
  inspect[self->kind](self, &input, host);
  self->is_known = self->kind == kind && !is_other_kind (self);
  self->sha256 = kexec_file_hash_finish (hash, error);
  return self->sha256 != NULL;
}

KexecInspected *
kexec_inspected_read (const char *path, const KexecInspectHost *host, GError **error)
{
  g_autoptr (KexecInspected) self = inspected_new (path);

  if (!read_file (self, FALSE, host, error))
    return NULL;
  release_files (self);
  return g_steal_pointer (&self);
}

KexecInspected *
kexec_inspected_read_addon (const char *path, const KexecInspectHost *host, GError **error)
{
  g_autoptr (KexecInspected) self = inspected_new (path);

  return read_file (self, TRUE, host, error) ? g_steal_pointer (&self) : NULL;
}

gboolean
kexec_inspected_is_usable (const KexecInspected *self)
{
  gboolean is_read = self->kind != KEXEC_KIND_ADDON || self->addon != NULL;

  return self->is_known && is_read && kexec_findings_blocker (self->findings) == NULL;
}

static gboolean
is_same (const KexecInput *a, const KexecInput *b)
{
  return a->fd == b->fd && a->offset == b->offset && a->size == b->size;
}

const KexecInspectPart *
kexec_inspected_find_part (const KexecInspected *self, const KexecInput *input)
{
  const KexecInspectPart *found = NULL;

  for (guint i = 0; i < self->parts->len; i++) {
    const KexecInspectPart *part = self->parts->pdata[i];

    if (is_same (&part->input, input))
      return part;
  }
  for (guint i = 0; i < self->addons->len && found == NULL; i++)
    found = kexec_inspected_find_part (self->addons->pdata[i], input);
  return found;
}

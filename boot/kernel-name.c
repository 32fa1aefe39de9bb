/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes kernel file names apart, and makes the names that their initrds may have. */
#include "boot/kernel-name.h"

#include <string.h>

#define OLD ".old"
#define EFI ".efi"

/* The same names as grub-mkconfig looks for. */
const char *const kexec_microcode_names[] = {
  "intel-uc.img",     "intel-ucode.img", "amd-uc.img", "amd-ucode.img",
  "early_ucode.cpio", "microcode.cpio",  NULL,
};

static const char *const first_parts[] = {
  "vmlinuz", "kernel", "bzImage",
#if defined(__aarch64__) || defined(__riscv)
  "Image",
#elif defined(__s390x__)
  "image",
#endif
#if !defined(__x86_64__) && !defined(__i386__) && !defined(__aarch64__)
  "vmlinux",
#endif
};

/* As uname(2) says it and as Gentoo does. */
static const char *const architectures[] = {
  "x86_64",  "amd64", "i686",    "i586",  "i486",    "i386",  "x86",
  "aarch64", "arm64", "ppc64le", "ppc64", "riscv64", "s390x",
};

/* What is left beside a kernel by editors, package managers and signing tools. */
static const char *const debris[] = {
  ".bak",     ".orig",   ".tmp",     ".new", ".sig", ".asc",    ".sign",   ".hmac",
  ".rpmsave", ".rpmnew", ".rpmorig", ".gz",  ".xz",  ".sha256", ".sha512", ".extra.d",
};

/* Returns: (transfer full): @file without the ".efi" at its end, be it before ".old". */
static char *
remove_efi (const char *file)
{
  if (g_str_has_suffix (file, EFI))
    return g_strndup (file, strlen (file) - strlen (EFI));
  if (g_str_has_suffix (file, EFI OLD)) {
    g_autofree char *stem = g_strndup (file, strlen (file) - strlen (EFI OLD));

    return g_strconcat (stem, OLD, NULL);
  }
  return g_strdup (file);
}

static gboolean
is_debris (const char *file)
{
  for (guint i = 0; i < G_N_ELEMENTS (debris); i++)
    if (g_str_has_suffix (file, debris[i]))
      return TRUE;
  return strstr (file, ".dpkg-") != NULL;
}

/* Returns: what follows the first part and its "-", ".old" itself, or "", within @file; or %NULL.
 */
static const char *
skip_first_part (const char *file)
{
  for (guint i = 0; i < G_N_ELEMENTS (first_parts); i++) {
    const char *rest = file;

    if (!g_str_has_prefix (file, first_parts[i]))
      continue;
    rest += strlen (first_parts[i]);
    if (*rest == '\0' || strcmp (rest, OLD) == 0)
      return rest;
    if (rest[0] == '-' && rest[1] != '\0')
      return rest + 1;
  }
  return NULL;
}

/* Skips "ARCH-" and notes it in @architecture. */
static const char *
skip_architecture (const char *label, char **architecture)
{
  for (guint i = 0; i < G_N_ELEMENTS (architectures); i++) {
    gsize length = strlen (architectures[i]);

    if (g_str_has_prefix (label, architectures[i]) && label[length] == '-' &&
        g_ascii_isdigit (label[length + 1])) {
      *architecture = g_strdup (architectures[i]);
      return label + length + 1;
    }
  }
  return label;
}

KexecKernelName *
kexec_kernel_name_parse (const char *file)
{
  g_autofree char *stem = remove_efi (file);
  const char *label = skip_first_part (stem);
  g_autoptr (KexecKernelName) self = NULL;

  if (label == NULL || !kexec_entry_is_id (file) || is_debris (stem))
    return NULL;
  self = g_new0 (KexecKernelName, 1);
  if (g_str_has_prefix (label, "genkernel-"))
    label += strlen ("genkernel-");
  label = skip_architecture (label, &self->architecture);
  self->label = g_strdup (label);
  self->base = g_strdup (label);
  if (g_str_has_suffix (label, OLD)) {
    self->base[strlen (label) - strlen (OLD)] = '\0';
    self->kind = KEXEC_ENTRY_OLD;
  }
  if (strstr (label, "rescue") != NULL)
    self->kind = KEXEC_ENTRY_RESCUE;
  return g_steal_pointer (&self);
}

void
kexec_kernel_name_free (KexecKernelName *self)
{
  g_free (self->label);
  g_free (self->base);
  g_free (self->architecture);
  g_free (self);
}

const char *
kexec_kernel_name_version (const KexecKernelName *self)
{
  gboolean is_version = g_ascii_isdigit (self->base[0]) && self->kind != KEXEC_ENTRY_RESCUE;

  return is_version ? self->base : "";
}

static void G_GNUC_PRINTF (2, 3) add (GPtrArray *names, const char *format, ...)
{
  va_list ap;

  va_start (ap, format);
  g_ptr_array_add (names, g_strdup_vprintf (format, ap));
  va_end (ap);
}

/* Adds the names of an initrd for @label; @end is "" or ".old". */
static void
add_labelled (GPtrArray *names, const KexecKernelName *self, const char *label, const char *end)
{
  add (names, "initrd.img-%s%s", label, end);
  add (names, "initramfs-%s.img%s", label, end);
  add (names, "initramfs-%s%s", label, end);
  add (names, "initrd-%s.img%s", label, end);
  add (names, "initrd-%s%s", label, end);
  if (self->architecture != NULL)
    add (names, "initramfs-genkernel-%s-%s%s", self->architecture, label, end);
  for (guint i = 0; i < G_N_ELEMENTS (architectures); i++)
    add (names, "initramfs-genkernel-%s-%s%s", architectures[i], label, end);
}

static void
add_bare (GPtrArray *names, const char *end)
{
  static const char *const bare[] = { "initrd.img", "initramfs.img", "initramfs", "initrd" };

  for (guint i = 0; i < G_N_ELEMENTS (bare); i++)
    add (names, "%s%s", bare[i], end);
}

GStrv
kexec_kernel_name_initrds (const KexecKernelName *self, const char *release)
{
  GPtrArray *names = g_ptr_array_new ();
  gboolean is_old = g_str_has_suffix (self->label, OLD);

  /* A copy's own initrd before the one of the kernel that took its name. */
  if (is_old && *self->base != '\0')
    add_labelled (names, self, self->base, OLD);
  else if (is_old)
    add_bare (names, OLD);
  if (*self->base != '\0')
    add_labelled (names, self, self->base, "");
  if (*release != '\0' && strcmp (release, self->base) != 0)
    add_labelled (names, self, release, "");
  /* Without a version in either name, nothing but its place tells that an initrd belongs here. */
  if (*self->base == '\0' && !is_old)
    add_bare (names, "");
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (names, FALSE);
}

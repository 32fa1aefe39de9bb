/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The image of s390x: begins with what an IPL loads; what matters to others stands at 0x10400. */
#include <string.h>

#include "image/kernel/banner.h"
#include "image/kernel/embedded.h"
#include "image/kernel/kernel-formats.h"
#include "image/kernel/native.h"

/* struct parmarea; numbers are big-endian, of 64 bits. */
#define KERNEL_VERSION 0x10428 /* where the version string is, in the file; 0: an old kernel */
#define CMDLINE_SIZE_MAX                                                                           \
  0x10430 /* what a command line may take, with its NUL; 0: an old kernel                          \
           */
#define COMMAND_LINE     0x10480
#define VERSION_MAX      512
#define CMDLINE_SANE_MAX (64 * 1024)

static guint64
be64 (const guint8 *data)
{
  guint64 value;

  memcpy (&value, data, sizeof value);
  return GUINT64_FROM_BE (value);
}

static void
read_version (const KexecInspection *self)
{
  KexecKernel *kernel = self->kernel;
  char text[VERSION_MAX];
  gsize size =
    kexec_input_read (self->input, be64 (self->head + KERNEL_VERSION), text, sizeof text);

  if (size > 0 && g_ascii_isdigit (text[0]))
    kexec_version_parse (text, size, &kernel->release, &kernel->version);
}

/* Returns: what a command line may take, with its NUL. */
static guint64
cmdline_size (const KexecInspection *self)
{
  guint64 size = be64 (self->head + CMDLINE_SIZE_MAX);

  return size != 0 ? size : kexec_native_cmdline_limit ("s390x") + 1;
}

/* kexec_file_load(2) wants room for the longest command line in the file, and one that is shorter
   (arch/s390/kernel/machine_kexec_file.c, kexec_file_add_components). */
static gboolean
check_cmdline (const KexecInspection *self)
{
  guint64 size = cmdline_size (self);

  if (size < 2 || size > CMDLINE_SANE_MAX)
    return kexec_inspection_refuse_damaged (
      self, "the room for a command line that it speaks of makes no sense");
  if (COMMAND_LINE + size > self->input->size)
    return kexec_inspection_refuse_truncated (self, COMMAND_LINE + size);
  self->kernel->cmdline_limit = (guint) size - 2;
  return TRUE;
}

/* Returns: whether there is a kernel in it that can be unpacked, or one that need not be. */
static gboolean
read_payload (const KexecInspection *self)
{
  g_autofree char *release = NULL;
  g_autofree char *version = NULL;

  if (!kexec_banner_find (self->input, self->watch, &release, &version))
    return kexec_embedded_read (self, self->input->size);
  kexec_inspection_read_unpacked (self, self->input);
  return TRUE;
}

void
kexec_s390_image_inspect (KexecInspection *self)
{
  KexecKernel *kernel = self->kernel;
  gboolean is_whole;

  kernel->architecture = "s390x";
  if (self->head_size < COMMAND_LINE) {
    kexec_inspection_refuse_truncated (self, COMMAND_LINE);
    return;
  }
  read_version (self);
  if (!check_cmdline (self))
    return;
  is_whole = read_payload (self);
  kernel->init_size = self->input->size + kernel->unpacked_size;
  if (!kexec_inspection_check_native (self) || !kexec_inspection_check_memory (self) ||
      !kexec_inspection_check_signature (self))
    return;
  if (!is_whole && kexec_watch_proceed (self->watch, 0))
    kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_NOT_VERIFIED,
                             "could not be checked: there is no kernel in it that can be unpacked; "
                             "see that its package is intact");
}

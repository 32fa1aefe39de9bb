/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the x86 setup header and holds it against the file, before the kernel has to. */
#include "image/kernel/bzimage.h"

#include "image/kernel/banner.h"
#include "image/bytes.h"

/* Offsets in the file. */
#define SETUP_SECTS    0x1f1
#define SYSSIZE        0x1f4
#define BOOT_FLAG      0x1fe
#define JUMP_OFFSET    0x201 /* of a short jump over the header, counted from 0x202: its end */
#define PROTOCOL       0x206
#define KERNEL_VERSION 0x20e
#define LOADFLAGS      0x211
#define ALIGNMENT      0x230
#define XLOADFLAGS     0x236
#define CMDLINE_SIZE   0x238
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define INIT_SIZE      0x260
#define HEADER_END     0x264 /* the end of what is read here */

#define BOOT_FLAG_VALUE       0xaa55
#define SECTOR                512
#define PAGE                  4096
#define DEFAULT_SETUP_SECTS   4
#define LOADED_HIGH           0x01
#define XLF_KERNEL_64         0x01
#define XLF_LOADABLE_ABOVE_4G 0x02
#define XLF_5LEVEL            0x20
#define PROTOCOL_NEEDED       0x020c /* 2.12: the first with XLF_KERNEL_64 */
#define VERSION_STRING_MAX    512
#define CMDLINE_RESERVED      (30 + 1) /* MAX_ELFCOREHDR_STR_LEN in the kernel, and the NUL */

/* Programs that dress up as a kernel, so that boot loaders start them: by their version string. */
static const struct {
  const char *prefix;
  const char *description;
} programs[] = {
  { "Memtest86+", "memtest86+, a memory test" },
  { "iPXE", "iPXE, a network boot loader" },
  { "gPXE", "gPXE, a network boot loader" },
  { "MEMDISK", "memdisk, which starts disk images" },
};

/* The real-mode part at the beginning; the kernel proper follows it. */
static guint
setup_size (const guint8 *data)
{
  guint sectors = data[SETUP_SECTS];

  return ((sectors != 0 ? sectors : DEFAULT_SETUP_SECTS) + 1) * SECTOR;
}

guint64
kexec_bzimage_size (const guint8 *data)
{
  return setup_size (data) + (guint64) kexec_le32 (data + SYSSIZE) * 16;
}

/* What the header tells, taken as it is: the checks below judge it. */
static void
read_facts (const KexecInspection *self)
{
  const guint8 *data = self->head;
  KexecKernel *kernel = self->kernel;
  guint32 cmdline_size;

  if (self->head_size < HEADER_END || kexec_le16 (data + PROTOCOL) < PROTOCOL_NEEDED)
    return;
  cmdline_size = kexec_le32 (data + CMDLINE_SIZE);
  kernel->architecture = (kexec_le16 (data + XLOADFLAGS) & XLF_KERNEL_64) ? "x86_64" : "i686";
  kernel->cmdline_limit = cmdline_size > CMDLINE_RESERVED ? cmdline_size - CMDLINE_RESERVED : 0;
  kernel->init_size = kexec_le32 (data + INIT_SIZE);
  kexec_bzimage_read_version (data, self->head_size, &kernel->release, &kernel->version);
}

static gboolean
check_program (const KexecInspection *self)
{
  g_autofree char *release = NULL;
  g_autofree char *version = NULL;

  if (!kexec_bzimage_read_version (self->head, self->head_size, &release, &version))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    if (g_str_has_prefix (release, programs[i].prefix))
      return kexec_inspection_refuse (self, KEXEC_FINDING_NOT_A_KERNEL,
                                      "is %s, not a kernel; name a kernel file, usually "
                                      "/boot/vmlinuz-VERSION",
                                      programs[i].description);
  return TRUE;
}

/* The signature "HdrS" has been seen, so the file reaches to 0x206 and image_size() can be read. */
static gboolean
check_header (const KexecInspection *self)
{
  const guint8 *data = self->head;
  guint protocol;

  if (kexec_le16 (data + BOOT_FLAG) != BOOT_FLAG_VALUE)
    return kexec_inspection_refuse_damaged (self, "its boot sector lacks the mark 0xAA55");
  if (self->head_size < HEADER_END)
    return kexec_inspection_refuse_truncated (self, kexec_bzimage_size (data));
  protocol = kexec_le16 (data + PROTOCOL);
  if (protocol < PROTOCOL_NEEDED)
    return kexec_inspection_refuse (
      self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
      "is too old for kexec: it speaks boot protocol %u.%02u, and 2.12 (Linux 3.8) is the oldest "
      "that can be loaded; choose a newer kernel",
      protocol >> 8, protocol & 0xff);
  if (self->input->size < kexec_bzimage_size (data))
    return kexec_inspection_refuse_truncated (self, kexec_bzimage_size (data));
  if (kexec_le32 (data + SYSSIZE) == 0)
    return kexec_inspection_refuse_damaged (self, "by its header it holds no kernel");
  if (0x202 + (guint) data[JUMP_OFFSET] < HEADER_END)
    return kexec_inspection_refuse_damaged (self, "its setup header ends too early");
  return TRUE;
}

static gboolean
check_architecture (const KexecInspection *self)
{
  if (!(kexec_le16 (self->head + XLOADFLAGS) & XLF_KERNEL_64) &&
      g_strcmp0 (self->machine->architecture, "x86_64") == 0)
    return kexec_inspection_refuse (
      self, KEXEC_FINDING_KERNEL_OTHER_ARCHITECTURE,
      "is a 32-bit (i386) kernel, and kexec on this machine starts only 64-bit ones; choose one "
      "for x86_64 (amd64)");
  return kexec_inspection_check_native (self);
}

static gboolean
check_loadable (const KexecInspection *self)
{
  if (!(self->head[LOADFLAGS] & LOADED_HIGH))
    return kexec_inspection_refuse (
      self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
      "is a zImage, which kexec cannot load; build a bzImage (make bzImage)");
  if (!(kexec_le16 (self->head + XLOADFLAGS) & XLF_LOADABLE_ABOVE_4G))
    return kexec_inspection_refuse (
      self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
      "cannot be moved in memory, which kexec needs; choose one that was built with "
      "CONFIG_RELOCATABLE=y");
  return TRUE;
}

/* The kernel that runs hands its paging mode over (bzImage64_probe in kexec-bzimage64.c). */
static gboolean
check_paging (const KexecInspection *self)
{
  if (!self->machine->has_la57 || (kexec_le16 (self->head + XLOADFLAGS) & XLF_5LEVEL))
    return TRUE;
  return kexec_inspection_refuse (
    self, KEXEC_FINDING_KERNEL_PAGING_MISMATCH,
    "cannot start with the 5-level page tables that this machine's kernel uses; choose a newer "
    "kernel, or boot this machine with no5lvl");
}

/* What the kernel computes with: a wrong value fails there with a bare EINVAL. */
static gboolean
check_memory (const KexecInspection *self)
{
  guint32 alignment = kexec_le32 (self->head + ALIGNMENT);
  guint64 needed = kexec_le32 (self->head + INIT_SIZE);

  if (alignment == 0 || (alignment & (alignment - 1)) != 0)
    return kexec_inspection_refuse_damaged (self,
                                            "the alignment in its header is not a power of two");
  if ((needed + PAGE - 1) / PAGE * PAGE < self->input->size - setup_size (self->head))
    return kexec_inspection_refuse_damaged (
      self, "its header asks for less memory than the kernel fills");
  return kexec_inspection_check_memory (self);
}

static gboolean
check_cmdline_limit (const KexecInspection *self)
{
  if (self->kernel->cmdline_limit == 0)
    return kexec_inspection_refuse_damaged (self, "its header leaves no room for a command line");
  return TRUE;
}

/* The payload is the compressed kernel proper. Whatever has none is no Linux since 2.6.26. */
static gboolean
check_payload (const KexecInspection *self)
{
  const guint8 *data = self->head;
  guint64 offset = (guint64) setup_size (data) + kexec_le32 (data + PAYLOAD_OFFSET);
  guint64 length = kexec_le32 (data + PAYLOAD_LENGTH);

  if (length == 0)
    return kexec_inspection_refuse (self, KEXEC_FINDING_NOT_A_KERNEL,
                                    "is a program that begins like a Linux kernel, but there is "
                                    "none in it; name a kernel file, usually "
                                    "/boot/vmlinuz-VERSION");
  if (offset + length > self->input->size || length < 4)
    return kexec_inspection_refuse_damaged (self, "its payload lies outside of the file");
  return kexec_bzimage_check_payload (self, offset, length);
}

/* A kernel may have been built without a version, but not with a pointer to something else. */
static gboolean
check_version (const KexecInspection *self)
{
  if (self->kernel->release == NULL && kexec_le16 (self->head + KERNEL_VERSION) != 0)
    return kexec_inspection_refuse_damaged (self, "its header does not lead to a version");
  return TRUE;
}

void
kexec_bzimage_inspect (KexecInspection *self)
{
  static gboolean (*const checks[]) (const KexecInspection *) = {
    check_program,       check_header, check_architecture,
    check_loadable,      check_paging, check_version,
    check_cmdline_limit, check_memory, kexec_inspection_check_signature,
    check_payload,
  };

  read_facts (self);
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    if (!checks[i](self))
      return;
}

gboolean
kexec_bzimage_read_version (const guint8 *data, gsize size, char **release, char **version)
{
  guint start;
  guint end;

  if (size < KERNEL_VERSION + 2)
    return FALSE;
  start = kexec_le16 (data + KERNEL_VERSION) + 0x200;
  end = (guint) MIN (size, setup_size (data));
  if (start == 0x200 || start >= end)
    return FALSE;
  return kexec_version_parse ((const char *) data + start, MIN (end - start, VERSION_STRING_MAX),
                              release, version);
}

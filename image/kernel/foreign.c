/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What boot loaders of phones and embedded devices take: kexec does not. */
#include <string.h>

#include "image/bytes.h"
#include "image/kernel/kernel-formats.h"

/* U-Boot: include/image.h, struct legacy_img_hdr; big-endian. */
#define UIMAGE_ARCHITECTURE 29
#define UIMAGE_TYPE         30
#define UIMAGE_HEADER_SIZE  64
#define UIMAGE_TYPE_RAMDISK 3
#define UIMAGE_TYPE_SCRIPT  6

/* IH_ARCH_* */
static const char *const uimage_architectures[] = {
  [2] = "arm",   [3] = "i686",     [4] = "ia64",    [5] = "mips",     [6] = "mips64",
  [7] = "ppc",   [8] = "s390x",    [9] = "sh",      [10] = "sparc",   [11] = "sparc64",
  [12] = "m68k", [22] = "aarch64", [24] = "x86_64", [26] = "riscv64", [27] = "riscv64",
};

void
kexec_uimage_inspect (KexecInspection *self)
{
  guint8 architecture;
  guint8 type;

  if (self->head_size < UIMAGE_HEADER_SIZE) {
    kexec_inspection_refuse_truncated (self, UIMAGE_HEADER_SIZE);
    return;
  }
  architecture = self->head[UIMAGE_ARCHITECTURE];
  type = self->head[UIMAGE_TYPE];
  if (type == UIMAGE_TYPE_RAMDISK || type == UIMAGE_TYPE_SCRIPT) {
    kexec_inspection_refuse (self, KEXEC_FINDING_NOT_A_KERNEL,
                             "is a %s for U-Boot, not a kernel; name a kernel file, usually "
                             "/boot/vmlinuz-VERSION",
                             type == UIMAGE_TYPE_RAMDISK ? "ramdisk" : "script");
    return;
  }
  if (architecture < G_N_ELEMENTS (uimage_architectures))
    self->kernel->architecture = uimage_architectures[architecture];
  kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
                           "is a kernel in the format of U-Boot (uImage), which cannot be loaded; "
                           "name the file that it was made of (zImage, Image or vmlinux)");
}

/* A FIT image is a device tree that has the files in it, under a node with this name. */
void
kexec_devicetree_inspect (KexecInspection *self)
{
  static const char node[] = "\0\0\0\1images\0";

  if (memmem (self->head, self->head_size, node, sizeof node - 1) != NULL)
    kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
                             "is a FIT image for U-Boot, which cannot be loaded; take the kernel "
                             "out of it (dumpimage), and name that");
  else
    kexec_inspection_refuse (self, KEXEC_FINDING_NOT_A_KERNEL,
                             "is a device tree, not a kernel; name a kernel file, usually "
                             "/boot/vmlinuz-VERSION");
}

void
kexec_android_inspect (KexecInspection *self)
{
  kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
                           "is a boot image for Android, which cannot be loaded; take the kernel "
                           "out of it (unpack_bootimg), and name that");
}

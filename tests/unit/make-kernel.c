/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes a setup header, a PE header, a version string and something that looks like a payload. */
#include "tests/unit/make-kernel.h"

#include <string.h>

/* In the PE header: of its optional header's end with six directories, and of the certificates'. */
enum {
  OPTIONAL_HEADER = MADE_PE_HEADER + 24,
  DIRECTORY_COUNT = OPTIONAL_HEADER + 108,
  CERTIFICATES = DIRECTORY_COUNT + 4 + 4 * 8,
};

void
make_kernel_put16 (GByteArray *kernel, gsize offset, guint16 value)
{
  value = GUINT16_TO_LE (value);
  memcpy (kernel->data + offset, &value, sizeof value);
}

void
make_kernel_put32 (GByteArray *kernel, gsize offset, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (kernel->data + offset, &value, sizeof value);
}

static void
put_pe_header (GByteArray *kernel)
{
  memcpy (kernel->data, "MZ", 2);
  make_kernel_put32 (kernel, 0x3c, MADE_PE_HEADER);
  memcpy (kernel->data + MADE_PE_HEADER, "PE\0\0", 4);
  make_kernel_put16 (kernel, OPTIONAL_HEADER, 0x20b);
  make_kernel_put32 (kernel, DIRECTORY_COUNT, 6);
}

static void
put_setup_header (GByteArray *kernel)
{
  kernel->data[KERNEL_SETUP_SECTS] = MADE_SETUP_SIZE / 512 - 1;
  make_kernel_put32 (kernel, KERNEL_SYSSIZE, (MADE_SIZE - MADE_SETUP_SIZE) / 16);
  make_kernel_put16 (kernel, KERNEL_BOOT_FLAG, 0xaa55);
  kernel->data[KERNEL_JUMP_OFFSET - 1] = 0xeb;
  kernel->data[KERNEL_JUMP_OFFSET] = 0x6a;
  memcpy (kernel->data + KERNEL_HEADER, "HdrS", 4);
  make_kernel_put16 (kernel, KERNEL_PROTOCOL, 0x020f);
  make_kernel_put16 (kernel, KERNEL_VERSION, MADE_VERSION_STRING - 0x200);
  kernel->data[KERNEL_LOADFLAGS] = 0x01;
  make_kernel_put32 (kernel, KERNEL_ALIGNMENT, 0x200000);
  make_kernel_put16 (kernel, KERNEL_XLOADFLAGS, 0x7f);
  make_kernel_put32 (kernel, KERNEL_CMDLINE_SIZE, 2047);
  make_kernel_put32 (kernel, KERNEL_PAYLOAD_OFFSET, MADE_PAYLOAD - MADE_SETUP_SIZE);
  make_kernel_put32 (kernel, KERNEL_PAYLOAD_LENGTH, MADE_PAYLOAD_LENGTH);
  make_kernel_put32 (kernel, KERNEL_INIT_SIZE, 1024 * 1024);
}

GByteArray *
make_kernel (const char *release)
{
  GByteArray *kernel = g_byte_array_new ();
  g_autofree char *version =
    g_strdup_printf ("%s (builder@example.org) #1 SMP PREEMPT_DYNAMIC", release);

  g_byte_array_set_size (kernel, MADE_SIZE);
  memset (kernel->data, 0, kernel->len);
  put_pe_header (kernel);
  put_setup_header (kernel);
  g_strlcpy ((char *) kernel->data + MADE_VERSION_STRING, version, 512);
  memset (kernel->data + MADE_PAYLOAD, 0xa5, MADE_PAYLOAD_LENGTH);
  memcpy (kernel->data + MADE_PAYLOAD,
          "\xfd"
          "7zXZ\0",
          6);
  make_kernel_put32 (kernel, MADE_PAYLOAD + MADE_PAYLOAD_LENGTH - 4, 512 * 1024);
  return kernel;
}

void
make_kernel_sign (GByteArray *kernel)
{
  guint start = kernel->len;

  g_byte_array_set_size (kernel, start + MADE_SIGNATURE_SIZE);
  memset (kernel->data + start, 0x5a, MADE_SIGNATURE_SIZE);
  make_kernel_put32 (kernel, start, MADE_SIGNATURE_SIZE);
  make_kernel_put16 (kernel, start + 4, 0x0200);
  make_kernel_put16 (kernel, start + 6, 0x0002);
  make_kernel_put32 (kernel, CERTIFICATES, start);
  make_kernel_put32 (kernel, CERTIFICATES + 4, MADE_SIGNATURE_SIZE);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes a setup header, a PE header, a version string and a payload that can be unpacked. */
#include "tests/unit/make-kernel.h"

#include <elf.h>
#include <string.h>
#include <zlib.h>

/* Of a gzip file with one block that is stored, not packed: so its size is known. */
enum {
  GZIP_HEADER = 10,
  BLOCK_HEADER = 5,
  GZIP_OVERHEAD = GZIP_HEADER + BLOCK_HEADER + 8,
};

G_STATIC_ASSERT (MADE_UNPACKED_SIZE + GZIP_OVERHEAD == MADE_PAYLOAD_LENGTH);

#define BUILDER "(builder@example.org)"
#define BUILD   "#1 SMP PREEMPT_DYNAMIC"

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

void
make_kernel_put64 (GByteArray *kernel, gsize offset, guint64 value)
{
  value = GUINT64_TO_LE (value);
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
make_vmlinux (const char *release, guint machine, gsize size)
{
  GByteArray *vmlinux = g_byte_array_new ();
  g_autofree char *banner = g_strdup_printf (
    "Linux version %s " BUILDER " (cc (Test 1) 1.0, GNU ld 2.0) " BUILD "\n", release);
  const Elf64_Ehdr header = {
    .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
    .e_type = ET_EXEC,
    .e_machine = (Elf64_Half) machine,
    .e_version = EV_CURRENT,
    .e_phoff = sizeof (Elf64_Ehdr),
    .e_ehsize = sizeof (Elf64_Ehdr),
    .e_phentsize = sizeof (Elf64_Phdr),
    .e_phnum = 1,
  };
  const Elf64_Phdr segment = {
    .p_type = PT_LOAD,
    .p_offset = 256,
    .p_paddr = 0x1000000,
    .p_filesz = size - 512,
    .p_memsz = size,
  };

  g_byte_array_set_size (vmlinux, (guint) size);
  memset (vmlinux->data, 0, size);
  memcpy (vmlinux->data, &header, sizeof header);
  memcpy (vmlinux->data + sizeof header, &segment, sizeof segment);
  memcpy (vmlinux->data + 512, banner, MIN (strlen (banner), 256));
  for (gsize i = size - 256; i + 4 <= size; i += 4)
    make_kernel_put32 (vmlinux, i, 0x81000000 + (guint32) i * 64);
  return vmlinux;
}

GByteArray *
make_gzip (const guint8 *data, gsize size)
{
  GByteArray *packed = g_byte_array_new ();
  z_stream stream = { .next_in = (Bytef *) data, .avail_in = (uInt) size };
  int result;

  deflateInit2 (&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  g_byte_array_set_size (packed, (guint) deflateBound (&stream, size));
  stream.next_out = packed->data;
  stream.avail_out = packed->len;
  result = deflate (&stream, Z_FINISH);
  g_assert (result == Z_STREAM_END);
  g_byte_array_set_size (packed, (guint) stream.total_out);
  deflateEnd (&stream);
  return packed;
}

/* The same size whatever is in it. */
static void
put_stored_gzip (GByteArray *kernel, gsize offset, const GByteArray *contents)
{
  guint8 *p = kernel->data + offset;

  memcpy (p, "\x1f\x8b\x08\0\0\0\0\0\0\x03", GZIP_HEADER);
  p[GZIP_HEADER] = 1; /* the last block, stored */
  make_kernel_put16 (kernel, offset + GZIP_HEADER + 1, (guint16) contents->len);
  make_kernel_put16 (kernel, offset + GZIP_HEADER + 3, (guint16) ~contents->len);
  memcpy (p + GZIP_HEADER + BLOCK_HEADER, contents->data, contents->len);
  offset += GZIP_HEADER + BLOCK_HEADER + contents->len;
  make_kernel_put32 (kernel, offset, (guint32) crc32 (0, contents->data, contents->len));
  make_kernel_put32 (kernel, offset + 4, contents->len);
}

GByteArray *
make_kernel (const char *release)
{
  GByteArray *kernel = g_byte_array_new ();
  g_autofree char *version = g_strdup_printf ("%s " BUILDER " " BUILD, release);
  g_autoptr (GByteArray) vmlinux = make_vmlinux (release, EM_X86_64, MADE_UNPACKED_SIZE);

  g_byte_array_set_size (kernel, MADE_SIZE);
  memset (kernel->data, 0, kernel->len);
  put_pe_header (kernel);
  put_setup_header (kernel);
  g_strlcpy ((char *) kernel->data + MADE_VERSION_STRING, version, 512);
  put_stored_gzip (kernel, MADE_PAYLOAD, vmlinux);
  return kernel;
}

void
make_kernel_set_payload (GByteArray *kernel, const guint8 *data, gsize size)
{
  gsize end = (MAX (MADE_PAYLOAD + size, MADE_SIZE) + 15) / 16 * 16;
  guint old = kernel->len;

  g_byte_array_set_size (kernel, (guint) end);
  memset (kernel->data + old, 0, end - old);
  memset (kernel->data + MADE_PAYLOAD, 0, MADE_PAYLOAD_LENGTH);
  memcpy (kernel->data + MADE_PAYLOAD, data, size);
  make_kernel_put32 (kernel, KERNEL_PAYLOAD_LENGTH, (guint32) size);
  make_kernel_put32 (kernel, KERNEL_SYSSIZE, (guint32) (end - MADE_SETUP_SIZE) / 16);
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the headers, the section table and the sections. */
#include "tests/unit/make-pe.h"

#include <string.h>

#include "tests/unit/make-kernel.h"

#define FILE_ALIGNMENT   512
#define MEMORY_ALIGNMENT 4096
#define DIRECTORY_COUNT  16

struct PeSections {
  GPtrArray *names; /* (element-type char *) */
  GPtrArray *data;  /* (element-type GBytes) */
};

PeSections *
pe_sections_new (void)
{
  PeSections *self = g_new0 (PeSections, 1);

  self->names = g_ptr_array_new_with_free_func (g_free);
  self->data = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return self;
}

void
pe_sections_free (PeSections *self)
{
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->data);
  g_free (self);
}

void
pe_sections_add (PeSections *self, const char *name, const void *data, gsize size)
{
  g_ptr_array_add (self->names, g_strdup (name));
  g_ptr_array_add (self->data, g_bytes_new (data, size));
}

void
pe_sections_add_text (PeSections *self, const char *name, const char *text)
{
  pe_sections_add (self, name, text, strlen (text));
}

static guint32
align (gsize size, guint32 alignment)
{
  return (guint32) ((size + alignment - 1) / alignment * alignment);
}

static void
resize (GByteArray *pe, guint size)
{
  guint old = pe->len;

  g_byte_array_set_size (pe, size);
  memset (pe->data + old, 0, size - old);
}

static void
put_section (GByteArray *pe, gsize header, const char *name, GBytes *bytes, guint32 address)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);
  guint offset = pe->len;

  resize (pe, offset + align (size, FILE_ALIGNMENT));
  if (size > 0)
    memcpy (pe->data + offset, data, size);
  memcpy (pe->data + header, name, MIN (strlen (name), 8));
  make_kernel_put32 (pe, header + SECTION_VIRTUAL_SIZE, (guint32) size);
  make_kernel_put32 (pe, header + SECTION_VIRTUAL_ADDRESS, address);
  make_kernel_put32 (pe, header + SECTION_RAW_SIZE, align (size, FILE_ALIGNMENT));
  make_kernel_put32 (pe, header + SECTION_OFFSET, offset);
}

static GByteArray *
make (const PeSections *sections, guint16 machine, guint16 magic, guint directory_count)
{
  GByteArray *pe = g_byte_array_new ();
  guint table = directory_count + 4 + DIRECTORY_COUNT * 8;
  guint32 address = MEMORY_ALIGNMENT;

  resize (pe, align (table + sections->names->len * PE_SECTION_HEADER_SIZE, FILE_ALIGNMENT));
  memcpy (pe->data, "MZ", 2);
  make_kernel_put32 (pe, 0x3c, PE_HEADER);
  memcpy (pe->data + PE_HEADER, "PE\0\0", 4);
  make_kernel_put16 (pe, PE_HEADER + 4, machine);
  make_kernel_put16 (pe, PE_SECTION_COUNT, (guint16) sections->names->len);
  make_kernel_put16 (pe, PE_OPTIONAL_SIZE, (guint16) (table - PE_OPTIONAL_HEADER));
  make_kernel_put16 (pe, PE_OPTIONAL_HEADER, magic);
  make_kernel_put32 (pe, PE_OPTIONAL_HEADER + 32, MEMORY_ALIGNMENT);
  make_kernel_put32 (pe, PE_OPTIONAL_HEADER + 36, FILE_ALIGNMENT);
  make_kernel_put32 (pe, PE_OPTIONAL_HEADER + 60, pe->len);
  make_kernel_put16 (pe, PE_OPTIONAL_HEADER + 68, 10);
  make_kernel_put32 (pe, directory_count, DIRECTORY_COUNT);
  for (guint i = 0; i < sections->names->len; i++) {
    put_section (pe, table + i * PE_SECTION_HEADER_SIZE, sections->names->pdata[i],
                 sections->data->pdata[i], address);
    address += align (MAX (g_bytes_get_size (sections->data->pdata[i]), 1), MEMORY_ALIGNMENT);
  }
  make_kernel_put32 (pe, PE_OPTIONAL_HEADER + 56, address);
  return pe;
}

GByteArray *
make_pe (const PeSections *sections)
{
  return make (sections, 0x8664, 0x20b, PE_DIRECTORY_COUNT);
}

GByteArray *
make_pe32 (const PeSections *sections)
{
  return make (sections, 0x14c, 0x10b, PE_DIRECTORY_COUNT - 16);
}

GByteArray *
make_pe_of_text (const char *name, ...)
{
  g_autoptr (PeSections) sections = pe_sections_new ();
  va_list ap;

  va_start (ap, name);
  for (; name != NULL; name = va_arg (ap, const char *))
    pe_sections_add_text (sections, name, va_arg (ap, const char *));
  va_end (ap);
  return make_pe (sections);
}

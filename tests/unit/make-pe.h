/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes PE files out of sections: unified kernel images and addons in all that kexecd looks at,
 * with no program in them. Numbers in them are spoilt with make_kernel_put16() and …put32().
 */
#pragma once

#include <glib.h>

/* Where make_pe() puts things, in bytes from the beginning of the file. */
enum {
  PE_HEADER = 0x40, /* "PE\0\0" */
  PE_SECTION_COUNT = PE_HEADER + 6,
  PE_OPTIONAL_SIZE = PE_HEADER + 20,
  PE_OPTIONAL_HEADER = PE_HEADER + 24,
  PE_DIRECTORY_COUNT = PE_OPTIONAL_HEADER + 108,
  PE_CERTIFICATES = PE_DIRECTORY_COUNT + 4 + 4 * 8,
  PE_SECTION_TABLE = PE_DIRECTORY_COUNT + 4 + 16 * 8,
  PE_SECTION_HEADER_SIZE = 40,
};

/* Offsets in the header of a section. */
enum {
  SECTION_VIRTUAL_SIZE = 8,
  SECTION_VIRTUAL_ADDRESS = 12,
  SECTION_RAW_SIZE = 16,
  SECTION_OFFSET = 20,
};

/** Where the header of section @index is. */
#define PE_SECTION(index) (PE_SECTION_TABLE + (index) *PE_SECTION_HEADER_SIZE)

/* Sections to be. */
typedef struct PeSections PeSections;

PeSections *pe_sections_new (void);
void pe_sections_free (PeSections *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeSections, pe_sections_free)

void pe_sections_add (PeSections *self, const char *name, const void *data, gsize size);
void pe_sections_add_text (PeSections *self, const char *name, const char *text);

/**
 * make_pe:
 *
 * Returns: (transfer full): a PE32+ EFI application for x86-64 with these sections, aligned to 512
 * bytes in the file and to 4096 in memory.
 */
GByteArray *make_pe (const PeSections *sections);

/** As make_pe(), PE32 for i386; its fields from PE_DIRECTORY_COUNT on are 16 bytes earlier. */
GByteArray *make_pe32 (const PeSections *sections);

/**
 * make_pe_of_text:
 * @name: of the first section, followed by its text; then further pairs, and %NULL
 */
GByteArray *make_pe_of_text (const char *name, ...) G_GNUC_NULL_TERMINATED;

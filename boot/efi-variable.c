/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EFI variables, as the kernel shows them in files. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "boot/scan.h"
#include "image/printable.h"

#define DIRECTORY       "/sys/firmware/efi/efivars/"
#define LOADER_GUID     "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define ATTRIBUTES_SIZE 4
#define DATA_MAX        4096

GBytes *
kexec_scan_efi_bytes (KexecScan *self, const char *name)
{
  g_autofree char *path = g_strconcat (DIRECTORY, name, NULL);
  kexec_autofd fd = kexec_beneath_open_in_root (self->root_fd, path, O_RDONLY, NULL);
  g_autofree guint8 *data = NULL;
  ssize_t size;

  if (fd < 0)
    return NULL;
  /* A variable comes in one piece; read twice it could be two. */
  data = g_malloc (ATTRIBUTES_SIZE + DATA_MAX);
  size = TEMP_FAILURE_RETRY (read (fd, data, ATTRIBUTES_SIZE + DATA_MAX));
  if (size < ATTRIBUTES_SIZE)
    return NULL;
  return g_bytes_new (data + ATTRIBUTES_SIZE, (gsize) size - ATTRIBUTES_SIZE);
}

char *
kexec_efi_string_parse (const guint8 *data, gsize size)
{
  g_autofree gunichar2 *units = g_new0 (gunichar2, size / 2 + 1);
  g_autofree char *text = NULL;
  glong n = 0;

  for (; (gsize) n < size / 2; n++) {
    units[n] = (gunichar2) (data[2 * n] | data[2 * n + 1] << 8);
    if (units[n] == 0)
      break;
  }
  text = g_utf16_to_utf8 (units, n, NULL, NULL, NULL);
  return text != NULL ? kexec_printable (text) : NULL;
}

char *
kexec_scan_efi_string (KexecScan *self, const char *name)
{
  g_autofree char *full = g_strconcat (name, "-" LOADER_GUID, NULL);
  g_autoptr (GBytes) bytes = kexec_scan_efi_bytes (self, full);

  return bytes != NULL
           ? kexec_efi_string_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes))
           : NULL;
}

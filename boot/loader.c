/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks for the traces that boot loaders leave. */
#include "boot/loader.h"

#include <string.h>

#include "image/cmdline.h"

#define GLOBAL_GUID "8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* UEFI 2.10, 10.3: nodes of device paths. */
#define NODE_HEADER_SIZE  4
#define NODE_TYPE_MEDIA   0x04
#define NODE_SUBTYPE_FILE 0x04
#define NODE_TYPE_END     0x7f
/* 3.1.3: attributes and the length of the path list stand before the description. */
#define OPTION_HEADER_SIZE 6

static const char *const names[] = {
  [KEXEC_LOADER_UNKNOWN] = "an unknown boot loader", [KEXEC_LOADER_GRUB] = "GRUB",
  [KEXEC_LOADER_SYSTEMD_BOOT] = "systemd-boot",      [KEXEC_LOADER_FIRMWARE] = "The firmware",
  [KEXEC_LOADER_OTHER] = "another boot loader",
};

const char *
kexec_loader_name (KexecLoader loader)
{
  return names[loader];
}

/* --- LoaderInfo and StubInfo --- */

static KexecLoader
ask_loader_info (KexecScan *scan, char **reason)
{
  g_autofree char *info = kexec_scan_efi_string (scan, "LoaderInfo");
  KexecLoader loader = KEXEC_LOADER_OTHER;

  if (info == NULL || *info == '\0')
    return KEXEC_LOADER_UNKNOWN;
  if (g_str_has_prefix (info, "systemd-boot"))
    loader = KEXEC_LOADER_SYSTEMD_BOOT;
  else if (g_ascii_strncasecmp (info, "GRUB", 4) == 0)
    loader = KEXEC_LOADER_GRUB;
  *reason = g_strdup_printf ("%s booted this system (the EFI variable LoaderInfo says \"%s\")",
                             loader != KEXEC_LOADER_OTHER ? names[loader] : info, info);
  return loader;
}

static KexecLoader
ask_stub_info (KexecScan *scan, char **reason)
{
  g_autofree char *info = kexec_scan_efi_string (scan, "StubInfo");

  if (info == NULL || *info == '\0')
    return KEXEC_LOADER_UNKNOWN;
  *reason = g_strdup_printf ("The firmware started a unified kernel image by itself (the EFI "
                             "variable StubInfo says \"%s\", and no LoaderInfo is there)",
                             info);
  return KEXEC_LOADER_FIRMWARE;
}

/* --- the running command line --- */

static KexecLoader
ask_cmdline (KexecScan *scan, char **reason)
{
  g_autofree char *image = kexec_cmdline_get (scan->cmdline, "BOOT_IMAGE");
  g_autofree char *initrd = kexec_cmdline_get (scan->cmdline, "initrd");

  /* GRUB writes a whole path, perhaps with its device; others write a name or a label. */
  if (image != NULL && (*image == '/' || *image == '(')) {
    *reason = g_strdup ("GRUB booted this system (BOOT_IMAGE= is on its command line)");
    return KEXEC_LOADER_GRUB;
  }
  if (image != NULL) {
    *reason = g_strdup_printf ("Another boot loader than GRUB booted this system (BOOT_IMAGE=%s is "
                               "on its command line)",
                               image);
    return KEXEC_LOADER_OTHER;
  }
  if (initrd != NULL && *initrd == '\\') {
    *reason = g_strdup ("systemd-boot booted this system (initrd=\\… is on its command line)");
    return KEXEC_LOADER_SYSTEMD_BOOT;
  }
  return KEXEC_LOADER_UNKNOWN;
}

/* --- the firmware's boot option --- */

static guint
read_u16 (const guint8 *data)
{
  return data[0] | (guint) data[1] << 8;
}

/* Returns: where the list of device paths begins, after the description; 0 if it is damaged. */
static gsize
find_paths (const guint8 *data, gsize size)
{
  for (gsize i = OPTION_HEADER_SIZE; i + 2 <= size; i += 2)
    if (read_u16 (data + i) == 0)
      return i + 2;
  return 0;
}

char *
kexec_loader_option_path (const guint8 *data, gsize size)
{
  gsize at = size > OPTION_HEADER_SIZE ? find_paths (data, size) : 0;

  while (at != 0 && at + NODE_HEADER_SIZE <= size) {
    const guint8 *node = data + at;
    gsize length = read_u16 (node + 2);

    if (node[0] == NODE_TYPE_END || length < NODE_HEADER_SIZE || length > size - at)
      return NULL;
    if (node[0] == NODE_TYPE_MEDIA && node[1] == NODE_SUBTYPE_FILE)
      return kexec_efi_string_parse (node + NODE_HEADER_SIZE, length - NODE_HEADER_SIZE);
    at += length;
  }
  return NULL;
}

static KexecLoader
loader_of_path (const char *path)
{
  static const struct {
    const char *part;
    KexecLoader loader;
  } parts[] = {
    { "systemd-boot", KEXEC_LOADER_SYSTEMD_BOOT },
    { "grub", KEXEC_LOADER_GRUB },
    { "shim", KEXEC_LOADER_GRUB },
    { "\\efi\\linux\\", KEXEC_LOADER_FIRMWARE },
  };
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strstr (lower, parts[i].part) != NULL)
      return parts[i].loader;
  return KEXEC_LOADER_UNKNOWN; /* \EFI\BOOT\BOOTX64.EFI is anybody's */
}

/* Returns: (transfer full) (nullable): the path in the boot option that a variable names first. */
static char *
read_option_path (KexecScan *scan, const char *variable)
{
  g_autoptr (GBytes) number = kexec_scan_efi_bytes (scan, variable);
  g_autoptr (GBytes) option = NULL;
  g_autofree char *name = NULL;

  if (number == NULL || g_bytes_get_size (number) < 2)
    return NULL;
  name = g_strdup_printf ("Boot%04X-" GLOBAL_GUID, read_u16 (g_bytes_get_data (number, NULL)));
  option = kexec_scan_efi_bytes (scan, name);
  return option != NULL
           ? kexec_loader_option_path (g_bytes_get_data (option, NULL), g_bytes_get_size (option))
           : NULL;
}

char *
kexec_loader_next_path (KexecScan *scan)
{
  char *path = read_option_path (scan, "BootNext-" GLOBAL_GUID);

  return path != NULL ? path : read_option_path (scan, "BootOrder-" GLOBAL_GUID);
}

static KexecLoader
ask_firmware (KexecScan *scan, char **reason)
{
  g_autofree char *path = read_option_path (scan, "BootCurrent-" GLOBAL_GUID);
  KexecLoader loader = path != NULL ? loader_of_path (path) : KEXEC_LOADER_UNKNOWN;

  if (loader != KEXEC_LOADER_UNKNOWN)
    *reason =
      g_strdup_printf ("%s booted this system (the firmware started %s)", names[loader], path);
  return loader;
}

KexecLoader
kexec_loader_detect (KexecScan *scan, char **reason)
{
  static KexecLoader (*const witnesses[]) (KexecScan *, char **) = {
    ask_loader_info,
    ask_cmdline,
    ask_stub_info,
    ask_firmware,
  };

  for (guint i = 0; i < G_N_ELEMENTS (witnesses); i++) {
    KexecLoader loader = witnesses[i](scan, reason);

    if (loader != KEXEC_LOADER_UNKNOWN)
      return loader;
  }
  *reason = g_strdup ("");
  return KEXEC_LOADER_UNKNOWN;
}

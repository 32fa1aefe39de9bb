/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The traces that boot loaders leave, one by one and against each other. */
#include "boot/loader.h"

#include <string.h>

#include "tests/unit/make-tree.h"

#define EFIVARS     "sys/firmware/efi/efivars/"
#define LOADER_GUID "-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define GLOBAL_GUID "-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static void
append_utf16 (GByteArray *bytes, const char *text)
{
  for (;; text++) {
    const guint8 unit[2] = { (guint8) *text, 0 };

    g_byte_array_append (bytes, unit, 2);
    if (*text == '\0')
      return;
  }
}

static void
write_variable (Tree *tree, const char *name, const GByteArray *data)
{
  g_autofree char *path = g_strconcat (EFIVARS, name, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) "\6\0\0\0", 4);
  g_byte_array_append (bytes, data->data, data->len);
  tree_write_bytes (tree, path, bytes);
}

static void
write_string (Tree *tree, const char *name, const char *text)
{
  g_autofree char *full = g_strconcat (name, LOADER_GUID, NULL);
  g_autoptr (GByteArray) data = g_byte_array_new ();

  append_utf16 (data, text);
  write_variable (tree, full, data);
}

/* A load option with a hard disk's node before the file's. */
static GByteArray *
make_option (const char *file)
{
  GByteArray *option = g_byte_array_new ();
  g_autoptr (GByteArray) path = g_byte_array_new ();
  guint8 node[4] = { 0x04, 0x04 };
  guint length;

  append_utf16 (path, file);
  length = path->len + 4;
  node[2] = (guint8) length;
  node[3] = (guint8) (length >> 8);
  g_byte_array_append (option, (const guint8 *) "\1\0\0\0\0\0", 6);
  append_utf16 (option, "A description");
  g_byte_array_append (option, (const guint8 *) "\4\1\6\0xx", 6);
  g_byte_array_append (option, node, 4);
  g_byte_array_append (option, path->data, path->len);
  g_byte_array_append (option, (const guint8 *) "\x7f\xff\4\0", 4);
  return option;
}

static void
write_option (Tree *tree, const char *variable, guint8 number, const char *file)
{
  g_autofree char *name = g_strconcat (variable, GLOBAL_GUID, NULL);
  g_autofree char *option_name = g_strdup_printf ("Boot%04X" GLOBAL_GUID, number);
  g_autoptr (GByteArray) option = make_option (file);
  g_autoptr (GByteArray) value = g_byte_array_new ();
  const guint8 unit[2] = { number, 0 };

  g_byte_array_append (value, unit, 2);
  write_variable (tree, name, value);
  write_variable (tree, option_name, option);
}

static void
expect_loader (Tree *tree, KexecLoader expected, const char *word)
{
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecScan) scan = kexec_scan_new (tree->fd, config);
  g_autofree char *reason = NULL;

  g_assert_cmpint (kexec_loader_detect (scan, &reason), ==, expected);
  if (strstr (reason, word) == NULL)
    g_error ("\"%s\" does not say \"%s\"", reason, word);
}

static void
test_nothing (void)
{
  g_autoptr (Tree) tree = tree_new ();

  expect_loader (tree, KEXEC_LOADER_UNKNOWN, "");
  tree_write (tree, "proc/cmdline", "root=/dev/sda1 ro\n");
  expect_loader (tree, KEXEC_LOADER_UNKNOWN, "");
}

static void
test_cmdline (void)
{
  static const struct {
    const char *cmdline;
    KexecLoader loader;
  } rows[] = {
    { "BOOT_IMAGE=/boot/vmlinuz-6.1 root=/dev/sda1", KEXEC_LOADER_GRUB },
    { "BOOT_IMAGE=(hd0,gpt2)/vmlinuz-6.1 root=/dev/sda1", KEXEC_LOADER_GRUB },
    { "BOOT_IMAGE=vmlinuz-lts root=/dev/sda1", KEXEC_LOADER_OTHER },
    { "initrd=\\debian\\initrd.img root=/dev/sda1", KEXEC_LOADER_SYSTEMD_BOOT },
    { "initrd=/boot/initrd.img root=/dev/sda1", KEXEC_LOADER_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Tree) tree = tree_new ();

    tree_write (tree, "proc/cmdline", rows[i].cmdline);
    expect_loader (tree, rows[i].loader, "");
  }
}

/* It comes before the command line, which may be of a kernel that was booted by kexec. */
static void
test_loader_info (void)
{
  g_autoptr (Tree) tree = tree_new ();

  tree_write (tree, "proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz\n");
  write_string (tree, "LoaderInfo", "systemd-boot 252.39-1~deb12u1");
  expect_loader (tree, KEXEC_LOADER_SYSTEMD_BOOT, "252.39");
  write_string (tree, "LoaderInfo", "GRUB 2.12");
  expect_loader (tree, KEXEC_LOADER_GRUB, "LoaderInfo");
  write_string (tree, "LoaderInfo", "Limine 8");
  expect_loader (tree, KEXEC_LOADER_OTHER, "Limine");
  write_string (tree, "LoaderInfo", "");
  expect_loader (tree, KEXEC_LOADER_GRUB, "BOOT_IMAGE");
}

static void
test_stub_info (void)
{
  g_autoptr (Tree) tree = tree_new ();

  write_string (tree, "StubInfo", "systemd-stub 252");
  expect_loader (tree, KEXEC_LOADER_FIRMWARE, "systemd-stub 252");
}

static void
test_boot_option (void)
{
  static const struct {
    const char *file;
    KexecLoader loader;
  } rows[] = {
    { "\\EFI\\debian\\shimx64.efi", KEXEC_LOADER_GRUB },
    { "\\EFI\\gentoo\\GRUBX64.EFI", KEXEC_LOADER_GRUB },
    { "\\EFI\\systemd\\systemd-bootx64.efi", KEXEC_LOADER_SYSTEMD_BOOT },
    { "\\EFI\\Linux\\arch.efi", KEXEC_LOADER_FIRMWARE },
    { "\\EFI\\BOOT\\BOOTX64.EFI", KEXEC_LOADER_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Tree) tree = tree_new ();

    write_option (tree, "BootCurrent", 10, rows[i].file);
    expect_loader (tree, rows[i].loader,
                   rows[i].loader != KEXEC_LOADER_UNKNOWN ? rows[i].file : "");
  }
}

static void
test_next_path (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (KexecConfig) config = kexec_config_new ();
  g_autoptr (KexecScan) scan = kexec_scan_new (tree->fd, config);
  g_autofree char *ordered = NULL;
  g_autofree char *next = NULL;

  g_assert_null (kexec_loader_next_path (scan));
  write_option (tree, "BootOrder", 1, "\\EFI\\Linux\\a.efi");
  ordered = kexec_loader_next_path (scan);
  g_assert_cmpstr (ordered, ==, "\\EFI\\Linux\\a.efi");
  write_option (tree, "BootNext", 2, "\\EFI\\Linux\\b.efi");
  next = kexec_loader_next_path (scan);
  g_assert_cmpstr (next, ==, "\\EFI\\Linux\\b.efi");
}

/* However it is cut, nothing is read behind its end. */
static void
test_cut_option (void)
{
  g_autoptr (GByteArray) option = make_option ("\\EFI\\Linux\\a.efi");

  for (guint size = 0; size < option->len - 4; size++) {
    g_autofree guint8 *copy = g_memdup2 (option->data, size);
    g_autofree char *path = kexec_loader_option_path (copy, size);

    g_assert_null (path);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loader/nothing", test_nothing);
  g_test_add_func ("/loader/cmdline", test_cmdline);
  g_test_add_func ("/loader/loader-info", test_loader_info);
  g_test_add_func ("/loader/stub-info", test_stub_info);
  g_test_add_func ("/loader/boot-option", test_boot_option);
  g_test_add_func ("/loader/next-path", test_next_path);
  g_test_add_func ("/loader/cut-option", test_cut_option);
  return g_test_run ();
}

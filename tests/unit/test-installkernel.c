/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gentoo's list of installed kernels. */
#include "boot/installkernel.h"

#include <string.h>

/* A line as installkernel writes it. */
#define LINE(version, layout, dir, kernel, initrd)                                                 \
  "Tue Nov 24 12:00:00 UTC 2026\tsystemd\t" version "\t/usr/lib/kernel\t" layout                   \
  "\tdracut\tnone\t" dir "\t" kernel "\t" initrd "\t50-depmod.install 90-compat.install\t\n"

/* @expected: "VERSION=KERNEL,INITRD", with "|" between them */
static void
expect (const char *text, const char *expected)
{
  g_autoptr (GPtrArray) kernels = kexec_installkernel_parse (text);
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < kernels->len; i++) {
    const KexecInstalledKernel *kernel = kernels->pdata[i];

    g_string_append_printf (line, "%s%s=%s,%s", i > 0 ? "|" : "", kernel->version, kernel->kernel,
                            kernel->initrd != NULL ? kernel->initrd : "");
  }
  g_assert_cmpstr (line->str, ==, expected);
}

static void
test_layouts (void)
{
  expect ("", "");
  expect (
    LINE ("6.6.1-gentoo", "compat", "/boot", "kernel-6.6.1-gentoo", "initramfs-6.6.1-gentoo.img"),
    "6.6.1-gentoo=/boot/kernel-6.6.1-gentoo,/boot/initramfs-6.6.1-gentoo.img");
  expect (LINE ("6.6.1", "uki", "/efi", "EFI/Linux/gentoo-6.6.1+3.efi", "unknown"),
          "6.6.1=/efi/EFI/Linux/gentoo-6.6.1+3.efi,");
  expect (LINE ("6.6.1", "efistub", "/boot", "EFI/Gentoo Linux/kernel-6.6.1.efi",
                "EFI/Gentoo Linux/initramfs-6.6.1.img"),
          "6.6.1=/boot/EFI/Gentoo Linux/kernel-6.6.1.efi,"
          "/boot/EFI/Gentoo Linux/initramfs-6.6.1.img");
  expect (LINE ("6.6.1", "bls", "/efi", "0123/6.6.1/linux", "0123/6.6.1/initrd"),
          "6.6.1=/efi/0123/6.6.1/linux,/efi/0123/6.6.1/initrd");
  /* a path that did not begin with the directory is whole */
  expect (LINE ("6.6.1", "grub", "/efi", "/boot/kernel-6.6.1", "/boot/initramfs-6.6.1.img"),
          "6.6.1=/boot/kernel-6.6.1,/boot/initramfs-6.6.1.img");
}

/* The last line is the newest; one kernel is there once. */
static void
test_order (void)
{
  expect (LINE ("1", "compat", "/boot", "kernel-1", "unknown")
            LINE ("2", "compat", "/boot", "kernel-2", "unknown")
              LINE ("1", "compat", "/boot", "kernel-1", "initramfs-1.img"),
          "1=/boot/kernel-1,/boot/initramfs-1.img|2=/boot/kernel-2,");
}

static void
test_others (void)
{
  static const char *const texts[] = {
    "\n\n",
    "one line\n",
    "\t\t\t\t\t\t\t\t\t\t\n",
    LINE ("1", "other", "/boot", "unknown", "unknown"),
    LINE ("1", "compat", "/boot", "", ""),
    LINE ("1", "compat", "boot", "kernel-1", "unknown"),
    LINE ("1", "compat", "notset", "kernel-1", "unknown"),
    LINE ("1", "compat", "/boot", "../etc/shadow", "unknown"),
    LINE ("1", "compat", "/boot/..", "kernel-1", "unknown"),
    LINE ("1", "compat", "/boot", "kernel\001", "unknown"),
    LINE ("1", "compat", "/boot", "kernel\374", "unknown"),
    "date\tgentoo\t1\t/etc\tcompat\tdracut\tnone\t/boot\tkernel-1", /* the rest is missing */
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    expect (texts[i], "");
  expect (LINE ("not a version", "compat", "/boot", "kernel-1", "../x"), "=/boot/kernel-1,");
}

static void
test_bounds (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) kernels = NULL;
  g_autofree char *x = g_strnfill (20000, 'x');

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, LINE ("%u", "compat", "/boot", "kernel-%u", "unknown"), i, i);
  g_string_append_printf (text, LINE ("%s", "compat", "/boot", "kernel", "unknown"), x);
  kernels = kexec_installkernel_parse (text->str);
  g_assert_cmpuint (kernels->len, ==, KEXEC_INSTALLKERNEL_MAX);
  g_assert_cmpstr (((KexecInstalledKernel *) kernels->pdata[0])->version, ==, "999");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/installkernel/layouts", test_layouts);
  g_test_add_func ("/installkernel/order", test_order);
  g_test_add_func ("/installkernel/others", test_others);
  g_test_add_func ("/installkernel/bounds", test_bounds);
  return g_test_run ();
}

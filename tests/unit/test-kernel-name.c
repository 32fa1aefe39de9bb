/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of kernels and initrds, as distributions give them. */
#include "boot/kernel-name.h"

static void
test_kernels (void)
{
  static const struct {
    const char *file;
    const char *label;
    const char *base;
    const char *version;
    const char *architecture;
    KexecEntryKind kind;
  } cases[] = {
    { "vmlinuz-6.1.0-30-cloud-amd64", "6.1.0-30-cloud-amd64", "6.1.0-30-cloud-amd64",
      "6.1.0-30-cloud-amd64" },
    { "vmlinuz-linux-lts", "linux-lts", "linux-lts", "" },
    { "vmlinuz-lts", "lts", "lts", "" },
    { "vmlinuz", "", "", "" },
    { "kernel", "", "", "" },
    { "bzImage", "", "", "" },
    { "bzImage-6.6.1", "6.6.1", "6.6.1", "6.6.1" },
    { "bzImage-6.6.32-yocto-standard", "6.6.32-yocto-standard", "6.6.32-yocto-standard",
      "6.6.32-yocto-standard" },
    { "vmlinuz-virt", "virt", "virt", "" },
    { "kernel-x86_64", "x86_64", "x86_64", "" },
    { "kernel-genkernel-arm64-6.6.1", "6.6.1", "6.6.1", "6.6.1", "arm64" },
    { "kernel-6.6.1-gentoo", "6.6.1-gentoo", "6.6.1-gentoo", "6.6.1-gentoo" },
    { "kernel-x86_64-6.6.1", "6.6.1", "6.6.1", "6.6.1", "x86_64" },
    { "kernel-genkernel-x86_64-6.6.1-gentoo", "6.6.1-gentoo", "6.6.1-gentoo", "6.6.1-gentoo",
      "x86_64" },
    { "kernel-genkernel-amd64-6.6.1.old", "6.6.1.old", "6.6.1", "6.6.1", "amd64", KEXEC_ENTRY_OLD },
    { "vmlinuz.old", ".old", "", "", NULL, KEXEC_ENTRY_OLD },
    { "vmlinuz-6.1.0.old", "6.1.0.old", "6.1.0", "6.1.0", NULL, KEXEC_ENTRY_OLD },
    { "vmlinuz-0-rescue-0123abcd", "0-rescue-0123abcd", "0-rescue-0123abcd", "", NULL,
      KEXEC_ENTRY_RESCUE },
    { "vmlinuz-x86_64-lts", "x86_64-lts", "x86_64-lts", "" },
    { "vmlinuz-6.6.52_1", "6.6.52_1", "6.6.52_1", "6.6.52_1" },
    { "kernel-genkernel-", "", "", "" },
    { "vmlinuz-6.1.0.efi", "6.1.0", "6.1.0", "6.1.0" },
    { "vmlinuz-6.1.0.efi.old", "6.1.0.old", "6.1.0", "6.1.0", NULL, KEXEC_ENTRY_OLD },
    { "vmlinuz-6.1.0.old.efi", "6.1.0.old", "6.1.0", "6.1.0", NULL, KEXEC_ENTRY_OLD },
    { "kernel-x86_64-6.6.1.efi", "6.6.1", "6.6.1", "6.6.1", "x86_64" },
    { "vmlinuz.efi", "", "", "" },
    { "kernel.efi.old", ".old", "", "", NULL, KEXEC_ENTRY_OLD },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (KexecKernelName) name = kexec_kernel_name_parse (cases[i].file);

    g_test_message ("%s", cases[i].file);
    g_assert_nonnull (name);
    g_assert_cmpstr (name->label, ==, cases[i].label);
    g_assert_cmpstr (name->base, ==, cases[i].base);
    g_assert_cmpstr (kexec_kernel_name_version (name), ==, cases[i].version);
    g_assert_cmpstr (name->architecture, ==, cases[i].architecture);
    g_assert_cmpint (name->kind, ==, cases[i].kind);
  }
}

static void
test_others (void)
{
  static const char *const files[] = {
    "",
    ".",
    "..",
    ".vmlinuz-6.1.0.hmac",
    "vmlinuz-",
    "vmlinuz6.1.0",
    "vmlinuz-6.1.0.bak",
    "vmlinuz-6.1.0~",
    "vmlinuz-6.1.0.dpkg-new",
    "vmlinuz-6.1.0.dpkg-tmp",
    "vmlinuz-6.1.0.rpmsave",
    "vmlinuz-6.1.0.sig",
    "vmlinuz-6.1.0.sig.efi",
    "vmlinuz-6.1.0.efi.bak",
    "vmlinuz-6.1.0.efi.extra.d",
    "vmlinuz-.efi",
    "vmlinuz-6.1.0.sha512",
    "vmlinuz 6.1.0",
    "vmlinuz-6.1.0 copy",
    "vmlinuz-\303\274",
    "vmlinuz-\374",
#if defined(__x86_64__) || defined(__i386__)
    "vmlinux-6.1.0",
    "vmlinux",
    "Image",
    "Image-6.1.0",
#endif
    "0a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p-linux-6.6.32-bzImage",
    "System.map-6.1.0",
    "config-6.1.0",
    "initrd.img-6.1.0",
    "memtest86+x64.bin",
    "kernel.img",
    "kernel8.img",
    "grub",
    "-vmlinuz",
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *shown = g_strescape (files[i], NULL);

    g_test_message ("%s", shown);
    g_assert_null (kexec_kernel_name_parse (files[i]));
  }
}

/* The initrd of each kernel comes first among those that stand before it. */
static void
test_initrds (void)
{
  static const struct {
    const char *kernel;
    const char *release;
    const char *initrd;
    const char *later; /* one that is taken only if that is missing; "": no other */
  } cases[] = {
    { "vmlinuz-6.1.0", "6.1.0", "initrd.img-6.1.0", "initramfs-6.1.0.img" },
    { "vmlinuz-6.1.0", "6.1.0", "initramfs-6.1.0.img", "initrd-6.1.0" },
    { "vmlinuz-6.1.0", "6.1.0-own", "initrd-6.1.0", "initrd.img-6.1.0-own" },
    { "vmlinuz-linux-lts", "6.6.1-1-lts", "initramfs-linux-lts.img", "" },
    { "vmlinuz-lts", "6.6.1-0-lts", "initramfs-lts", "" },
    { "kernel-genkernel-amd64-6.6.1", "6.6.1", "initramfs-genkernel-amd64-6.6.1",
      "initramfs-genkernel-x86_64-6.6.1" },
    { "vmlinuz-6.1.0.old", "6.1.0", "initrd.img-6.1.0.old", "initrd.img-6.1.0" },
    { "vmlinuz-6.1.0.old", "6.1.0", "initramfs-6.1.0.img.old", "initramfs-6.1.0.img" },
    { "vmlinuz", "6.1.0", "initrd.img-6.1.0", "initrd.img" },
    { "vmlinuz", "", "initrd.img", "initrd" },
    { "vmlinuz.old", "6.0.9", "initrd.img.old", "initrd.img-6.0.9" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (KexecKernelName) name = kexec_kernel_name_parse (cases[i].kernel);
    g_auto (GStrv) initrds = kexec_kernel_name_initrds (name, cases[i].release);
    gboolean found = FALSE;

    g_test_message ("%s: %s", cases[i].kernel, cases[i].initrd);
    g_assert_true (g_strv_contains ((const char *const *) initrds, cases[i].initrd));
    if (*cases[i].later != '\0')
      g_assert_true (g_strv_contains ((const char *const *) initrds, cases[i].later));
    for (guint j = 0; initrds[j] != NULL && !found; j++) {
      g_assert_cmpstr (initrds[j], !=, cases[i].later);
      found = g_str_equal (initrds[j], cases[i].initrd);
    }
  }
}

/* Another kernel's initrd is never taken: not a bare one for a kernel that has a version. */
static void
test_no_strangers (void)
{
  static const char *const kernels[] = { "vmlinuz-6.1.0", "vmlinuz-6.1.0.old", "vmlinuz.old" };

  for (guint i = 0; i < G_N_ELEMENTS (kernels); i++) {
    g_autoptr (KexecKernelName) name = kexec_kernel_name_parse (kernels[i]);
    g_auto (GStrv) initrds = kexec_kernel_name_initrds (name, "6.1.0");

    g_assert_false (g_strv_contains ((const char *const *) initrds, "initrd.img"));
    g_assert_false (g_strv_contains ((const char *const *) initrds, "initramfs"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-name/kernels", test_kernels);
  g_test_add_func ("/kernel-name/others", test_others);
  g_test_add_func ("/kernel-name/initrds", test_initrds);
  g_test_add_func ("/kernel-name/no-strangers", test_no_strangers);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What initrds hold: an init, programs, modules, a boot configuration. */
#include "image/initrd/initrd.h"

#include <sys/stat.h>

#include "tests/unit/inspect-initrd.h"

/* ---- what is in them ---- */

static const struct {
  const char *name;
  guint32 mode;
  gboolean is_init;
  const char *problem;
} inits[] = {
  { "init", S_IFREG | 0755, TRUE },
  { "./init", S_IFREG | 0700, TRUE },
  { "/init", S_IFREG | 0111, TRUE },
  { ".//./init", S_IFREG | 0755, TRUE },
  { "init", S_IFLNK | 0777, TRUE },
  { "init", S_IFREG | 0644, FALSE, "may not be run" },
  { "init", S_IFDIR | 0755, FALSE, "is no program" },
  { "init", S_IFCHR | 0755, FALSE, "is no program" },
  { "sbin/init", S_IFREG | 0755, FALSE },
  { "init2", S_IFREG | 0755, FALSE },
  { "..init", S_IFREG | 0755, FALSE },
  { ".init", S_IFREG | 0755, FALSE },
  { "", S_IFREG | 0755, FALSE },
  { "init/x", S_IFREG | 0755, FALSE },
};

static gboolean
has_body (guint32 mode)
{
  return S_ISREG (mode) || S_ISLNK (mode);
}

static void
test_inits (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (inits); i++) {
    g_autoptr (GByteArray) file = g_byte_array_new ();
    Inspected self;

    make_cpio_member (file, &(MadeMember){ .name = inits[i].name,
                                           .mode = inits[i].mode,
                                           .body = has_body (inits[i].mode) ? "body" : "" });
    make_cpio_trailer (file);
    self = inspect (file->data, file->len);
    g_test_message ("%s", inits[i].name);
    expect_findings (self.findings, "");
    g_assert_cmpuint (self.initrd->has_init, ==, inits[i].is_init);
    g_assert_cmpstr (self.initrd->init_problem, ==, inits[i].problem);
    clear (&self);
  }
}

/* Hard links, of which one holds the contents, and members that take the place of others. */
static const struct {
  MadeMember members[3];
  const char *problem; /* NULL: it can be run */
} init_links[] = {
  { { { .name = "init" } }, "is empty" },
  { { { .name = "init", .links = 2, .inode = 7 } }, "is empty" },
  { { { .name = "init", .links = 2, .inode = 7 },
      { .name = "linuxrc", .links = 2, .inode = 7, .body = "#!" } } },
  { { { .name = "linuxrc", .links = 2, .inode = 7, .body = "#!" },
      { .name = "init", .links = 2, .inode = 7 } } },
  { { { .name = "init", .links = 2, .inode = 7, .body = "#!" },
      { .name = "linuxrc", .links = 2, .inode = 7 } } },
  { { { .name = "init", .links = 2, .inode = 7 },
      { .name = "linuxrc", .links = 2, .inode = 8, .body = "#!" } },
    "is empty" },
  { { { .name = "init", .links = 2, .inode = 7 },
      { .name = "other", .links = 1, .inode = 7, .body = "#!" } },
    "is empty" },
  { { { .name = "linuxrc", .links = 2, .inode = 7, .body = "#!" },
      { .name = "init", .links = 1, .inode = 7 } },
    "is empty" },
  { { { .name = "init", .links = 2, .inode = 7, .mode = S_IFREG | 0644 },
      { .name = "linuxrc", .links = 2, .inode = 7, .body = "#!" } },
    "may not be run" },
  { { { .name = "init", .body = "#!" }, { .name = "init" } }, "is empty" },
  { { { .name = "init" }, { .name = "./init", .body = "#!" } } },
};

static void
test_init_links (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (init_links); i++) {
    g_autoptr (GByteArray) file = g_byte_array_new ();
    Inspected self;

    for (guint j = 0; init_links[i].members[j].name != NULL; j++)
      make_cpio_member (file, &init_links[i].members[j]);
    make_cpio_trailer (file);
    self = inspect (file->data, file->len);
    g_test_message ("%u", i);
    g_assert_cmpstr (self.initrd->init_problem, ==, init_links[i].problem);
    g_assert_cmpuint (self.initrd->has_init, ==, init_links[i].problem == NULL);
    clear (&self);
  }
}

/* The last archive with an /init has its way. */
static void
test_init_replaced (void)
{
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GByteArray) good = make_initrd (NULL, TRUE);
    g_autoptr (GByteArray) bad = g_byte_array_new ();
    g_autoptr (GByteArray) none = make_initrd (NULL, FALSE);
    g_autoptr (GByteArray) file = g_byte_array_new ();
    Inspected self;

    make_cpio_member (bad, &(MadeMember){ .name = "init", .mode = S_IFREG | 0644, .body = "#!" });
    make_cpio_trailer (bad);
    append (file, i == 0 ? good : bad);
    append (file, i == 0 ? bad : good);
    append (file, none);
    self = inspect (file->data, file->len);
    g_assert_cmpuint (self.initrd->has_init, ==, i == 1);
    g_assert_cmpstr (self.initrd->init_problem, ==, i == 0 ? "may not be run" : NULL);
    clear (&self);
  }
}

static const struct {
  const char *name;
  guint32 mode;
  gboolean is_userspace;
} userspace[] = {
  { "bin/sh", S_IFREG, TRUE },
  { "./usr/sbin/udevd", S_IFREG, TRUE },
  { "/sbin/x", S_IFLNK, TRUE },
  { "usr/bin/x", S_IFREG, TRUE },
  { "etc/fstab", S_IFREG, TRUE },
  { "lib/modules/6.1/a.ko", S_IFREG, TRUE },
  { "usr/lib/modules/keys/a", S_IFREG, TRUE },
  { "bin", S_IFLNK, FALSE },
  { "usr/bin/x", S_IFDIR, FALSE },
  { "lib/firmware/a.bin", S_IFREG, FALSE },
  { "usr/usr/bin/x", S_IFREG, FALSE },
  { "init", S_IFREG, FALSE },
};

static void
test_userspace (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (userspace); i++) {
    g_autoptr (GByteArray) file = g_byte_array_new ();
    Inspected self;

    make_cpio_member (file,
                      &(MadeMember){ .name = userspace[i].name, .mode = userspace[i].mode | 0755 });
    make_cpio_trailer (file);
    self = inspect (file->data, file->len);
    g_test_message ("%s", userspace[i].name);
    g_assert_cmpuint (self.initrd->has_userspace, ==, userspace[i].is_userspace);
    clear (&self);
  }
}

#define SIXTY "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
  const char *name;
  guint32 mode;
  const char *release; /* NULL: it says none */
} modules[] = {
  { "lib/modules/6.1.0-1/kernel/a.ko", S_IFREG, "6.1.0-1" },
  { "usr/lib/modules/6.1.0-1/kernel/a.ko.xz", S_IFREG, "6.1.0-1" },
  { "./usr/lib/modules/6.1.0-1/modules.dep", S_IFREG, "6.1.0-1" },
  { "/lib/modules/6.1.0-1/a.ko", S_IFLNK, "6.1.0-1" },
  { "lib/modules/6.1.0-1/modules.builtin.bin", S_IFREG, "6.1.0-1" },
  { "lib/modules/6.1.0-1/build", S_IFLNK, NULL },
  { "lib/modules/6.1.0-1/vdso/vdso64.so", S_IFREG, NULL },
  { "lib/modules/keys/a.ko", S_IFREG, NULL },
  { "lib/modules/6.1 0/a.ko", S_IFREG, NULL },
  { "lib/modules/6.1\xff/a.ko", S_IFREG, NULL },
  { "lib/modules/6" SIXTY "123/a.ko", S_IFREG, "6" SIXTY "123" },
  { "lib/modules/6" SIXTY "1234/a.ko", S_IFREG, NULL },
  { "lib/modules/6.1.0-1", S_IFDIR, NULL },
  { "lib/modules/6.1.0-1/kernel", S_IFDIR, NULL },
  { "lib/modules/6.1.0-1", S_IFREG, NULL },
  { "lib/modules/6.1.0-1/", S_IFREG, NULL },
  { "lib/modules//a.ko", S_IFREG, NULL },
  { "lib/modules", S_IFDIR, NULL },
  { "opt/lib/modules/6.1.0-1/a.ko", S_IFREG, NULL },
  { "lib/modulesx/6.1.0-1/a.ko", S_IFREG, NULL },
};

static void
test_modules (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (modules); i++) {
    g_autoptr (GByteArray) file = g_byte_array_new ();
    Inspected self;

    make_cpio_member (file,
                      &(MadeMember){ .name = modules[i].name, .mode = modules[i].mode | 0755 });
    make_cpio_trailer (file);
    self = inspect (file->data, file->len);
    g_test_message ("%u", i);
    expect_findings (self.findings, "");
    g_assert_cmpuint (self.initrd->releases->len, ==, modules[i].release != NULL);
    if (modules[i].release != NULL)
      g_assert_cmpstr (self.initrd->releases->pdata[0], ==, modules[i].release);
    clear (&self);
  }
}

static void
test_many_releases (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  Inspected self;

  for (guint i = 0; i < 100; i++) {
    g_autofree char *name = g_strdup_printf ("lib/modules/%02u/a.ko", 99 - i);

    make_cpio_add (file, name, "");
    make_cpio_add (file, name, "");
  }
  make_cpio_trailer (file);
  self = inspect (file->data, file->len);
  g_assert_cmpuint (self.initrd->releases->len, ==, KEXEC_INITRD_RELEASES_MAX);
  g_assert_cmpstr (self.initrd->releases->pdata[0], ==, "84");
  g_assert_cmpstr (self.initrd->releases->pdata[15], ==, "99");
  g_assert_true (self.initrd->has_more_releases);
  clear (&self);
}

/* As many as can be kept, in two archives, and then one more. */
static void
test_releases_of_archives (void)
{
  for (guint more = 0; more < 2; more++) {
    g_autoptr (GByteArray) file = g_byte_array_new ();
    Inspected self;

    for (guint i = 0; i < KEXEC_INITRD_RELEASES_MAX + more; i++) {
      g_autofree char *name = g_strdup_printf ("lib/modules/%02u/a.ko", i);

      make_cpio_add (file, name, "");
      if (i == 8)
        make_cpio_trailer (file);
    }
    make_cpio_trailer (file);
    self = inspect (file->data, file->len);
    g_assert_cmpuint (self.initrd->releases->len, ==, KEXEC_INITRD_RELEASES_MAX);
    g_assert_cmpuint (self.initrd->has_more_releases, ==, more);
    clear (&self);
  }
}

/* ---- boot configurations ---- */

#define CONFIG "kernel.foo = 1\n"

static void
test_bootconfig (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    for (guint padding = 0; padding <= 4; padding++) {
      g_autoptr (GByteArray) archive = make_initrd (RELEASE, TRUE);
      g_autoptr (GByteArray) file = pack_array (formats[i], archive);
      guint size = file->len;
      Inspected self;

      make_bootconfig (file, CONFIG, padding);
      self = inspect (file->data, file->len);
      g_assert_cmpuint (self.initrd->has_bootconfig, ==, padding < 4);
      if (padding < 4) {
        expect_findings (self.findings, "");
        g_assert_true (self.initrd->is_verified);
        g_assert_false (self.initrd->ends_unpacking);
        g_assert_cmpuint (segment (&self, 0)->size, ==, size);
      } else
        g_assert_cmpuint (self.findings->len, ==, 1);
      clear (&self);
    }
  }
}

/* What only looks like one is junk to the kernel, and stays it here. */
static void
test_bad_bootconfigs (void)
{
  static const struct {
    guint from_end; /* of the byte that is changed */
    guint8 value;
  } changes[] = { { 1, 'x' },   { 12, 'x' }, { 13, 1 }, { 16, 1 },
                  { 18, 0x80 }, { 17, 1 },   { 20, 1 }, { 21, 'x' } };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autoptr (GByteArray) file = make_initrd (RELEASE, TRUE);
    Inspected self;

    make_bootconfig (file, CONFIG, 0);
    file->data[file->len - changes[i].from_end] = changes[i].value;
    self = inspect (file->data, file->len);
    g_test_message ("%u", i);
    expect_findings (self.findings, "initrd-garbage");
    g_assert_false (self.initrd->has_bootconfig);
    clear (&self);
  }
}

/* The configuration alone, whole and cut. */
static void
test_short_bootconfigs (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();

  make_bootconfig (file, "a", 3);
  for (guint cut = 0; cut < file->len; cut++) {
    Inspected self = inspect (file->data + cut, file->len - cut);

    expect_findings (self.findings, "not-an-initrd");
    g_assert_cmpuint (self.initrd->has_bootconfig, ==, cut == 0);
    clear (&self);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/initrd-content/inits", test_inits);
  g_test_add_func ("/initrd-content/init-links", test_init_links);
  g_test_add_func ("/initrd-content/init-replaced", test_init_replaced);
  g_test_add_func ("/initrd-content/userspace", test_userspace);
  g_test_add_func ("/initrd-content/modules", test_modules);
  g_test_add_func ("/initrd-content/many-releases", test_many_releases);
  g_test_add_func ("/initrd-content/releases-of-archives", test_releases_of_archives);
  g_test_add_func ("/initrd-content/bootconfig", test_bootconfig);
  g_test_add_func ("/initrd-content/bad-bootconfigs", test_bad_bootconfigs);
  g_test_add_func ("/initrd-content/short-bootconfigs", test_short_bootconfigs);
  return g_test_run ();
}

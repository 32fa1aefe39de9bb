/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ELF files: kernels of every machine, programs, modules, and headers that lie. */
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/kernel/banner.h"
#include "image/kernel/elf.h"
#include "image/search.h"
#include "tests/unit/expect.h"
#include "tests/unit/inspect.h"
#include "tests/unit/make-kernel.h"

#define RELEASE "6.1.0-30-test"

/* Offsets in a 64-bit header, and in the program header that follows it. */
enum {
  ELF_TYPE = 16,
  ELF_PHOFF = 0x20,
  ELF_PHENTSIZE = 0x36,
  ELF_PHNUM = 0x38,
  SEGMENT = 64,
  SEGMENT_OFFSET = SEGMENT + 8,
  SEGMENT_ADDRESS = SEGMENT + 24,
  SEGMENT_FILE_SIZE = SEGMENT + 32,
  SEGMENT_MEMORY_SIZE = SEGMENT + 40,
};

static KexecKernel *
inspect (const GByteArray *made, const char *machine, KexecFindings *findings)
{
  g_autoptr (GBytes) bytes = g_bytes_new (made->data, made->len);

  return inspect_bytes (bytes, "vmlinux", machine, findings);
}

static void
test_good (void)
{
  static const struct {
    guint machine;
    const char *name;
    const char *codes;
  } cases[] = {
    { EM_PPC64, "ppc64le", "" },
    { EM_RISCV, "riscv64", "" },
    { 258, "loongarch64", "" },
    { EM_X86_64, "x86_64", "kernel-unsupported" },
    { EM_AARCH64, "aarch64", "kernel-unsupported" },
    { EM_MIPS, "mips64", "kernel-unsupported" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) made = make_vmlinux (RELEASE, cases[i].machine, 8192);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecFindings) other = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = inspect (made, cases[i].name, findings);
    g_autoptr (KexecKernel) elsewhere = inspect (made, "sparc64", other);

    expect_findings (findings, cases[i].codes);
    expect_findings (other, "kernel-other-architecture");
    g_assert_cmpstr (kernel->format, ==, "ELF");
    g_assert_cmpstr (kernel->architecture, ==, cases[i].name);
    g_assert_cmpstr (kernel->release, ==, RELEASE);
    g_assert_cmpstr (kernel->version, ==, "(builder@example.org) #1 SMP PREEMPT_DYNAMIC");
    g_assert_cmpuint (kernel->init_size, ==, 8192);
  }
}

/* A kernel for a machine that was not known when this was written. */
static void
test_unknown_machine (void)
{
  g_autoptr (GByteArray) made = make_vmlinux (RELEASE, 0x101, 8192);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = inspect (made, "x86_64", findings);

  expect_findings (findings, "kernel-unsupported");
  g_assert_null (kernel->architecture);
  g_assert_cmpstr (kernel->release, ==, RELEASE);
}

static void
test_x86_64_remedy (void)
{
  g_autoptr (GByteArray) made = make_vmlinux (RELEASE, EM_X86_64, 8192);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = inspect (made, "x86_64", findings);

  g_assert_nonnull (strstr (finding_text (findings, "kernel-unsupported"), "name the bzImage"));
}

/* Both classes and byte orders; what is not known has no name. */
static void
test_machines (void)
{
  static const struct {
    guint8 class;
    guint8 data;
    guint16 machine;
    const char *name;
  } cases[] = {
    { ELFCLASS32, ELFDATA2LSB, EM_386, "i686" },
    { ELFCLASS64, ELFDATA2LSB, EM_386, NULL },
    { ELFCLASS32, ELFDATA2LSB, EM_ARM, "arm" },
    { ELFCLASS32, ELFDATA2MSB, EM_ARM, "armeb" },
    { ELFCLASS64, ELFDATA2MSB, EM_PPC64, "ppc64" },
    { ELFCLASS64, ELFDATA2LSB, EM_PPC64, "ppc64le" },
    { ELFCLASS64, ELFDATA2MSB, EM_S390, "s390x" },
    { ELFCLASS32, ELFDATA2MSB, EM_S390, "s390" },
    { ELFCLASS64, ELFDATA2MSB, EM_AARCH64, "aarch64_be" },
    { ELFCLASS64, ELFDATA2MSB, EM_PARISC, "parisc64" },
    { ELFCLASS64, ELFDATA2LSB, 0x101, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 file[64] = { 0x7f, 'E', 'L', 'F', cases[i].class, cases[i].data, 1 };
    gboolean is_big = cases[i].data == ELFDATA2MSB;
    const char *problem;
    KexecInput input = kexec_input_from_data (file, sizeof file);
    KexecElf elf;

    file[ELF_TYPE + (is_big ? 1 : 0)] = ET_EXEC;
    file[18 + (is_big ? 1 : 0)] = (guint8) cases[i].machine;
    file[18 + (is_big ? 0 : 1)] = (guint8) (cases[i].machine >> 8);
    g_assert_true (kexec_elf_read (&input, &elf, &problem));
    g_assert_cmpstr (elf.architecture, ==, cases[i].name);
    g_assert_cmpuint (elf.type, ==, ET_EXEC);
    g_assert_cmpuint (elf.n_segments, ==, 0);
    g_assert_cmpint (elf.is_big_endian, ==, is_big);
  }
}

/* A 32-bit big-endian kernel, with two segments. */
static void
test_32_bit (void)
{
  g_autofree guint8 *file = g_malloc0 (4096);
  static const guint8 header[] = { 0x7f, 'E', 'L', 'F', 1, 2, 1 };
  static const guint8 segments[2][32] = {
    { 0, 0, 0, 1, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 4, 0, 0, 0, 8, 0 },
    { 0, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0 },
  };
  const char *problem;
  KexecInput input = kexec_input_from_data (file, 4096);
  KexecElf elf;

  memcpy (file, header, sizeof header);
  file[17] = ET_EXEC;
  file[19] = EM_MIPS;
  file[0x1f] = 52;
  file[0x2b] = 32;
  file[0x2d] = 2;
  memcpy (file + 52, segments, sizeof segments);
  g_assert_true (kexec_elf_read (&input, &elf, &problem));
  g_assert_cmpstr (elf.architecture, ==, "mips");
  g_assert_cmpuint (elf.n_segments, ==, 2);
  g_assert_cmpuint (elf.start, ==, 0x400);
  g_assert_cmpuint (elf.end, ==, 0x1000);
  g_assert_cmpuint (elf.memory_size, ==, 0x100800);
}

typedef struct {
  const char *name;
  guint offset;
  guint size;
  guint64 value;
  const char *code;
  const char *text;
} Spoilt;

static const Spoilt spoilt[] = {
  { "class", 4, 1, 3, "kernel-malformed", "header makes no sense" },
  { "data", 5, 1, 0, "kernel-malformed", "header makes no sense" },
  { "core", ELF_TYPE, 2, ET_CORE, "not-a-kernel", "a memory dump" },
  { "type", ELF_TYPE, 2, 0xff00, "not-a-kernel", "unknown type" },
  { "object", ELF_TYPE, 2, ET_REL, "not-a-kernel", "an ELF object file" },
  { "no-segments", ELF_PHNUM, 2, 0, "not-a-kernel", "nothing to load" },
  { "segments-cut", ELF_PHNUM, 2, 200, "kernel-malformed", "cut off" },
  { "segments-many", ELF_PHNUM, 2, 0xffff, "kernel-malformed", "too many" },
  { "segments-size", ELF_PHENTSIZE, 2, 55, "kernel-malformed", "wrong size" },
  { "segments-far", ELF_PHOFF, 8, G_MAXUINT64, "kernel-malformed", "cut off" },
  { "interpreter", SEGMENT, 4, PT_INTERP, "not-a-kernel", "is a program, not" },
  { "not-loaded", SEGMENT, 4, PT_NOTE, "not-a-kernel", "nothing to load" },
  { "far", SEGMENT_OFFSET, 8, 8192, "kernel-truncated", "7680 of its 15872 bytes" },
  { "huge", SEGMENT_FILE_SIZE, 8, G_MAXUINT64, "kernel-malformed", "beyond all addresses" },
  { "wraps", SEGMENT_ADDRESS, 8, G_MAXUINT64, "kernel-malformed", "beyond all addresses" },
  { "no-room", SEGMENT_MEMORY_SIZE, 8, 100, "kernel-malformed", "more bytes than room" },
  { "no-banner", 512, 1, 'l', "not-a-kernel", "no Linux can be found" },
  { "banner-text", 526, 1, '%', "not-a-kernel", "no Linux can be found" },
  { "no-bytes", SEGMENT_FILE_SIZE, 8, 0, "not-a-kernel", "no Linux can be found" },
};

static void
test_spoilt (gconstpointer data)
{
  const Spoilt *test = data;
  g_autoptr (GByteArray) made = make_vmlinux (RELEASE, EM_PPC64, 8192);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;
  guint64 value = GUINT64_TO_LE (test->value);

  memcpy (made->data + test->offset, &value, test->size);
  kernel = inspect (made, "ppc64le", findings);
  expect_findings (findings, test->code);
  g_assert_nonnull (strstr (finding_text (findings, test->code), test->text));
}

/* Cut anywhere, it is refused, and nothing beyond is read. */
static void
test_cut (void)
{
  g_autoptr (GByteArray) made = make_vmlinux (RELEASE, EM_PPC64, 2048);

  for (guint size = 0; size < 2048 - 256; size++) {
    g_autoptr (GBytes) bytes = g_bytes_new (made->data, size);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = inspect_bytes (bytes, "", "ppc64le", findings);

    g_assert_nonnull (kexec_findings_blocker (findings));
  }
}

static void
test_module (void)
{
  g_autoptr (GByteArray) made = make_vmlinux (RELEASE, EM_X86_64, 8192);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;
  static const char info[] = "vermagic=%s\0license=GPL\0vermagic=5.10.0-8-amd64 SMP mod_unload ";

  make_kernel_put16 (made, ELF_TYPE, ET_REL);
  memcpy (made->data + 4096, info, sizeof info);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, "not-a-kernel");
  g_assert_nonnull (
    strstr (finding_text (findings, "not-a-kernel"), "a kernel module of 5.10.0-8-amd64"));
}

static void
test_library (void)
{
  g_autoptr (GByteArray) made = make_vmlinux (RELEASE, EM_X86_64, 8192);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  make_kernel_put16 (made, ELF_TYPE, ET_DYN);
  make_kernel_put16 (made, ELF_PHNUM, 2);
  make_kernel_put32 (made, SEGMENT + 56, PT_DYNAMIC);
  memset (made->data + 512, 0, 256);
  kernel = inspect (made, "x86_64", findings);
  expect_findings (findings, "not-a-kernel");
  g_assert_nonnull (strstr (finding_text (findings, "not-a-kernel"), "a shared library"));
}

/* As on mips: an ELF file that unpacks the kernel in it. */
static void
test_self_unpacking (void)
{
  g_autoptr (GByteArray) inner = make_vmlinux (RELEASE, EM_MIPS, 60000);
  g_autoptr (GByteArray) packed = make_gzip (inner->data, inner->len);
  g_autoptr (GByteArray) made = make_vmlinux ("none", EM_MIPS, 65536);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  memset (made->data + 512, 0, 256);
  memcpy (made->data + 1024, packed->data, packed->len);
  kernel = inspect (made, "mips64", findings);
  expect_findings (findings, "kernel-unsupported");
  g_assert_cmpstr (kernel->release, ==, RELEASE);
  g_assert_cmpstr (kernel->payload, ==, "gzip");
  g_assert_cmpuint (kernel->payload_offset, ==, 1024);
}

static void
expect_banner (const char *text, const char *release, const char *version)
{
  KexecInput input = kexec_input_from_data ((const guint8 *) text, strlen (text));
  g_autofree char *found_release = NULL;
  g_autofree char *found_version = NULL;

  g_assert_cmpint (kexec_banner_find (&input, NULL, &found_release, &found_version), ==,
                   release != NULL);
  g_assert_cmpstr (found_release, ==, release);
  g_assert_cmpstr (found_version, ==, version);
}

static void
test_banners (void)
{
  g_autoptr (GString) many = g_string_new (NULL);

  expect_banner ("xLinux version 6.1 (a@b) (cc (x) 1) #2 SMP\n", "6.1", "(a@b) #2 SMP");
  expect_banner ("Linux version %s (%s)\nLinux version 6.2 (a@b) (cc) #3\n", "6.2", "(a@b) #3");
  /* The one without a number is the second choice. */
  expect_banner ("Linux version 6.1 (a@b) (cc) # SMP\nLinux version 6.1 (a@b) (cc) #9 SMP\n", "6.1",
                 "(a@b) #9 SMP");
  expect_banner ("Linux version 6.1 (a@b) (cc) # SMP\nLinux version 6.2 (a@b) (cc) # X\n", "6.1",
                 "(a@b) # SMP");
  expect_banner ("Linux version 2.4.18 (root@host) \n", "2.4.18", "(root@host) ");
  expect_banner ("Linux version 6.1", NULL, NULL);
  expect_banner ("Linux version 6.1\n", NULL, NULL);
  expect_banner ("Linux version 6.1 of something\n", NULL, NULL);
  expect_banner ("Linux version 6.1 (a\007b) (cc) #1\n", NULL, NULL);
  expect_banner ("Linux version  (a@b) (cc) #1\n", NULL, NULL);
  expect_banner ("", NULL, NULL);
  for (guint i = 0; i < 2000; i++)
    g_string_append (many, "Linux version 6.1 (a@b\n");
  g_string_append (many, "Linux version 6.1 (a@b) (cc) #1\n");
  expect_banner (many->str, NULL, NULL);
}

static gboolean
count (const guint8 *text, gsize size, guint64 offset, gpointer user_data)
{
  guint *n = user_data;

  g_assert_cmpmem (text, 6, "needle", 6);
  (*n)++;
  return FALSE;
}

static gboolean
refuse (guint64 bytes, gpointer user_data)
{
  return FALSE;
}

/* Across the places where one piece ends and the next begins. */
static void
test_search (void)
{
  const gsize mib = 1024 * 1024;
  const KexecWatch watch = { .proceed = refuse };

  for (gsize offset = mib - 8; offset <= mib + 2; offset++) {
    g_autofree guint8 *data = g_malloc0 (2 * mib);
    KexecInput input = kexec_input_from_data (data, 2 * mib);
    guint n = 0;

    memcpy (data + offset, "needle", 6);
    memcpy (data + 2 * mib - 6, "needle", 6);
    g_assert_false (kexec_search (&input, "needle", 6, 100, NULL, count, &n));
    g_assert_cmpuint (n, ==, 2);
    g_assert_false (kexec_search (&input, "needle", 6, 0, NULL, count, &n));
    g_assert_cmpuint (n, ==, 4);
    g_assert_false (kexec_search (&input, "needle", 6, 0, &watch, count, &n));
    g_assert_cmpuint (n, ==, 4);
  }
}

/* 500 MB with symbols: what is not loaded is not read. */
static void
test_large (void)
{
  g_autoptr (GByteArray) made = make_vmlinux (RELEASE, EM_PPC64, 8192);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;
  const KexecMachine machine = { .architecture = "ppc64le" };
  const guint64 size = G_GUINT64_CONSTANT (8) << 30;
  int fd = memfd_create ("vmlinux", MFD_CLOEXEC);
  KexecInput input = kexec_input_from_fd (fd, size);

  g_assert_cmpint (write (fd, made->data, made->len), ==, made->len);
  g_assert_cmpint (ftruncate (fd, (off_t) size), ==, 0);
  kernel = kexec_kernel_inspect (&input, "vmlinux", &machine, NULL, NULL, findings);
  expect_findings (findings, "");
  g_assert_cmpstr (kernel->release, ==, RELEASE);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vmlinux/good", test_good);
  g_test_add_func ("/vmlinux/unknown-machine", test_unknown_machine);
  g_test_add_func ("/vmlinux/x86_64-remedy", test_x86_64_remedy);
  g_test_add_func ("/vmlinux/machines", test_machines);
  g_test_add_func ("/vmlinux/32-bit", test_32_bit);
  for (guint i = 0; i < G_N_ELEMENTS (spoilt); i++) {
    g_autofree char *path = g_strdup_printf ("/vmlinux/spoilt/%s", spoilt[i].name);

    g_test_add_data_func (path, &spoilt[i], test_spoilt);
  }
  g_test_add_func ("/vmlinux/cut", test_cut);
  g_test_add_func ("/vmlinux/module", test_module);
  g_test_add_func ("/vmlinux/library", test_library);
  g_test_add_func ("/vmlinux/self-unpacking", test_self_unpacking);
  g_test_add_func ("/vmlinux/banners", test_banners);
  g_test_add_func ("/vmlinux/search", test_search);
  g_test_add_func ("/vmlinux/large", test_large);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernels in other files: compressed in every way, in EFI zboot, in a unified kernel image. */
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/codec/decode.h"
#include "tests/unit/expect.h"
#include "tests/unit/inspect.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-pe.h"
#include "tests/unit/pack.h"

#define RELEASE "6.1.0-30-test"

static const KexecMachine x86_64 = { .architecture = "x86_64" };

static KexecKernel *
inspect_on (const GByteArray *file, const KexecMachine *machine, const char *profile,
            KexecFindings *findings)
{
  KexecInput input = kexec_input_from_data (file->data, file->len);

  return kexec_kernel_inspect (&input, "/boot/k", machine, profile, NULL, findings);
}

static KexecKernel *
inspect (const GByteArray *file, KexecFindings *findings)
{
  return inspect_on (file, &x86_64, NULL, findings);
}

static void
expect_layers (const KexecKernel *kernel, const char *layers)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < kernel->layers->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", (char *) kernel->layers->pdata[i]);
  g_assert_cmpstr (text->str, ==, layers);
  g_assert_cmpstr (kernel->format, ==, kernel->layers->pdata[0]);
}

/* What is to be loaded is sealed, and the same to the last byte. */
static void
expect_image (const KexecKernel *kernel, const GByteArray *expected)
{
  g_autofree guint8 *contents = g_malloc (expected->len + 1);

  g_assert_cmpint (kernel->image_fd, >=, 0);
  g_assert_cmpint (pread (kernel->image_fd, contents, expected->len + 1, 0), ==, expected->len);
  g_assert_cmpmem (contents, expected->len, expected->data, expected->len);
  g_assert_cmpint (fcntl (kernel->image_fd, F_GET_SEALS) & (F_SEAL_WRITE | F_SEAL_SHRINK), ==,
                   F_SEAL_WRITE | F_SEAL_SHRINK);
}

static const KexecMagic formats[] = {
  KEXEC_MAGIC_GZIP,      KEXEC_MAGIC_XZ,   KEXEC_MAGIC_ZSTD,  KEXEC_MAGIC_LZ4,
  KEXEC_MAGIC_LZ4_FRAME, KEXEC_MAGIC_LZMA, KEXEC_MAGIC_BZIP2, KEXEC_MAGIC_LZO,
};

static void
test_compressed (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GByteArray) file = pack (formats[i], made->data, made->len);
    g_autofree char *layers = g_strdup_printf ("%s bzImage", kexec_magic_name (formats[i]));
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = inspect (file, findings);

    expect_findings (findings, "kernel-wrapped");
    expect_layers (kernel, layers);
    expect_image (kernel, made);
    g_assert_cmpstr (kernel->architecture, ==, "x86_64");
    g_assert_cmpstr (kernel->release, ==, RELEASE);
    g_assert_cmpuint (kernel->cmdline_limit, ==, 2016);
    g_assert_cmpuint (kernel->size, ==, file->len);
    g_assert_cmpuint (kernel->signatures->len, ==, 0);
    g_assert_nonnull (kernel->inner_signatures);
  }
}

/* The payload of a bzImage, compressed in every way that Linux knows, with the size appended. */
static void
test_payloads (void)
{
  g_autoptr (GByteArray) vmlinux = make_vmlinux (RELEASE, EM_X86_64, 300000);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GByteArray) payload = pack (formats[i], vmlinux->data, vmlinux->len);
    g_autoptr (GByteArray) made = make_kernel ("6.15.0");
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecFindings) damaged = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = NULL;
    guint32 size = GUINT32_TO_LE (vmlinux->len);

    if (formats[i] == KEXEC_MAGIC_LZ4_FRAME) /* no kernel can */
      continue;
    if (formats[i] != KEXEC_MAGIC_GZIP)
      g_byte_array_append (payload, (const guint8 *) &size, 4);
    make_kernel_set_payload (made, payload->data, payload->len);
    kernel = inspect (made, findings);
    expect_findings (findings, "");
    g_assert_cmpstr (kernel->payload, ==, kexec_magic_name (formats[i]));
    g_assert_cmpuint (kernel->unpacked_size, ==, vmlinux->len);
    g_clear_pointer (&kernel, kexec_kernel_free);
    /* The size that it says is another. */
    make_kernel_put32 (made, MADE_PAYLOAD + payload->len - 4, vmlinux->len - 16);
    kernel = inspect (made, damaged);
    expect_findings (damaged, "kernel-malformed");
  }
}

/* An lzma stream that asks for a dictionary of 512 MiB. */
static GByteArray *
pack_greedy (const GByteArray *contents)
{
  GByteArray *packed = pack (KEXEC_MAGIC_LZMA, contents->data, contents->len);

  make_kernel_put32 (packed, 1, 512 * 1024 * 1024);
  return packed;
}

/* What takes too much memory to check is not taken for damaged; but it cannot be unwrapped. */
static void
test_greedy (void)
{
  g_autoptr (GByteArray) vmlinux = make_vmlinux (RELEASE, EM_X86_64, 300000);
  g_autoptr (GByteArray) payload = pack_greedy (vmlinux);
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) file = pack_greedy (made);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecFindings) wrapped = kexec_findings_new ();
  guint32 size = GUINT32_TO_LE (vmlinux->len);
  g_autoptr (KexecKernel) first = NULL;
  g_autoptr (KexecKernel) second = NULL;

  g_byte_array_append (payload, (const guint8 *) &size, 4);
  make_kernel_set_payload (made, payload->data, payload->len);
  first = inspect (made, findings);
  expect_findings (findings, "kernel-not-verified");
  second = inspect (file, wrapped);
  expect_findings (wrapped, "kernel-unsupported");
  g_assert_cmpint (second->image_fd, ==, -1);
}

/* Lz4 has no checksum: that of the file is what there is. */
static void
test_unchecked_payload (void)
{
  g_autoptr (GByteArray) vmlinux = make_vmlinux (RELEASE, EM_X86_64, 300000);
  g_autoptr (GByteArray) payload = pack (KEXEC_MAGIC_LZ4, vmlinux->data, vmlinux->len);
  g_autoptr (GByteArray) made = make_kernel ("6.14.0");
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  guint32 size = GUINT32_TO_LE (vmlinux->len);
  g_autoptr (KexecKernel) kernel = NULL;

  g_byte_array_append (payload, (const guint8 *) &size, 4);
  make_kernel_set_payload (made, payload->data, payload->len);
  kernel = inspect (made, findings);
  expect_findings (findings, "kernel-not-verified");
  g_assert_nonnull (strstr (finding_text (findings, "kernel-not-verified"), "lz4"));
}

static void
test_nested (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) file = pack (KEXEC_MAGIC_XZ, made->data, made->len);

  for (guint i = 2; i <= 4; i++) {
    g_autoptr (GByteArray) outer = pack (KEXEC_MAGIC_GZIP, file->data, file->len);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = NULL;

    g_byte_array_unref (file);
    file = g_steal_pointer (&outer);
    kernel = inspect (file, findings);
    if (i <= 3) {
      expect_findings (findings, "kernel-wrapped");
      expect_image (kernel, made);
    } else {
      expect_findings (findings, "kernel-malformed");
      g_assert_nonnull (strstr (finding_text (findings, "kernel-malformed"), "wrapped more often"));
    }
  }
}

static void
expect_inside (const guint8 *data, gsize size, const char *text)
{
  g_autoptr (GByteArray) file = pack (KEXEC_MAGIC_ZSTD, data, size);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = inspect (file, findings);

  expect_findings (findings, "not-a-kernel");
  g_assert_nonnull (strstr (finding_text (findings, "not-a-kernel"), text));
  g_assert_cmpint (kernel->image_fd, ==, -1);
}

/* Compressed, but no kernels. */
static void
test_others (void)
{
  g_autofree guint8 *tar = g_malloc0 (10240);
  g_autofree guint8 *zeros = g_malloc0 (1024 * 1024);
  g_autoptr (GByteArray) module = make_vmlinux (RELEASE, EM_X86_64, 4096);

  memcpy (tar, "etc/", 4);
  memcpy (tar + 257, "ustar", 5);
  expect_inside (tar, 10240, "inside of it is a tar archive");
  expect_inside ((const guint8 *) "070701000000", 12, "changed places");
  expect_inside ((const guint8 *) "Hello.\n", 7, "inside of it is a text file");
  expect_inside (zeros, 1024 * 1024, "nothing but zeros");
  make_kernel_put16 (module, 16, ET_REL);
  expect_inside (module->data, module->len, "What is in /boot/k is an ELF object file");
}

/* What is inside is refused as it would be outside, and so is what hides it. */
static void
test_damaged (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (KexecFindings) inner = kexec_findings_new ();
  g_autoptr (KexecFindings) cut = kexec_findings_new ();
  g_autoptr (KexecFindings) flipped = kexec_findings_new ();
  g_autoptr (KexecKernel) first = NULL;
  g_autoptr (KexecKernel) second = NULL;
  g_autoptr (KexecKernel) third = NULL;

  made->data[MADE_PAYLOAD + 2000] ^= 1;
  file = pack (KEXEC_MAGIC_GZIP, made->data, made->len);
  first = inspect (file, inner);
  expect_findings (inner, "kernel-malformed");
  g_assert_true (g_str_has_prefix (finding_text (inner, "kernel-malformed"),
                                   "The kernel in /boot/k is damaged"));
  g_assert_cmpint (first->image_fd, ==, -1);

  file->data[file->len - 5] ^= 1;
  second = inspect (file, flipped);
  expect_findings (flipped, "kernel-malformed");
  g_assert_true (
    g_str_has_prefix (finding_text (flipped, "kernel-malformed"), "/boot/k is damaged: what is"));

  g_byte_array_set_size (file, file->len - 20);
  third = inspect (file, cut);
  expect_findings (cut, "kernel-truncated");
}

/* A kernel that unpacks to far more than any does. */
static void
test_bomb (void)
{
  const gsize size = 64 * 1024 * 1024;
  g_autofree guint8 *zeros = g_malloc0 (size);
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  memcpy (zeros, "\177ELF", 4);
  file = pack (KEXEC_MAGIC_GZIP, zeros, size);
  kernel = inspect (file, findings);
  expect_findings (findings, "kernel-too-large");
}

/* One bomb in another: each alone would be as large as its wrapper allows. */
static void
test_nested_bomb (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autofree guint8 *zeros = g_malloc0 (1024 * 1024);
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  memcpy (zeros, "\x1f\x8b\x08", 3);
  memset (zeros + 1024 * 1024 - 4, 1, 1);
  make_kernel_set_payload (made, zeros, 1024 * 1024);
  make_kernel_put32 (made, KERNEL_INIT_SIZE, 1u << 30);
  file = pack (KEXEC_MAGIC_GZIP, made->data, made->len);
  kernel = inspect (file, findings);
  expect_findings (findings, "kernel-too-large");
}

static gboolean
stop (guint64 bytes, gpointer user_data)
{
  return FALSE;
}

static void
test_stopped (void)
{
  const KexecWatch watch = { .proceed = stop };
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) file = pack (KEXEC_MAGIC_GZIP, made->data, made->len);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  KexecInput input = kexec_input_from_data (file->data, file->len);
  g_autoptr (KexecKernel) kernel =
    kexec_kernel_inspect (&input, "/boot/k", &x86_64, NULL, &watch, findings);

  expect_findings (findings, "");
  g_assert_cmpint (kernel->image_fd, ==, -1);
}

/* A file that shrank, whatever it was. */
static void
expect_shrunk (const GByteArray *file)
{
  for (guint size = 100; size < file->len - 512; size += file->len / 13) {
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = NULL;
    int fd = memfd_create ("shrunk", MFD_CLOEXEC);
    KexecInput input = kexec_input_from_fd (fd, file->len);

    g_assert_cmpint (write (fd, file->data, size), ==, size);
    kernel = kexec_kernel_inspect (&input, "/boot/k", &x86_64, NULL, NULL, findings);
    g_assert_nonnull (kexec_findings_blocker (findings));
    g_assert_cmpint (kernel->image_fd, ==, -1);
    close (fd);
  }
}

static void
test_shrunk (void)
{
  g_autoptr (GByteArray) vmlinux = make_vmlinux (RELEASE, EM_X86_64, 2000000);
  g_autoptr (GByteArray) payload = NULL;
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) file = NULL;

  for (guint i = 4096; i < vmlinux->len; i++)
    vmlinux->data[i] = (guint8) g_test_rand_int ();
  payload = pack (KEXEC_MAGIC_GZIP, vmlinux->data, vmlinux->len);
  make_kernel_set_payload (made, payload->data, payload->len);
  make_kernel_put32 (made, KERNEL_INIT_SIZE, 4 * 1024 * 1024);
  file = pack (KEXEC_MAGIC_GZIP, made->data, made->len);
  expect_shrunk (made);
  expect_shrunk (file);
}

/* An arm64 Image of 64 bytes and a banner. */
static GByteArray *
make_arm64 (void)
{
  GByteArray *image = g_byte_array_new ();
  static const char banner[] = "Linux version 6.9.1-arm (me@here) (cc 1.0) #7 SMP\n";

  g_byte_array_set_size (image, 20000);
  memset (image->data, 0, image->len);
  make_kernel_put64 (image, 0x10, 65536);
  make_kernel_put64 (image, 0x18, 0xa);
  memcpy (image->data + 0x38, "ARM\x64", 4);
  memcpy (image->data + 4096, banner, sizeof banner);
  return image;
}

static GByteArray *
make_zboot (const GByteArray *payload, guint size, const char *compression)
{
  GByteArray *file = g_byte_array_new ();

  g_byte_array_set_size (file, 4096);
  memset (file->data, 0, file->len);
  memcpy (file->data, "MZ\0\0zimg", 8);
  make_kernel_put32 (file, 8, 4096);
  make_kernel_put32 (file, 12, size);
  g_strlcpy ((char *) file->data + 0x18, compression, 32);
  g_byte_array_append (file, payload->data, payload->len);
  return file;
}

static void
test_zboot (void)
{
  static const struct {
    const char *name;
    KexecMagic format;
  } compressions[] = {
    { "gzip", KEXEC_MAGIC_GZIP }, { "zstd", KEXEC_MAGIC_ZSTD }, { "xzkern", KEXEC_MAGIC_XZ },
    { "lzma", KEXEC_MAGIC_LZMA }, { "lz4", KEXEC_MAGIC_LZ4 },   { "lzo", KEXEC_MAGIC_LZO },
  };
  const KexecMachine aarch64 = { .architecture = "aarch64" };
  g_autoptr (GByteArray) image = make_arm64 ();

  for (guint i = 0; i < G_N_ELEMENTS (compressions); i++) {
    g_autoptr (GByteArray) payload = pack (compressions[i].format, image->data, image->len);
    guint32 size = GUINT32_TO_LE (image->len);
    guint packed_size = payload->len;
    g_autoptr (GByteArray) file = NULL;
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecFindings) other = kexec_findings_new ();
    g_autoptr (KexecKernel) kernel = NULL;
    g_autoptr (KexecKernel) elsewhere = NULL;
    g_autofree char *layers =
      g_strdup_printf ("efi-zboot %s arm64-image", kexec_magic_name (compressions[i].format));

    if (compressions[i].format != KEXEC_MAGIC_GZIP)
      g_byte_array_append (payload, (const guint8 *) &size, 4);
    file = make_zboot (payload, packed_size, compressions[i].name);
    kernel = inspect_on (file, &aarch64, NULL, findings);
    expect_findings (findings, "kernel-wrapped");
    expect_layers (kernel, layers);
    expect_image (kernel, image);
    g_assert_cmpstr (kernel->release, ==, "6.9.1-arm");
    g_assert_cmpuint (kernel->page_size, ==, 4096);
    g_assert_cmpuint (kernel->unpacked_size, ==, image->len);
    elsewhere = inspect (file, other);
    expect_findings (other, "kernel-other-architecture");
    g_assert_cmpint (elsewhere->image_fd, ==, -1);
  }
}

/* The signature is of the wrapper, and so is lost. */
static void
test_zboot_signed (void)
{
  const KexecMachine aarch64 = { .architecture = "aarch64" };
  g_autoptr (GByteArray) image = make_arm64 ();
  g_autoptr (GByteArray) payload = pack (KEXEC_MAGIC_GZIP, image->data, image->len);
  g_autoptr (GByteArray) file = make_zboot (payload, payload->len, "gzip");
  g_autoptr (GByteArray) pe = make_pe_of_text (".text", "abc", NULL);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  memcpy (file->data + 0x3c, pe->data + 0x3c, 4);
  memcpy (file->data + PE_HEADER, pe->data + PE_HEADER, 512);
  make_kernel_sign (file);
  kernel = inspect_on (file, &aarch64, NULL, findings);
  g_assert_null (kexec_findings_blocker (findings));
  g_assert_nonnull (strstr (finding_text (findings, "uki-signature-lost"), "is signed, but"));
  g_assert_cmpuint (kernel->signatures->len, ==, 1);
  g_assert_cmpuint (kernel->inner_signatures->len, ==, 0);
}

static GByteArray *
make_uki (const GByteArray *kernel, const char *uname, gboolean has_profiles)
{
  g_autoptr (PeSections) sections = pe_sections_new ();

  pe_sections_add (sections, ".linux", kernel->data, kernel->len);
  pe_sections_add_text (sections, ".cmdline", "root=/dev/vda1 ro");
  if (uname != NULL)
    pe_sections_add_text (sections, ".uname", uname);
  if (has_profiles) {
    pe_sections_add_text (sections, ".profile", "ID=main\nTITLE=Main\n");
    pe_sections_add_text (sections, ".profile", "ID=rescue\nTITLE=Rescue\n");
    pe_sections_add_text (sections, ".cmdline", "root=/dev/vda1 ro single");
    pe_sections_add_text (sections, ".dtb", "\xd0\x0d\xfe\xed");
  }
  return make_pe (sections);
}

static void
test_uki (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) file = make_uki (made, RELEASE, FALSE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = inspect (file, findings);

  expect_findings (findings, "kernel-wrapped");
  expect_layers (kernel, "uki bzImage");
  expect_image (kernel, made);
  g_assert_nonnull (kernel->uki);
  g_assert_cmpuint (kernel->uki->profiles->len, ==, 1);
  g_assert_cmpuint (kernel->sections->len, ==, 3);
  g_assert_cmpstr (kernel->release, ==, RELEASE);
  g_assert_cmpuint (kernel->cmdline_limit, ==, 2016);
}

static void
test_uki_profiles (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) file = make_uki (made, RELEASE, TRUE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecFindings) missing = kexec_findings_new ();
  g_autoptr (KexecKernel) rescue = inspect_on (file, &x86_64, "rescue", findings);
  g_autoptr (KexecKernel) none = inspect_on (file, &x86_64, "resuce", missing);

  expect_findings (findings, "kernel-wrapped uki-devicetree-ignored");
  expect_image (rescue, made);
  expect_findings (missing, "uki-no-such-profile");
  g_assert_nonnull (strstr (finding_text (missing, "uki-no-such-profile"), "main, rescue"));
  g_assert_cmpint (none->image_fd, ==, -1);
}

/* A profile without an id goes by its number. */
static void
test_uki_numbers (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (PeSections) sections = pe_sections_new ();
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecFindings) missing = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;
  g_autoptr (KexecKernel) none = NULL;

  pe_sections_add (sections, ".linux", made->data, made->len);
  pe_sections_add_text (sections, ".profile", "TITLE=One\n");
  pe_sections_add_text (sections, ".profile", "TITLE=Two\n");
  file = make_pe (sections);
  kernel = inspect_on (file, &x86_64, "1", findings);
  expect_findings (findings, "kernel-wrapped");
  none = inspect_on (file, &x86_64, "2", missing);
  expect_findings (missing, "uki-no-such-profile");
  g_assert_nonnull (strstr (finding_text (missing, "uki-no-such-profile"), "these: 0, 1"));
}

static void
test_uki_wrong (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) other = make_uki (made, "6.6.6", FALSE);
  g_autoptr (GByteArray) packed = NULL;
  g_autoptr (GByteArray) broken = NULL;
  g_autoptr (KexecFindings) release = kexec_findings_new ();
  g_autoptr (KexecFindings) inner = kexec_findings_new ();
  g_autoptr (KexecFindings) wrapped = kexec_findings_new ();
  g_autoptr (KexecFindings) malformed = kexec_findings_new ();
  g_autoptr (KexecKernel) first = inspect (other, release);
  g_autoptr (KexecKernel) second = NULL;
  g_autoptr (KexecKernel) third = NULL;
  g_autoptr (KexecKernel) fourth = NULL;

  expect_findings (release, "kernel-wrapped uki-other-release");
  g_assert_nonnull (strstr (finding_text (release, "uki-other-release"), "6.6.6"));

  packed = pack (KEXEC_MAGIC_GZIP, other->data, other->len);
  second = inspect (packed, wrapped);
  expect_findings (wrapped, "kernel-unsupported");
  expect_layers (second, "gzip uki");

  make_kernel_put32 (other, PE_SECTION (1) + SECTION_OFFSET, 0x7ffffff0);
  third = inspect (other, malformed);
  g_assert_nonnull (kexec_findings_blocker (malformed));
  g_assert_null (third->uki);

  made->data[MADE_PAYLOAD + 2000] ^= 1;
  broken = make_uki (made, RELEASE, FALSE);
  fourth = inspect (broken, inner);
  expect_findings (inner, "kernel-malformed");
  g_assert_cmpint (fourth->image_fd, ==, -1);
}

/* What is whole and holds nothing was written to its end: other remedies fit. */
static void
test_zeros (void)
{
  g_autoptr (GByteArray) zeros = g_byte_array_new ();
  g_autoptr (GByteArray) packed = NULL;
  g_autoptr (GByteArray) cut = NULL;
  g_autoptr (GByteArray) image = NULL;
  g_autoptr (KexecFindings) whole = kexec_findings_new ();
  g_autoptr (KexecFindings) truncated = kexec_findings_new ();
  g_autoptr (KexecFindings) inside = kexec_findings_new ();
  g_autoptr (KexecKernel) first = NULL;
  g_autoptr (KexecKernel) second = NULL;
  g_autoptr (KexecKernel) third = NULL;

  g_byte_array_set_size (zeros, 200000);
  memset (zeros->data, 0, zeros->len);
  packed = pack (KEXEC_MAGIC_GZIP, zeros->data, zeros->len);
  first = inspect (packed, whole);
  expect_findings (whole, "not-a-kernel");
  g_assert_nonnull (
    strstr (finding_text (whole, "not-a-kernel"), "not a kernel; install the kernel again"));

  image = make_uki (packed, NULL, FALSE);
  second = inspect (image, inside);
  expect_findings (inside, "not-a-kernel");
  g_assert_nonnull (strstr (finding_text (inside, "not-a-kernel"),
                            "not a kernel; build or install it again, with a kernel in it"));

  cut = g_byte_array_new ();
  g_byte_array_append (cut, packed->data, 40);
  third = inspect (cut, truncated);
  expect_findings (truncated, "kernel-truncated");
}

/* The TPM gets nothing of it after a kexec. */
static void
test_uki_pcr_signature (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (PeSections) sections = pe_sections_new ();
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = NULL;

  pe_sections_add (sections, ".linux", made->data, made->len);
  pe_sections_add_text (sections, ".pcrsig", "{\"sha256\": []}");
  file = make_pe (sections);
  kernel = inspect (file, findings);
  expect_findings (findings, "kernel-wrapped uki-pcr-signature");
  g_assert_null (kexec_findings_blocker (findings));
}

/* A compressed kernel in a UKI: what is loaded is the innermost. */
static void
test_uki_compressed (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) packed = pack (KEXEC_MAGIC_ZSTD, made->data, made->len);
  g_autoptr (GByteArray) file = make_uki (packed, NULL, FALSE);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecKernel) kernel = inspect (file, findings);

  expect_findings (findings, "kernel-wrapped");
  expect_layers (kernel, "uki zstd bzImage");
  expect_image (kernel, made);
}

static void
test_uki_signed (void)
{
  g_autoptr (GByteArray) made = make_kernel (RELEASE);
  g_autoptr (GByteArray) signed_kernel = make_kernel (RELEASE);
  g_autoptr (GByteArray) lost = make_uki (made, NULL, FALSE);
  g_autoptr (GByteArray) kept = NULL;
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecFindings) both = kexec_findings_new ();
  g_autoptr (KexecKernel) first = NULL;
  g_autoptr (KexecKernel) second = NULL;

  make_kernel_sign (lost);
  first = inspect (lost, findings);
  g_assert_null (kexec_findings_blocker (findings));
  finding_text (findings, "uki-signature-lost");
  g_assert_cmpuint (first->inner_signatures->len, ==, 0);

  make_kernel_sign (signed_kernel);
  kept = make_uki (signed_kernel, NULL, FALSE);
  make_kernel_sign (kept);
  second = inspect (kept, both);
  for (guint i = 0; i < both->len; i++)
    g_assert_cmpint (((KexecFinding *) both->pdata[i])->code, !=, KEXEC_FINDING_UKI_SIGNATURE_LOST);
  g_assert_cmpuint (second->inner_signatures->len, ==, 1);
  expect_image (second, signed_kernel);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wrapped/compressed", test_compressed);
  g_test_add_func ("/wrapped/payloads", test_payloads);
  g_test_add_func ("/wrapped/unchecked-payload", test_unchecked_payload);
  g_test_add_func ("/wrapped/greedy", test_greedy);
  g_test_add_func ("/wrapped/nested", test_nested);
  g_test_add_func ("/wrapped/others", test_others);
  g_test_add_func ("/wrapped/damaged", test_damaged);
  g_test_add_func ("/wrapped/bomb", test_bomb);
  g_test_add_func ("/wrapped/nested-bomb", test_nested_bomb);
  g_test_add_func ("/wrapped/stopped", test_stopped);
  g_test_add_func ("/wrapped/shrunk", test_shrunk);
  g_test_add_func ("/wrapped/zboot", test_zboot);
  g_test_add_func ("/wrapped/zboot-signed", test_zboot_signed);
  g_test_add_func ("/wrapped/uki", test_uki);
  g_test_add_func ("/wrapped/uki-profiles", test_uki_profiles);
  g_test_add_func ("/wrapped/uki-numbers", test_uki_numbers);
  g_test_add_func ("/wrapped/uki-wrong", test_uki_wrong);
  g_test_add_func ("/wrapped/zeros", test_zeros);
  g_test_add_func ("/wrapped/uki-pcr-signature", test_uki_pcr_signature);
  g_test_add_func ("/wrapped/uki-compressed", test_uki_compressed);
  g_test_add_func ("/wrapped/uki-signed", test_uki_signed);
  return g_test_run ();
}

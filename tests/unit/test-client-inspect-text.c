/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people read of facts that are hard to make files for: signatures, hostile names, numbers. */
#include <string.h>

#include "client/inspect-print.h"
#include "client/json.h"

/* --- what is printed --- */

static GString *printed;

static void
take_print (const char *text)
{
  g_string_append (printed, text);
}

/* Returns: (transfer none): what is printed about a file. */
static const char *
print (const KexecInspected *file, gboolean verbose)
{
  GPrintFunc before = g_set_print_handler (take_print);

  g_string_truncate (printed, 0);
  kexec_inspect_print (file, verbose);
  g_set_print_handler (before);
  g_test_message ("%s", printed->str);
  return printed->str;
}

static void
expect_line (const KexecInspected *file, gboolean verbose, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("\n%s\n", line);

  g_assert_nonnull (strstr (print (file, verbose), whole));
}

static void
expect_no_line (const KexecInspected *file, gboolean verbose, const char *part)
{
  g_assert_null (strstr (print (file, verbose), part));
}

/* --- files that never were --- */

typedef struct {
  KexecInspected file;
  KexecKernel kernel;
  KexecInitrd initrd;
} Made;

static void
made_clear (Made *self)
{
  g_clear_pointer (&self->file.sections, g_array_unref);
  g_clear_pointer (&self->file.signatures, g_ptr_array_unref);
  g_clear_pointer (&self->file.parts, g_ptr_array_unref);
  g_clear_pointer (&self->file.addons, g_ptr_array_unref);
  g_clear_pointer (&self->file.findings, g_ptr_array_unref);
  g_clear_pointer (&self->kernel.layers, g_ptr_array_unref);
  g_clear_pointer (&self->initrd.segments, g_array_unref);
  g_clear_pointer (&self->initrd.releases, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Made, made_clear)

static void
make (Made *self, KexecKind kind)
{
  *self = (Made){ 0 };
  self->file.path = (char *) "file";
  self->file.kind = kind;
  self->file.is_known = TRUE;
  self->file.size = 1234567;
  self->file.sha256 = (char *) "abcd";
  self->file.fd = -1;
  self->file.sections = g_array_new (FALSE, TRUE, sizeof (KexecPeSection));
  self->file.signatures = g_ptr_array_new ();
  self->file.parts = g_ptr_array_new ();
  self->file.addons = g_ptr_array_new ();
  self->file.findings = kexec_findings_new ();
}

static void
make_kernel_facts (Made *self)
{
  make (self, KEXEC_KIND_KERNEL);
  self->kernel.format = "bzImage";
  self->kernel.layers = g_ptr_array_new ();
  g_ptr_array_add (self->kernel.layers, (char *) "bzImage");
  self->kernel.image_fd = -1;
  self->file.kernel = &self->kernel;
}

static void
make_initrd_facts (Made *self)
{
  make (self, KEXEC_KIND_INITRD);
  self->initrd.format = "zstd";
  self->initrd.segments = g_array_new (FALSE, TRUE, sizeof (KexecInitrdSegment));
  self->initrd.releases = g_ptr_array_new ();
  self->initrd.is_verified = TRUE;
  self->initrd.has_files = TRUE;
  self->file.initrd = &self->initrd;
}

/* --- kernels --- */

static void
test_kernel (void)
{
  g_auto (Made) made = { 0 };

  make_kernel_facts (&made);
  g_assert_cmpstr (print (&made.file, FALSE), ==,
                   "file: a Linux kernel that can boot here\n"
                   "        Format: bzImage\n"
                   "        Signed: no\n"
                   "          Size: 1.2 MB (1234567 bytes)\n"
                   "        SHA256: abcd\n");
  made.kernel.architecture = "x86_64";
  made.kernel.release = (char *) "6.1.0";
  made.kernel.version = (char *) "#1 SMP";
  made.kernel.cmdline_limit = 2016;
  made.kernel.init_size = 54000000;
  made.kernel.page_size = 4096;
  g_assert_cmpstr (print (&made.file, FALSE), ==,
                   "file: a Linux kernel that can boot here\n"
                   "        Format: bzImage, for x86_64\n"
                   "       Release: 6.1.0\n"
                   "         Build: #1 SMP\n"
                   "        Signed: no\n"
                   "  Command line: up to 2016 bytes\n"
                   "        Memory: 54.0 MB to start\n"
                   "     Page size: 4096 bytes\n"
                   "          Size: 1.2 MB (1234567 bytes)\n"
                   "        SHA256: abcd\n");
}

static void
test_layers (void)
{
  g_auto (Made) made = { 0 };

  make_kernel_facts (&made);
  g_ptr_array_insert (made.kernel.layers, 0, (char *) "gzip");
  g_ptr_array_insert (made.kernel.layers, 0, (char *) "efi-zboot");
  expect_line (&made.file, FALSE, "        Format: bzImage in gzip in efi-zboot");
}

static void
test_payload (void)
{
  g_auto (Made) made = { 0 };

  make_kernel_facts (&made);
  made.kernel.payload = "zstd";
  made.kernel.payload_offset = 17000;
  made.kernel.payload_size = 8000000;
  made.kernel.unpacked_size = 40000000;
  expect_line (&made.file, TRUE, "       Payload: zstd, 8000000 bytes at offset 17000");
  expect_line (&made.file, TRUE, "      Unpacked: 40.0 MB (40000000 bytes)");
  expect_no_line (&made.file, FALSE, "offset");
  g_ptr_array_insert (made.kernel.layers, 0, (char *) "uki");
  expect_line (&made.file, TRUE,
               "       Payload: zstd, 8000000 bytes at offset 17000 in the kernel inside");
}

static void
test_sections (void)
{
  static const KexecPeSection section = {
    .name = "a\033\xff",
    .offset = 1024,
    .size = 14186432,
    .virtual_size = 14186400,
    .virtual_address = 0x2000,
  };
  g_auto (Made) made = { 0 };

  make_kernel_facts (&made);
  g_array_append_val (made.file.sections, section);
  expect_line (
    &made.file, TRUE,
    "       Section: a\uFFFD\uFFFD         14186432 bytes at offset       1024, in memory   "
    "14186400 at 0x00002000");
  expect_no_line (&made.file, FALSE, "Section");
}

/* --- signatures --- */

static void
test_signatures (void)
{
  static const struct {
    KexecSignatureStatus status;
    const char *line;
  } cases[] = {
    { KEXEC_SIGNATURE_INTACT, "        Signed: by CN=Debian" },
    { KEXEC_SIGNATURE_MISMATCH, "        Signed: by CN=Debian, but the file was changed since" },
    { KEXEC_SIGNATURE_BROKEN, "        Signed: by CN=Debian, but the signature was changed since" },
    { KEXEC_SIGNATURE_MALFORMED, "        Signed: by CN=Debian, but the signature is malformed" },
    { KEXEC_SIGNATURE_UNREAD, "        Signed: by CN=Debian, which could not be checked" },
  };
  g_auto (Made) made = { 0 };
  KexecSignature signature = { .signer = (char *) "CN=Debian" };

  make_kernel_facts (&made);
  g_ptr_array_add (made.file.signatures, &signature);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    signature.status = cases[i].status;
    expect_line (&made.file, FALSE, cases[i].line);
  }
  signature.signer = NULL;
  signature.status = KEXEC_SIGNATURE_INTACT;
  expect_line (&made.file, FALSE, "        Signed: by an unknown signer");
}

static void
test_signature_verbose (void)
{
  g_auto (Made) made = { 0 };
  KexecSignature signature = {
    .status = KEXEC_SIGNATURE_MISMATCH,
    .algorithm = (char *) "sha256",
    .digest = (char *) "1111",
    .actual_digest = (char *) "2222",
    .signer = (char *) "CN=\033[2J",
    .issuer = (char *) "CN=CA",
    .not_before = 1660843957,
    .not_after = 1976203957,
  };

  make_kernel_facts (&made);
  g_ptr_array_add (made.file.signatures, &signature);
  expect_line (&made.file, TRUE,
               "        Signed: by CN=\uFFFD[2J, but the file was changed since\n"
               "   Certificate: issued by CN=CA\n"
               "   Certificate: valid from 2022-08-18 to 2032-08-15\n"
               " Signed digest: sha256 1111\n"
               " File's digest: sha256 2222");
  expect_no_line (&made.file, FALSE, "1111");
  signature.not_after = G_MAXINT64;
  expect_no_line (&made.file, TRUE, "valid from");
}

static void
test_inner_signature (void)
{
  g_autoptr (GPtrArray) inner = g_ptr_array_new ();
  KexecSignature signature = { .status = KEXEC_SIGNATURE_INTACT, .signer = (char *) "CN=Debian" };
  g_auto (Made) made = { 0 };

  make_kernel_facts (&made);
  made.kernel.inner_signatures = inner;
  expect_line (&made.file, FALSE, "        Signed: no\n Kernel signed: no");
  g_ptr_array_add (inner, &signature);
  expect_line (&made.file, FALSE, "        Signed: no\n Kernel signed: by CN=Debian");
}

/* --- initrds --- */

static void
add_segment (Made *made, const char *format, guint64 offset, guint64 size, guint64 unpacked_size,
             guint64 n_files)
{
  const KexecInitrdSegment segment = {
    .format = format,
    .offset = offset,
    .size = size,
    .unpacked_size = unpacked_size,
    .n_files = n_files,
    .is_early = offset == 0,
    .has_microcode = offset == 0 && n_files == 3,
  };

  g_array_append_val (made->initrd.segments, segment);
}

static void
test_archives (void)
{
  g_auto (Made) made = { 0 };

  make_initrd_facts (&made);
  made.initrd.has_init = TRUE;
  g_ptr_array_add (made.initrd.releases, (char *) "6.1.0");
  g_ptr_array_add (made.initrd.releases, (char *) "6.2.0\n");
  add_segment (&made, "cpio", 0, 5000000, 5000000, 3);
  add_segment (&made, "zstd", 5000000, 23100000, 71000000, 1893);
  add_segment (&made, "gzip", 28100000, 999, 5000, 1);
  g_assert_cmpstr (print (&made.file, FALSE), ==,
                   "file: an initrd that can be used\n"
                   "       Archive: cpio with microcode, 5.0 MB, 3 files\n"
                   "       Archive: zstd, 23.1 MB, unpacks to 71.0 MB, 1893 files\n"
                   "       Archive: gzip, 999 bytes, unpacks to 5.0 kB, 1 file\n"
                   "        Kernel: 6.1.0, 6.2.0\uFFFD\n"
                   "          Init: yes\n"
                   "          Size: 1.2 MB (1234567 bytes)\n"
                   "        SHA256: abcd\n");
  expect_line (&made.file, TRUE,
               "       Archive: zstd, 23.1 MB, unpacks to 71.0 MB, 1893 files, at offset 5000000");
}

static void
test_many_archives (void)
{
  g_auto (Made) made = { 0 };

  make_initrd_facts (&made);
  for (guint i = 0; i < 1000; i++)
    add_segment (&made, "cpio", i * 200, 200, 200, 1);
  expect_line (&made.file, FALSE, "       Archive: cpio with early files, 200 bytes, 1 file");
  expect_line (&made.file, FALSE, "       Archive: … and 968 more");
}

static void
test_not_verified (void)
{
  g_auto (Made) made = { 0 };

  make_initrd_facts (&made);
  made.initrd.is_verified = FALSE;
  expect_line (&made.file, FALSE, "        Format: zstd");
  expect_no_line (&made.file, FALSE, "Init");
  expect_no_line (&made.file, FALSE, "Kernel");
}

/* --- findings --- */

static void
test_findings (void)
{
  g_auto (Made) made = { 0 };

  make_kernel_facts (&made);
  kexec_findings_add (made.file.findings, KEXEC_FINDING_KERNEL_WRAPPED, "file", NULL,
                      "It is wrapped; unwrap it");
  kexec_findings_add (made.file.findings, KEXEC_FINDING_CMDLINE_NO_ROOT, "file@a", NULL,
                      "The line has no root; add one");
  kexec_findings_add (made.file.findings, KEXEC_FINDING_INITRD_DAMAGED, "file (.initrd)", NULL,
                      "file (.initrd) is damaged; mend it");
  g_assert_true (g_str_has_suffix (print (&made.file, FALSE),
                                   "        SHA256: abcd\n"
                                   "  blocker: file (.initrd) is damaged; mend it\n"
                                   "  warning: file@a: The line has no root; add one\n"
                                   "  note: It is wrapped; unwrap it\n"));
  g_assert_true (g_str_has_prefix (printed->str, "file: a Linux kernel that cannot boot here\n"));
}

static void
test_unknown (void)
{
  g_auto (Made) made = { 0 };

  make_kernel_facts (&made);
  made.file.is_known = FALSE;
  made.kernel.format = "text";
  made.kernel.layers->pdata[0] = (char *) "text";
  g_assert_cmpstr (print (&made.file, FALSE), ==,
                   "file: neither a kernel nor an initrd\n"
                   "        Format: text\n"
                   "          Size: 1.2 MB (1234567 bytes)\n"
                   "        SHA256: abcd\n");
}

/* --- for programs --- */

static GVariant *
lookup (GVariant *dict, const char *key)
{
  GVariant *value = g_variant_lookup_value (dict, key, NULL);

  g_assert_nonnull (value);
  return value;
}

static void
expect_printed (GVariant *dict, const char *key, const char *expected)
{
  g_autoptr (GVariant) value = lookup (dict, key);
  g_autofree char *text = g_variant_print (value, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

/* Not known is null, never a zero or an empty text. */
static void
test_json_unknown (void)
{
  static const char *const keys[] = { "architecture",  "release",       "version", "init_size",
                                      "page_size",     "cmdline_limit", "payload", "init",
                                      "unpacked_size", "verified",      "addon" };
  g_autoptr (GVariant) dict = NULL;
  g_auto (Made) made = { 0 };

  make_kernel_facts (&made);
  dict = g_variant_ref_sink (kexec_inspect_to_variant (&made.file));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    expect_printed (dict, keys[i], "nothing");
  expect_printed (dict, "signatures", "[]");
}

static void
test_json_signature (void)
{
  KexecSignature signature = {
    .status = KEXEC_SIGNATURE_UNREAD,
    .signer = (char *) "CN=\xff",
    .not_before = 1660843957,
    .not_after = G_MAXINT64,
  };
  g_autoptr (GVariant) dict = NULL;
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GVariant) one = NULL;
  g_auto (Made) made = { 0 };

  make_kernel_facts (&made);
  g_ptr_array_add (made.file.signatures, &signature);
  dict = g_variant_ref_sink (kexec_inspect_to_variant (&made.file));
  list = lookup (dict, "signatures");
  one = g_variant_get_child_value (list, 0);
  expect_printed (dict, "signed", "true");
  expect_printed (one, "status", "'unread'");
  expect_printed (one, "matches", "nothing");
  expect_printed (one, "signer", "'CN=\uFFFD'");
  expect_printed (one, "not_before", "1660843957000000");
  expect_printed (one, "not_after", "nothing");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  printed = g_string_new (NULL);
  g_test_add_func ("/client/inspect/kernel", test_kernel);
  g_test_add_func ("/client/inspect/layers", test_layers);
  g_test_add_func ("/client/inspect/payload", test_payload);
  g_test_add_func ("/client/inspect/sections", test_sections);
  g_test_add_func ("/client/inspect/signatures", test_signatures);
  g_test_add_func ("/client/inspect/signature-verbose", test_signature_verbose);
  g_test_add_func ("/client/inspect/inner-signature", test_inner_signature);
  g_test_add_func ("/client/inspect/archives", test_archives);
  g_test_add_func ("/client/inspect/many-archives", test_many_archives);
  g_test_add_func ("/client/inspect/not-verified", test_not_verified);
  g_test_add_func ("/client/inspect/findings", test_findings);
  g_test_add_func ("/client/inspect/unknown", test_unknown);
  g_test_add_func ("/client/inspect/json-unknown", test_json_unknown);
  g_test_add_func ("/client/inspect/json-signature", test_json_signature);
  return g_test_run ();
}

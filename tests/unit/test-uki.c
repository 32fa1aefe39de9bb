/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unified kernel images: what is in them, their profiles, and tables that lie. */
#include "image/uki/uki.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/uki/companion.h"
#include "tests/unit/expect.h"
#include "tests/unit/make-kernel.h"
#include "tests/unit/make-pe.h"

static KexecInput
input_of (const GByteArray *bytes)
{
  return kexec_input_from_data (bytes->data, bytes->len);
}

static KexecUki *
parse (const GByteArray *bytes, KexecFindings *findings)
{
  KexecInput input = input_of (bytes);

  return kexec_uki_read (&input, "linux.efi", findings);
}

/* What has nothing wrong with it. */
static KexecUki *
parse_good (const GByteArray *bytes)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  KexecUki *uki = parse (bytes, findings);

  expect_findings (findings, "");
  g_assert_nonnull (uki);
  return uki;
}

/* @text: part of the sentence */
static void
expect_refused (const GByteArray *bytes, const char *text)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();

  g_assert_null (parse (bytes, findings));
  expect_findings (findings, "uki-malformed");
  g_assert_nonnull (strstr (finding_text (findings, "uki-malformed"), text));
}

static const KexecUkiProfile *
profile_of (const KexecUki *uki, guint index)
{
  g_assert_cmpuint (index, <, uki->profiles->len);
  return uki->profiles->pdata[index];
}

static void
expect_input (const KexecInput *input, const char *text)
{
  g_autoptr (GBytes) bytes = kexec_input_load (input, 0, input->size);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpmem (data, size, text, strlen (text));
}

/* @texts: what the inputs hold, one after the other, with "|" between them */
static void
expect_inputs (const GArray *inputs, const char *texts)
{
  g_auto (GStrv) expected = g_strsplit (texts, "|", -1);

  g_assert_cmpuint (inputs->len, ==, g_strv_length (expected));
  for (guint i = 0; i < inputs->len; i++)
    expect_input (&g_array_index (inputs, KexecInput, i), expected[i]);
}

static void
test_recognize (void)
{
  g_autoptr (GByteArray) uki = make_pe_of_text (".text", "code", ".linux", "kernel", NULL);
  g_autoptr (GByteArray) addon = make_pe_of_text (".cmdline", "quiet", NULL);
  g_autoptr (GByteArray) kernel = make_kernel ("6.1.0");
  KexecInput inputs[] = { input_of (uki), input_of (addon), input_of (kernel) };

  g_assert_true (kexec_uki_recognize (&inputs[0]));
  g_assert_false (kexec_uki_recognize (&inputs[1]));
  g_assert_false (kexec_uki_recognize (&inputs[2]));
  inputs[0].size = PE_SECTION (2) - 1;
  g_assert_false (kexec_uki_recognize (&inputs[0]));
}

static void
test_plain (void)
{
  g_autoptr (GByteArray) bytes = make_pe_of_text (
    ".text", "code", ".osrel", "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
    ".cmdline", "root=/dev/vda1 quiet\n", ".uname", "6.1.0-30-amd64\n", ".dtb", "tree", ".sbat",
    "sbat", ".ucode", "microcode", ".initrd", "archive", ".linux", "kernel", NULL);
  g_autoptr (KexecUki) uki = parse_good (bytes);
  const KexecUkiProfile *profile = profile_of (uki, 0);

  g_assert_cmpuint (uki->profiles->len, ==, 1);
  g_assert_cmpstr (profile->id, ==, "");
  g_assert_cmpstr (profile->title, ==, "");
  g_assert_cmpstr (profile->os_name, ==, "Debian GNU/Linux 12 (bookworm)");
  g_assert_cmpstr (profile->release, ==, "6.1.0-30-amd64");
  g_assert_true (profile->has_cmdline);
  g_assert_cmpstr (profile->cmdline, ==, "root=/dev/vda1 quiet");
  g_assert_true (profile->has_devicetree);
  expect_input (&profile->kernel, "kernel");
  expect_inputs (profile->microcode, "microcode");
  expect_inputs (profile->initrds, "archive");
}

static void
test_least (void)
{
  g_autoptr (GByteArray) bytes = make_pe_of_text (".linux", "kernel", NULL);
  g_autoptr (KexecUki) uki = parse_good (bytes);
  const KexecUkiProfile *profile = profile_of (uki, 0);

  g_assert_cmpuint (uki->profiles->len, ==, 1);
  g_assert_null (profile->os_name);
  g_assert_null (profile->release);
  g_assert_false (profile->has_cmdline);
  g_assert_cmpstr (profile->cmdline, ==, "");
  g_assert_false (profile->has_devicetree);
  g_assert_cmpuint (profile->microcode->len, ==, 0);
  g_assert_cmpuint (profile->initrds->len, ==, 0);
}

static GByteArray *
make_profiles (void)
{
  return make_pe_of_text (
    ".linux", "kernel", ".cmdline", "quiet", ".initrd", "archive", ".uname", "6.1.0", ".profile",
    "ID=regular\nTITLE=\"Regular boot\"\n", ".profile", "ID=reset\nTITLE='Factory reset'",
    ".cmdline", "reset", ".initrd", "other", ".ucode", "microcode", ".profile", "TITLE=Storage",
    ".cmdline", "storage", ".linux", "another", ".uname", "6.2.0", ".dtbauto", "tree", NULL);
}

/* A profile has its own sections, and those of the base that it does not replace. */
static void
test_profiles (void)
{
  g_autoptr (GByteArray) bytes = make_profiles ();
  g_autoptr (KexecUki) uki = parse_good (bytes);
  const KexecUkiProfile *profile = profile_of (uki, 0);

  g_assert_cmpuint (uki->profiles->len, ==, 3);
  g_assert_cmpstr (profile->id, ==, "regular");
  g_assert_cmpstr (profile->title, ==, "Regular boot");
  g_assert_cmpstr (profile->cmdline, ==, "quiet");
  expect_input (&profile->kernel, "kernel");
  expect_inputs (profile->initrds, "archive");
  g_assert_cmpuint (profile->microcode->len, ==, 0);
  profile = profile_of (uki, 1);
  g_assert_cmpstr (profile->id, ==, "reset");
  g_assert_cmpstr (profile->title, ==, "Factory reset");
  g_assert_cmpstr (profile->cmdline, ==, "reset");
  g_assert_cmpstr (profile->release, ==, "6.1.0");
  expect_input (&profile->kernel, "kernel");
  expect_inputs (profile->initrds, "other");
  expect_inputs (profile->microcode, "microcode");
  profile = profile_of (uki, 2);
  g_assert_cmpstr (profile->id, ==, "");
  g_assert_cmpstr (profile->title, ==, "Storage");
  g_assert_cmpstr (profile->cmdline, ==, "storage");
  g_assert_cmpstr (profile->release, ==, "6.2.0");
  g_assert_true (profile->has_devicetree);
  expect_input (&profile->kernel, "another");
  expect_inputs (profile->initrds, "archive");
}

static void
test_find_profile (void)
{
  g_autoptr (GByteArray) bytes = make_profiles ();
  g_autoptr (KexecUki) uki = parse_good (bytes);
  static const char *const strangers[] = { "Reset", "3", "-1", "00", "1x", " 1", "4294967296" };

  g_assert_true (kexec_uki_find_profile (uki, NULL) == profile_of (uki, 0));
  g_assert_true (kexec_uki_find_profile (uki, "") == profile_of (uki, 0));
  g_assert_true (kexec_uki_find_profile (uki, "regular") == profile_of (uki, 0));
  g_assert_true (kexec_uki_find_profile (uki, "0") == profile_of (uki, 0));
  g_assert_true (kexec_uki_find_profile (uki, "reset") == profile_of (uki, 1));
  g_assert_true (kexec_uki_find_profile (uki, "1") == profile_of (uki, 1));
  g_assert_true (kexec_uki_find_profile (uki, "2") == profile_of (uki, 2));
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    g_assert_null (kexec_uki_find_profile (uki, strangers[i]));
}

/* An empty section in a profile takes the base's away, and one in the base is none. */
static void
test_empty_sections (void)
{
  g_autoptr (GByteArray) bytes =
    make_pe_of_text (".linux", "kernel", ".cmdline", "quiet", ".initrd", "archive", ".ucode", "",
                     ".profile", "ID=a", ".profile", "ID=b", ".initrd", "", ".cmdline", "", NULL);
  g_autoptr (KexecUki) uki = parse_good (bytes);

  g_assert_true (profile_of (uki, 0)->has_cmdline);
  g_assert_cmpuint (profile_of (uki, 0)->microcode->len, ==, 0);
  g_assert_cmpuint (profile_of (uki, 0)->initrds->len, ==, 1);
  g_assert_false (profile_of (uki, 1)->has_cmdline);
  g_assert_cmpuint (profile_of (uki, 1)->initrds->len, ==, 0);
}

/* Every section of these bytes. */
static GByteArray *
make_with (const char *name, const void *data, gsize size)
{
  g_autoptr (PeSections) sections = pe_sections_new ();

  pe_sections_add_text (sections, ".linux", "kernel");
  pe_sections_add (sections, name, data, size);
  return make_pe (sections);
}

static void
test_cmdlines (void)
{
  static const struct {
    const char *bytes;
    gsize size;
    const char *cmdline;
  } cases[] = {
#define CASE(bytes, cmdline) { bytes, sizeof bytes - 1, cmdline }
    CASE ("quiet", "quiet"),
    CASE ("quiet\n", "quiet"),
    CASE ("quiet\r\n", "quiet"),
    CASE ("quiet\0", "quiet"),
    CASE ("quiet\n\0\0\0\0", "quiet"),
    CASE (" \troot=/dev/a\r\nquiet\n# x\n", "root=/dev/a  quiet # x"),
    CASE ("a=\303\274", "a=\303\274"),
    CASE ("\n", ""),
    CASE ("\0", ""),
#undef CASE
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) bytes = make_with (".cmdline", cases[i].bytes, cases[i].size);
    g_autoptr (KexecUki) uki = parse_good (bytes);

    g_assert_true (profile_of (uki, 0)->has_cmdline);
    g_assert_cmpstr (profile_of (uki, 0)->cmdline, ==, cases[i].cmdline);
  }
}

static void
test_bad_text (void)
{
  static const struct {
    const char *section;
    const char *bytes;
    gsize size;
    const char *flaw;
  } cases[] = {
#define CASE(section, bytes, flaw) { section, bytes, sizeof bytes - 1, flaw }
    CASE (".cmdline", "quiet\0init=/bin/sh", ".cmdline holds a NUL"),
    CASE (".cmdline", "quiet\033[31m", ".cmdline holds control characters"),
    CASE (".cmdline", "quiet\177", ".cmdline holds control characters"),
    CASE (".cmdline", "quiet\302\205", ".cmdline holds control characters"),
    CASE (".cmdline", "q\377\376u\0i\0", ".cmdline holds a NUL"),
    CASE (".cmdline", "quiet\377", ".cmdline is not UTF-8 text"),
    CASE (".cmdline", "quiet\303", ".cmdline is not UTF-8 text"),
    CASE (".osrel", "NAME=\001", ".osrel holds control characters"),
    CASE (".profile", "ID=a\0ID=b", ".profile holds a NUL"),
    CASE (".uname", "6.1.0 SMP", ".uname does not hold a kernel's release"),
    CASE (".uname", "../6.1.0", ".uname does not hold a kernel's release"),
    CASE (".uname", "6.1.0\n6.2.0", ".uname does not hold a kernel's release"),
    CASE (".uname", "6.1.0\a", ".uname holds control characters"),
    CASE (".uname", "01234567890123456789012345678901234567890123456789012345678901234",
          ".uname does not hold a kernel's release"),
#undef CASE
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) bytes = make_with (cases[i].section, cases[i].bytes, cases[i].size);

    expect_refused (bytes, cases[i].flaw);
  }
}

static void
test_large_text (void)
{
  g_autofree char *text = g_strnfill (KEXEC_UKI_TEXT_MAX + 1, 'x');
  g_autoptr (GByteArray) largest = make_with (".cmdline", text, KEXEC_UKI_TEXT_MAX);
  g_autoptr (GByteArray) larger = make_with (".cmdline", text, KEXEC_UKI_TEXT_MAX + 1);
  g_autoptr (KexecUki) uki = parse_good (largest);

  g_assert_cmpuint (strlen (profile_of (uki, 0)->cmdline), ==, KEXEC_UKI_TEXT_MAX);
  expect_refused (larger, "has 65537 bytes");
}

static void
test_releases (void)
{
  g_autoptr (GByteArray) padded = make_with (".uname", "6.1.0-30-amd64\n\0\0", 17);
  g_autoptr (GByteArray) blank = make_with (".uname", " \n", 2);
  g_autoptr (KexecUki) first = parse_good (padded);
  g_autoptr (KexecUki) second = parse_good (blank);

  g_assert_cmpstr (profile_of (first, 0)->release, ==, "6.1.0-30-amd64");
  g_assert_null (profile_of (second, 0)->release);
}

static void
test_os_names (void)
{
  static const struct {
    const char *text;
    const char *name;
  } cases[] = {
    { "PRETTY_NAME=\"A \\\"B\\\"\"\n", "A \"B\"" },
    { "PRETTY_NAME='one'\r\nPRETTY_NAME=two\r\n", "two" },
    { "NAME=Debian\nVERSION=12", "Debian" },
    { "PRETTY_NAME=unfinished 'quote\nNAME=Debian", "Debian" },
    { "# PRETTY_NAME=none\nXPRETTY_NAME=none\nPRETTY_NAMEX=none\nPRETTY_NAME", NULL },
    { "\n\n  NAME=Arch Linux\t\n", "Arch Linux" },
    { "NAME=", "" },
    { "NAME=\342\200\256evil", "?evil" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) bytes = make_pe_of_text (".linux", "k", ".osrel", cases[i].text, NULL);
    g_autoptr (KexecUki) uki = parse_good (bytes);

    g_test_message ("%s", cases[i].text);
    g_assert_cmpstr (profile_of (uki, 0)->os_name, ==, cases[i].name);
  }
}

/* A long title is cut between characters. */
static void
test_long_title (void)
{
  g_autoptr (GString) text = g_string_new ("TITLE=x");
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (KexecUki) uki = NULL;
  const char *title;

  for (guint i = 0; i < 100; i++)
    g_string_append (text, "\303\274");
  bytes = make_with (".profile", text->str, text->len);
  uki = parse_good (bytes);
  title = profile_of (uki, 0)->title;
  g_assert_cmpuint (strlen (title), ==, 127);
  g_assert_true (g_utf8_validate (title, -1, NULL));
}

/* An id that cannot be written as ENTRY@ID is none. */
static void
test_ids (void)
{
  g_autofree char *longest = g_strnfill (KEXEC_UKI_ID_MAX, 'x');
  g_autofree char *too_long = g_strnfill (KEXEC_UKI_ID_MAX + 1, 'x');
  const struct {
    const char *id;
    const char *expected;
  } cases[] = {
    { "main", "main" },   { "A.z_0-9", "A.z_0-9" },
    { "", "" },           { "two words", "" },
    { "a/b", "" },        { "a@b", "" },
    { "\303\274", "" },   { "0", "0" },
    { longest, longest }, { too_long, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("TITLE=x\nID='%s'\n", cases[i].id);
    g_autoptr (GByteArray) bytes = make_pe_of_text (".linux", "k", ".profile", text, NULL);
    g_autoptr (KexecUki) uki = parse_good (bytes);

    g_assert_cmpstr (profile_of (uki, 0)->id, ==, cases[i].expected);
  }
}

static void
test_ambiguous_ids (void)
{
  g_autoptr (GByteArray) twice =
    make_pe_of_text (".linux", "k", ".profile", "ID=a", ".profile", "", ".profile", "ID=a", NULL);
  g_autoptr (GByteArray) number =
    make_pe_of_text (".linux", "k", ".profile", "ID=a", ".profile", "ID=0", NULL);
  g_autoptr (GByteArray) own = make_pe_of_text (".linux", "k", ".profile", "ID=0", ".profile",
                                                "ID=1", ".profile", "ID=9", NULL);
  g_autoptr (KexecUki) uki = parse_good (own);

  expect_refused (twice, "\"a\" names both profile 0 and profile 2");
  expect_refused (number, "\"0\" names both profile 0 and profile 1");
  g_assert_true (kexec_uki_find_profile (uki, "9") == profile_of (uki, 2));
}

static GByteArray *
make_many (guint n_profiles)
{
  g_autoptr (PeSections) sections = pe_sections_new ();

  pe_sections_add_text (sections, ".linux", "kernel");
  for (guint i = 0; i < n_profiles; i++)
    pe_sections_add_text (sections, ".profile", "TITLE=x");
  return make_pe (sections);
}

static void
test_many_profiles (void)
{
  g_autoptr (GByteArray) most = make_many (KEXEC_UKI_PROFILES_MAX);
  g_autoptr (GByteArray) more = make_many (KEXEC_UKI_PROFILES_MAX + 1);
  g_autoptr (KexecUki) uki = parse_good (most);

  g_assert_cmpuint (uki->profiles->len, ==, KEXEC_UKI_PROFILES_MAX);
  expect_refused (more, "more than 64 profiles");
}

/* A section is outside of the file, in the headers, in another section, or in the signature. */
static void
test_places (void)
{
  static const struct {
    guint32 offset;
    guint32 size;
    const char *text;
  } cases[] = {
    { 1024, 513, "its section .initrd ends at byte 1537, but the file at byte 1536" },
    { G_MAXUINT32, G_MAXUINT32,
      "its section .initrd ends at byte 8589934590, but the file at byte 1536" },
    { 1536, 1, "its section .initrd ends at byte 1537, but the file at byte 1536" },
    { 0, 512, "its section .initrd begins inside of the headers" },
    { PE_SECTION (2) - 1, 1, "its section .initrd begins inside of the headers" },
    { 512, 1, "its sections .linux and .initrd overlap" },
    { 517, 10, "its sections .linux and .initrd overlap" },
    { PE_SECTION (2), 1024, "its sections .linux and .initrd overlap" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) bytes = make_pe_of_text (".linux", "kernel", ".initrd", "x", NULL);

    make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_OFFSET, cases[i].offset);
    make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_VIRTUAL_SIZE, cases[i].size);
    make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_RAW_SIZE, cases[i].size);
    expect_refused (bytes, cases[i].text);
  }
}

/* What touches nothing is good, and where a section without a size is does not matter. */
static void
test_good_places (void)
{
  g_autoptr (GByteArray) bytes = make_pe_of_text (".linux", "kernel", ".initrd", "x", NULL);
  g_autoptr (KexecUki) beside = NULL;
  g_autoptr (KexecUki) nowhere = NULL;

  make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_OFFSET, 512 + 6);
  beside = parse_good (bytes);
  make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_OFFSET, G_MAXUINT32);
  make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_RAW_SIZE, 0);
  nowhere = parse_good (bytes);
  g_assert_cmpuint (profile_of (nowhere, 0)->initrds->len, ==, 0);
}

/* Addresses that overlap trouble firmware alone. */
static void
test_memory (void)
{
  static const struct {
    guint32 address;
    guint32 size;
    const char *codes;
  } cases[] = {
    { 4096, 1, "uki-memory-overlap" },
    { 4096 + 5, 1, "uki-memory-overlap" },
    { 4096 + 6, 1, "" },
    { 0, 4096, "" },
    { 0, 4097, "uki-memory-overlap" },
    { G_MAXUINT32, G_MAXUINT32, "" },
    { 1, G_MAXUINT32, "uki-memory-overlap" },
    { 4096, 0, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) bytes = make_pe_of_text (".linux", "kernel", ".initrd", "x", NULL);
    g_autoptr (KexecFindings) findings = kexec_findings_new ();
    g_autoptr (KexecUki) uki = NULL;

    make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_VIRTUAL_ADDRESS, cases[i].address);
    make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_VIRTUAL_SIZE, cases[i].size);
    make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_RAW_SIZE, 1);
    uki = parse (bytes, findings);
    g_assert_nonnull (uki);
    expect_findings (findings, cases[i].codes);
  }
}

static void
test_signed (void)
{
  g_autoptr (GByteArray) bytes = make_pe_of_text (".linux", "kernel", ".cmdline", "x", NULL);
  guint start = bytes->len;
  g_autoptr (KexecUki) uki = NULL;

  make_kernel_sign (bytes);
  uki = parse_good (bytes);
  make_kernel_put32 (bytes, PE_SECTION (1) + SECTION_OFFSET, start + 8);
  expect_refused (bytes, ".cmdline lies where its signature is");
}

static void
test_duplicates (void)
{
  static const char *const singles[] = { ".linux", ".osrel", ".cmdline", ".initrd",
                                         ".ucode", ".uname", ".sbat",    ".pcrpkey" };
  g_autoptr (GByteArray) several =
    make_pe_of_text (".linux", "k", ".dtb", "a", ".dtb", "b", ".dtbauto", "c", ".dtbauto", "d",
                     ".text", "x", ".text", "x", NULL);
  g_autoptr (KexecUki) uki = parse_good (several);

  for (guint i = 0; i < G_N_ELEMENTS (singles); i++) {
    g_autoptr (GByteArray) base =
      make_pe_of_text (".linux", "k", singles[i], "a", ".text", "x", singles[i], "b", NULL);
    g_autoptr (GByteArray) profile =
      make_pe_of_text (".linux", "k", ".profile", "", singles[i], "a", singles[i], "", NULL);
    g_autofree char *text = g_strdup_printf ("two sections %s,", singles[i]);

    expect_refused (base, text);
    expect_refused (profile, text);
  }
}

static void
test_no_kernel (void)
{
  g_autoptr (GByteArray) none = make_pe_of_text (".cmdline", "quiet", NULL);
  g_autoptr (GByteArray) empty = make_pe_of_text (".linux", "", NULL);
  g_autoptr (GByteArray) taken =
    make_pe_of_text (".linux", "k", ".profile", "ID=a", ".profile", "ID=b", ".linux", "", NULL);
  g_autoptr (GByteArray) only =
    make_pe_of_text (".profile", "ID=a", ".profile", "ID=b", ".linux", "k", NULL);

  expect_refused (none, "its section .linux, which is the kernel, is missing or empty");
  expect_refused (empty, "its section .linux, which is the kernel, is missing or empty");
  expect_refused (taken, "its section .linux, which is the kernel, is missing or empty");
  expect_refused (only, "its section .linux, which is the kernel, is missing or empty");
}

static void
test_damaged_headers (void)
{
  g_autoptr (GByteArray) bytes = make_pe_of_text (".linux", "kernel", ".ucode", "x", NULL);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  KexecInput input = input_of (bytes);

  memcpy (bytes->data + PE_SECTION (1), ".ucode\0x", 8);
  expect_refused (bytes, "the name \".ucode?x\" of one of its sections is no text");
  make_kernel_put16 (bytes, PE_OPTIONAL_SIZE, 0);
  expect_refused (bytes, "its optional header does not end where its section table begins");
  bytes->data[0] = 'x';
  expect_refused (bytes, "it does not begin as an EFI program does");
  g_assert_null (kexec_uki_read (&input, "", findings));
  g_assert_true (
    g_str_has_prefix (finding_text (findings, "uki-malformed"), "The kernel is damaged: "));
}

/* The file was longer when its size was asked for. */
static void
test_shrunk_file (void)
{
  g_autoptr (GByteArray) bytes = make_with (".cmdline", "quiet", 5);
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  int fd = memfd_create ("uki", MFD_CLOEXEC);
  KexecInput input = kexec_input_from_fd (fd, bytes->len);

  g_assert_cmpint (write (fd, bytes->data, 1024 + 3), ==, 1024 + 3);
  g_assert_null (kexec_uki_read (&input, "linux.efi", findings));
  expect_findings (findings, "uki-malformed");
  g_assert_nonnull (strstr (finding_text (findings, "uki-malformed"), "cannot be read to the end"));
  close (fd);
}

static KexecUkiAddon *
parse_addon (const GByteArray *bytes, KexecFindings *findings)
{
  KexecInput input = input_of (bytes);

  return kexec_uki_addon_read (&input, "more.addon.efi", findings);
}

static KexecUkiAddon *
parse_good_addon (const GByteArray *bytes)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  KexecUkiAddon *addon = parse_addon (bytes, findings);

  expect_findings (findings, "");
  g_assert_nonnull (addon);
  return addon;
}

static void
test_addon (void)
{
  g_autoptr (GByteArray) full =
    make_pe_of_text (".text", "code", ".cmdline", "debug\n", ".initrd", "archive", ".ucode",
                     "microcode", ".uname", "6.1.0\n", NULL);
  g_autoptr (GByteArray) tree = make_pe_of_text (".dtbauto", "tree", NULL);
  g_autoptr (KexecUkiAddon) first = parse_good_addon (full);
  g_autoptr (KexecUkiAddon) second = parse_good_addon (tree);

  g_assert_cmpstr (first->architecture, ==, "x86_64");
  g_assert_cmpstr (first->release, ==, "6.1.0");
  g_assert_cmpstr (first->cmdline, ==, "debug");
  expect_inputs (first->initrds, "archive");
  expect_inputs (first->microcode, "microcode");
  g_assert_false (first->has_devicetree);
  g_assert_cmpstr (second->cmdline, ==, "");
  g_assert_null (second->release);
  g_assert_true (second->has_devicetree);
}

static void
test_no_addon (void)
{
  static const struct {
    const char *name;
    const char *contents;
    const char *text;
  } cases[] = {
    { ".linux", "kernel", "holds a kernel" },
    { ".text", "code", "adds nothing" },
    { ".cmdline", "", "adds nothing" },
    { ".cmdline", "a\033b", ".cmdline holds control characters" },
    { ".uname", "6.1.0", "adds nothing" },
  };
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GByteArray) text = g_byte_array_new ();
  g_autoptr (GByteArray) cut = make_pe_of_text (".cmdline", "quiet", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) bytes = make_pe_of_text (cases[i].name, cases[i].contents, NULL);
    g_autoptr (KexecFindings) own = kexec_findings_new ();

    g_assert_null (parse_addon (bytes, own));
    expect_findings (own, "uki-addon-unusable");
    g_assert_nonnull (strstr (finding_text (own, "uki-addon-unusable"), cases[i].text));
  }
  g_assert_null (parse_addon (text, findings));
  g_byte_array_set_size (cut, PE_SECTION (1) - 1);
  g_assert_null (parse_addon (cut, findings));
  g_byte_array_set_size (cut, 512);
  g_assert_null (parse_addon (cut, findings));
  expect_findings (findings, "uki-addon-unusable uki-addon-unusable uki-addon-unusable");
}

/* What systemd-stub passes over is passed over. */
static void
test_addon_applies (void)
{
  g_autoptr (GByteArray) bytes = make_pe_of_text (".cmdline", "x", ".uname", "6.1.0", NULL);
  g_autoptr (KexecUkiAddon) addon = parse_good_addon (bytes);
  const KexecUki x86 = { .architecture = "x86_64" };
  const KexecUki arm = { .architecture = "aarch64" };
  const KexecUki any = { .architecture = NULL };
  const KexecUkiProfile same = { .release = (char *) "6.1.0" };
  const KexecUkiProfile other = { .release = (char *) "6.2.0" };
  const KexecUkiProfile unnamed = { .release = NULL };

  g_assert_true (kexec_uki_addon_applies (addon, &x86, &same));
  g_assert_true (kexec_uki_addon_applies (addon, &any, &unnamed));
  g_assert_false (kexec_uki_addon_applies (addon, &arm, &same));
  g_assert_false (kexec_uki_addon_applies (addon, &x86, &other));
  make_kernel_put16 (bytes, PE_HEADER + 4, 0xebc);
  kexec_uki_addon_free (g_steal_pointer (&addon));
  addon = parse_good_addon (bytes);
  g_assert_null (addon->architecture);
  g_assert_false (kexec_uki_addon_applies (addon, &x86, &unnamed));
  g_assert_true (kexec_uki_addon_applies (addon, &any, &unnamed));
}

/* One sentence for all of them, and it is no fault. */
static void
test_addons_pass_over (void)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();

  kexec_uki_addons_pass_over (0, "linux.efi", findings);
  expect_findings (findings, "");
  kexec_uki_addons_pass_over (1, "linux.efi", findings);
  kexec_uki_addons_pass_over (7, "linux.efi", findings);
  expect_findings (findings, "uki-addons-passed-over uki-addons-passed-over");
  g_assert_nonnull (strstr (finding_text (findings, "uki-addons-passed-over"), "1 for another"));
  g_assert_cmpint (kexec_finding_severity (KEXEC_FINDING_UKI_ADDONS_PASSED_OVER), ==,
                   KEXEC_SEVERITY_NOTE);
}

static void
test_companions (void)
{
  static const struct {
    const char *name;
    KexecCompanion kind;
  } names[] = {
    { "a.addon.efi", KEXEC_COMPANION_ADDON },     { "A.ADDON.EFI", KEXEC_COMPANION_ADDON },
    { "host.cred", KEXEC_COMPANION_CREDENTIAL },  { "x.sysext.raw", KEXEC_COMPANION_SYSEXT },
    { "x.raw", KEXEC_COMPANION_SYSEXT },          { "x.confext.raw", KEXEC_COMPANION_CONFEXT },
    { "X.Confext.Raw", KEXEC_COMPANION_CONFEXT }, { ".hidden.cred", KEXEC_COMPANION_NONE },
    { "\303\274.cred", KEXEC_COMPANION_NONE },    { "cred", KEXEC_COMPANION_NONE },
    { "x.cred.bak", KEXEC_COMPANION_NONE },       { "", KEXEC_COMPANION_NONE },
  };
  g_autoptr (KexecFindings) none = kexec_findings_new ();
  g_autoptr (KexecFindings) findings = kexec_findings_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_test_message ("%s", names[i].name);
    g_assert_cmpint (kexec_companion_recognize (names[i].name), ==, names[i].kind);
  }
  kexec_companions_check (KEXEC_COMPANION_NONE, "linux.efi", none);
  kexec_companions_check (KEXEC_COMPANION_ADDON, "linux.efi", none);
  expect_findings (none, "");
  kexec_companions_check (KEXEC_COMPANION_ADDON | KEXEC_COMPANION_CREDENTIAL |
                            KEXEC_COMPANION_CONFEXT,
                          "linux.efi", findings);
  expect_findings (findings, "uki-companions-ignored");
  g_assert_nonnull (strstr (finding_text (findings, "uki-companions-ignored"),
                            ": credentials, configuration extensions; "));
}

/* The order of systemd-stub: microcode backwards and before the image's, the rest forwards. */
static void
test_order (void)
{
  g_autoptr (GByteArray) image =
    make_pe_of_text (".linux", "k", ".cmdline", "quiet ", ".ucode", "u0", ".initrd", "i0", NULL);
  g_autoptr (GByteArray) first =
    make_pe_of_text (".cmdline", " a=1\n", ".ucode", "u1", ".initrd", "i1", NULL);
  g_autoptr (GByteArray) second =
    make_pe_of_text (".cmdline", "b=2", ".ucode", "u2", ".initrd", "i2", NULL);
  g_autoptr (KexecUki) uki = parse_good (image);
  g_autoptr (GPtrArray) addons =
    g_ptr_array_new_with_free_func ((GDestroyNotify) kexec_uki_addon_free);
  const KexecUkiProfile *profile = profile_of (uki, 0);
  g_autoptr (GArray) microcode = NULL;
  g_autoptr (GArray) initrds = NULL;
  g_autoptr (GArray) alone = kexec_uki_list_microcode (profile, addons);
  g_autofree char *cmdline = NULL;

  expect_inputs (alone, "u0");
  g_ptr_array_add (addons, parse_good_addon (first));
  g_ptr_array_add (addons, parse_good_addon (second));
  microcode = kexec_uki_list_microcode (profile, addons);
  initrds = kexec_uki_list_initrds (profile, addons);
  cmdline = kexec_uki_join_cmdline (profile->cmdline, addons);
  expect_inputs (microcode, "u2|u1|u0");
  expect_inputs (initrds, "i0|i1|i2");
  g_assert_cmpstr (cmdline, ==, "quiet a=1 b=2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uki/recognize", test_recognize);
  g_test_add_func ("/uki/plain", test_plain);
  g_test_add_func ("/uki/least", test_least);
  g_test_add_func ("/uki/profiles", test_profiles);
  g_test_add_func ("/uki/find-profile", test_find_profile);
  g_test_add_func ("/uki/empty-sections", test_empty_sections);
  g_test_add_func ("/uki/cmdlines", test_cmdlines);
  g_test_add_func ("/uki/bad-text", test_bad_text);
  g_test_add_func ("/uki/large-text", test_large_text);
  g_test_add_func ("/uki/releases", test_releases);
  g_test_add_func ("/uki/os-names", test_os_names);
  g_test_add_func ("/uki/long-title", test_long_title);
  g_test_add_func ("/uki/ids", test_ids);
  g_test_add_func ("/uki/ambiguous-ids", test_ambiguous_ids);
  g_test_add_func ("/uki/many-profiles", test_many_profiles);
  g_test_add_func ("/uki/places", test_places);
  g_test_add_func ("/uki/good-places", test_good_places);
  g_test_add_func ("/uki/memory", test_memory);
  g_test_add_func ("/uki/signed", test_signed);
  g_test_add_func ("/uki/duplicates", test_duplicates);
  g_test_add_func ("/uki/no-kernel", test_no_kernel);
  g_test_add_func ("/uki/damaged-headers", test_damaged_headers);
  g_test_add_func ("/uki/shrunk-file", test_shrunk_file);
  g_test_add_func ("/uki/addon", test_addon);
  g_test_add_func ("/uki/no-addon", test_no_addon);
  g_test_add_func ("/uki/addon-applies", test_addon_applies);
  g_test_add_func ("/uki/addons-pass-over", test_addons_pass_over);
  g_test_add_func ("/uki/companions", test_companions);
  g_test_add_func ("/uki/order", test_order);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the x86 setup header and holds it against the file, before the kernel has to. */
#include "image/bzimage.h"

#include "image/bytes.h"
#include "image/magic.h"
#include "image/pe.h"

/* Offsets in the file. */
#define SETUP_SECTS    0x1f1
#define SYSSIZE        0x1f4
#define BOOT_FLAG      0x1fe
#define JUMP_OFFSET    0x201 /* of a short jump over the header, counted from 0x202: its end */
#define PROTOCOL       0x206
#define KERNEL_VERSION 0x20e
#define LOADFLAGS      0x211
#define ALIGNMENT      0x230
#define XLOADFLAGS     0x236
#define CMDLINE_SIZE   0x238
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define INIT_SIZE      0x260
#define HEADER_END     0x264 /* the end of what is read here */

#define BOOT_FLAG_VALUE       0xaa55
#define SECTOR                512
#define PAGE                  4096
#define DEFAULT_SETUP_SECTS   4
#define LOADED_HIGH           0x01
#define XLF_KERNEL_64         0x01
#define XLF_LOADABLE_ABOVE_4G 0x02
#define PROTOCOL_NEEDED       0x020c /* 2.12: the first with XLF_KERNEL_64 */
#define VERSION_STRING_MAX    512
#define RELEASE_MAX           64       /* what uname(2) can return, without the NUL */
#define CMDLINE_RESERVED      (30 + 1) /* MAX_ELFCOREHDR_STR_LEN in the kernel, and the NUL */

/* One inspection: what the checks share. Sizes are in bytes. */
typedef struct {
  const guint8 *data;
  gsize size;
  const char *name;    /* what to call the file in a sentence */
  const char *subject; /* what to call it in a finding */
  const char *machine;
  KexecFindings *findings;
  KexecKernel *kernel;
} Inspection;

/* The real-mode part at the beginning; the kernel proper follows it. */
static guint
setup_size (const guint8 *data)
{
  guint sectors = data[SETUP_SECTS];

  return ((sectors != 0 ? sectors : DEFAULT_SETUP_SECTS) + 1) * SECTOR;
}

/* How long the file is by its own account, without a signature. */
static guint64
image_size (const guint8 *data)
{
  return setup_size (data) + (guint64) kexec_le32 (data + SYSSIZE) * 16;
}

static gboolean refuse (const Inspection *self, KexecFindingCode code, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

static gboolean
refuse (const Inspection *self, KexecFindingCode code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list ap;

  va_start (ap, format);
  text = g_strdup_vprintf (format, ap);
  va_end (ap);
  kexec_findings_add (self->findings, code, self->subject, NULL, "%s %s", self->name, text);
  return FALSE;
}

static gboolean
refuse_damaged (const Inspection *self, const char *what)
{
  return refuse (self, KEXEC_FINDING_KERNEL_MALFORMED, "is damaged: %s; install the kernel again",
                 what);
}

static gboolean
refuse_truncated (const Inspection *self, guint64 expected)
{
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);
  guint64 missing = expected - self->size;

  g_variant_dict_insert (&args, "size", "t", (guint64) self->size);
  g_variant_dict_insert (&args, "expected", "t", expected);
  g_variant_dict_insert (&args, "missing", "t", missing);
  kexec_findings_add (self->findings, KEXEC_FINDING_KERNEL_TRUNCATED, self->subject,
                      g_variant_dict_end (&args),
                      "%s is cut short: %" G_GUINT64_FORMAT " of its %" G_GUINT64_FORMAT
                      " bytes are missing; copy or install it again",
                      self->name, missing, expected);
  return FALSE;
}

/* What the header tells, taken as it is: the checks below judge it. */
static void
read_facts (const Inspection *self)
{
  const guint8 *data = self->data;
  KexecKernel *kernel = self->kernel;
  guint32 cmdline_size;

  if (self->size < HEADER_END || kexec_le16 (data + PROTOCOL) < PROTOCOL_NEEDED)
    return;
  cmdline_size = kexec_le32 (data + CMDLINE_SIZE);
  kernel->architecture = (kexec_le16 (data + XLOADFLAGS) & XLF_KERNEL_64) ? "x86_64" : "i686";
  kernel->cmdline_limit = cmdline_size > CMDLINE_RESERVED ? cmdline_size - CMDLINE_RESERVED : 0;
  kernel->init_size = kexec_le32 (data + INIT_SIZE);
  kexec_bzimage_read_version (data, self->size, &kernel->release, &kernel->version);
}

/* The signature "HdrS" has been seen, so the file reaches to 0x206 and image_size() can be read. */
static gboolean
check_header (const Inspection *self)
{
  const guint8 *data = self->data;
  guint protocol;

  if (kexec_le16 (data + BOOT_FLAG) != BOOT_FLAG_VALUE)
    return refuse_damaged (self, "its boot sector lacks the mark 0xAA55");
  if (self->size < image_size (data))
    return refuse_truncated (self, image_size (data));
  if (kexec_le32 (data + SYSSIZE) == 0)
    return refuse_damaged (self, "by its header it holds no kernel");
  protocol = kexec_le16 (data + PROTOCOL);
  if (protocol < PROTOCOL_NEEDED)
    return refuse (self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
                   "is too old for kexec: it speaks boot protocol %u.%02u, and 2.12 (Linux 3.8) is "
                   "the oldest that can be loaded; choose a newer kernel",
                   protocol >> 8, protocol & 0xff);
  if (0x202 + (guint) data[JUMP_OFFSET] < HEADER_END)
    return refuse_damaged (self, "its setup header ends too early");
  return TRUE;
}

static gboolean
check_architecture (const Inspection *self)
{
  guint16 xloadflags = kexec_le16 (self->data + XLOADFLAGS);

  if (!(xloadflags & XLF_KERNEL_64) && g_strcmp0 (self->machine, "x86_64") == 0)
    return refuse (self, KEXEC_FINDING_KERNEL_OTHER_ARCHITECTURE,
                   "is a 32-bit (i386) kernel, and kexec on this machine starts only 64-bit ones; "
                   "choose one for x86_64 (amd64)");
  if (g_strcmp0 (self->machine, "x86_64") != 0)
    return refuse (self, KEXEC_FINDING_KERNEL_OTHER_ARCHITECTURE,
                   "is a kernel for %s, and on this machine (%s) it cannot be loaded; this version "
                   "loads x86_64 kernels on x86_64 machines",
                   self->kernel->architecture, self->machine);
  return TRUE;
}

static gboolean
check_loadable (const Inspection *self)
{
  if (!(self->data[LOADFLAGS] & LOADED_HIGH))
    return refuse (self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
                   "is a zImage, which kexec cannot load; build a bzImage (make bzImage)");
  if (!(kexec_le16 (self->data + XLOADFLAGS) & XLF_LOADABLE_ABOVE_4G))
    return refuse (self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
                   "cannot be moved in memory, which kexec needs; choose one that was built "
                   "with CONFIG_RELOCATABLE=y");
  return TRUE;
}

/* What the kernel computes with: a wrong value fails there with a bare EINVAL. */
static gboolean
check_memory (const Inspection *self)
{
  guint32 alignment = kexec_le32 (self->data + ALIGNMENT);
  guint64 needed = kexec_le32 (self->data + INIT_SIZE);

  if (alignment == 0 || (alignment & (alignment - 1)) != 0)
    return refuse_damaged (self, "the alignment in its header is not a power of two");
  if ((needed + PAGE - 1) / PAGE * PAGE < self->size - setup_size (self->data))
    return refuse_damaged (self, "its header asks for less memory than the kernel fills");
  return TRUE;
}

static gboolean
check_cmdline_limit (const Inspection *self)
{
  if (self->kernel->cmdline_limit == 0)
    return refuse_damaged (self, "its header leaves no room for a command line");
  return TRUE;
}

/*
 * The payload is the compressed kernel proper. The build appends the size that it decompresses to
 * (gzip's own format ends with it), so that a file whose end was never written shows: zeros.
 * Programs that are no Linux but use its header (memtest86+) have none.
 */
static gboolean
check_payload (const Inspection *self)
{
  const guint8 *data = self->data;
  guint64 offset = (guint64) setup_size (data) + kexec_le32 (data + PAYLOAD_OFFSET);
  guint64 length = kexec_le32 (data + PAYLOAD_LENGTH);
  guint32 unpacked;
  KexecMagic magic;

  if (length == 0)
    return TRUE;
  if (offset + length > self->size || length < 4)
    return refuse_damaged (self, "its payload lies outside of the file");
  magic = kexec_magic_identify (data + offset, length);
  if (!kexec_magic_is_archive (magic) && magic != KEXEC_MAGIC_ELF)
    return refuse_damaged (self, "its payload is not compressed in any way that Linux knows");
  unpacked = kexec_le32 (data + offset + length - 4);
  if (unpacked == 0 || unpacked > kexec_le32 (data + INIT_SIZE))
    return refuse_damaged (self, "its payload does not end with a size that can be right");
  return TRUE;
}

/* A kernel may have been built without a version, but not with a pointer to something else. */
static gboolean
check_version (const Inspection *self)
{
  if (self->kernel->release == NULL && kexec_le16 (self->data + KERNEL_VERSION) != 0)
    return refuse_damaged (self, "its header does not lead to a version");
  return TRUE;
}

static gboolean
check_signature (const Inspection *self)
{
  guint64 end;
  KexecInput input = kexec_input_from_data (self->data, self->size);
  KexecPeSignature signature = kexec_pe_signature (&input, &end);

  if (signature == KEXEC_PE_CUT_OFF)
    return refuse_truncated (self, end);
  g_ptr_array_unref (self->kernel->signatures);
  self->kernel->signatures = kexec_signatures_read (&input, self->subject, self->findings);
  return TRUE;
}

void
kexec_bzimage_inspect (KexecKernel *kernel, const guint8 *data, gsize size, const char *subject,
                       const char *machine, KexecFindings *findings)
{
  static gboolean (*const checks[]) (const Inspection *) = {
    check_header,        check_architecture, check_loadable, check_version,
    check_cmdline_limit, check_memory,       check_payload,  check_signature,
  };
  const Inspection self = {
    .data = data,
    .size = size,
    .name = *subject != '\0' ? subject : "The kernel",
    .subject = subject,
    .machine = machine,
    .findings = findings,
    .kernel = kernel,
  };

  read_facts (&self);
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    if (!checks[i](&self))
      return;
}

/* Printable ASCII up to a NUL that comes in time. */
static gboolean
is_version_string (const guint8 *text, gsize max)
{
  for (gsize i = 0; i < max; i++) {
    if (text[i] == '\0')
      return i > 0;
    if (!g_ascii_isprint ((char) text[i]))
      return FALSE;
  }
  return FALSE;
}

gboolean
kexec_bzimage_read_version (const guint8 *data, gsize size, char **release, char **version)
{
  const char *text;
  gsize length;
  guint start;
  guint end;

  if (size < KERNEL_VERSION + 2)
    return FALSE;
  start = kexec_le16 (data + KERNEL_VERSION) + 0x200;
  end = (guint) MIN (size, setup_size (data));
  if (start == 0x200 || start >= end ||
      !is_version_string (data + start, MIN (end - start, VERSION_STRING_MAX)))
    return FALSE;
  text = (const char *) data + start;
  length = strcspn (text, " ");
  if (length == 0 || length > RELEASE_MAX)
    return FALSE;
  *release = g_strndup (text, length);
  *version = g_strdup (text[length] == ' ' ? text + length + 1 : "");
  return TRUE;
}

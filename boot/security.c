/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "boot/security.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "image/cmdline.h"
#include "image/codec/decode.h"

#define SMALL_FILE  4096          /* bytes */
#define POLICY_MAX  (256 * 1024)  /* of IMA's policy, in bytes */
#define KEYS_MAX    (1024 * 1024) /* of /proc/keys, in bytes */
#define KEY_ID_MAX  128           /* characters; identifiers are 40, serial numbers less */
#define EFI_PREFIX  4             /* bytes of attributes before a variable's value */
#define EFI_GLOBAL  "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define EFI_SHIM    "605dab50-e046-4300-abb6-3dd810dd8b23"
#define EFI_VARS    "/sys/firmware/efi/efivars/"
#define SECURITY_FS "/sys/kernel/security/"

/* --- files --- */

/* Returns: (transfer full) (nullable): all of a file that is not longer than @max. */
static GBytes *
read_bytes (int root_fd, const char *path, gsize max)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_RDONLY, NULL);
  KexecInput input = kexec_input_from_fd (fd, max + 1);
  g_autofree guint8 *buffer = NULL;
  gsize size;

  if (fd < 0)
    return NULL;
  buffer = g_malloc (max + 1);
  size = kexec_input_read (&input, 0, buffer, max + 1);
  return size > 0 && size <= max ? g_bytes_new (buffer, size) : NULL;
}

static gboolean
collect (const guint8 *data, gsize size, gpointer user_data)
{
  GByteArray *text = user_data;

  if (size > KEXEC_KERNEL_CONFIG_MAX - text->len)
    return FALSE;
  g_byte_array_append (text, data, (guint) size);
  return TRUE;
}

/* CONFIG_IKCONFIG_PROC: gzip. */
static KexecKernelConfig *
read_own_config (int root_fd)
{
  g_autoptr (GBytes) bytes = read_bytes (root_fd, "/proc/config.gz", KEXEC_KERNEL_CONFIG_MAX);
  g_autoptr (GByteArray) text = g_byte_array_new ();
  KexecInput input;
  KexecDecoded decoded;

  if (bytes == NULL)
    return NULL;
  input = kexec_input_from_bytes (bytes);
  if (kexec_decode (&input, KEXEC_MAGIC_GZIP, collect, text, NULL, &decoded) != KEXEC_DECODE_DONE)
    return NULL;
  return kexec_kernel_config_parse ((const char *) text->data, text->len);
}

static KexecKernelConfig *
read_config (int root_fd)
{
  static const char *const formats[] = { "/boot/config-%s", "/usr/lib/modules/%s/config" };
  g_autofree char *release =
    kexec_beneath_read (root_fd, "/proc/sys/kernel/osrelease", SMALL_FILE, NULL);
  KexecKernelConfig *config = read_own_config (root_fd);

  for (guint i = 0; config == NULL && release != NULL && i < G_N_ELEMENTS (formats); i++) {
    g_auto (GStrv) halves = g_strsplit (formats[i], "%s", 2);
    g_autofree char *path = g_strconcat (halves[0], g_strstrip (release), halves[1], NULL);
    g_autofree char *text = kexec_beneath_read (root_fd, path, KEXEC_KERNEL_CONFIG_MAX, NULL);

    if (text != NULL)
      config = kexec_kernel_config_parse (text, strlen (text));
  }
  return config;
}

/* --- lockdown and Secure Boot --- */

/* The word in brackets: "none [integrity] confidentiality". */
static char *
read_lockdown (int root_fd)
{
  g_autofree char *line = kexec_beneath_read (root_fd, SECURITY_FS "lockdown", SMALL_FILE, NULL);
  char *start = line != NULL ? strchr (line, '[') : NULL;
  char *end = start != NULL ? strchr (start, ']') : NULL;

  return end != NULL ? g_strndup (start + 1, (gsize) (end - start - 1)) : NULL;
}

/* Whether an EFI variable of one byte is there and 1. */
static gboolean
is_set (int root_fd, const char *path)
{
  g_autoptr (GBytes) bytes = read_bytes (root_fd, path, EFI_PREFIX + 1);
  gsize size;
  const guint8 *data;

  if (bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (bytes, &size);
  return size == EFI_PREFIX + 1 && data[EFI_PREFIX] == 1;
}

/* In setup mode the firmware checks nothing; shim can be told not to either, and then the kernel
 * does not count it as Secure Boot (drivers/firmware/efi/libstub/secureboot.c). */
static gboolean
is_secure_boot (int root_fd)
{
  return is_set (root_fd, EFI_VARS "SecureBoot-" EFI_GLOBAL) &&
         !is_set (root_fd, EFI_VARS "SetupMode-" EFI_GLOBAL) &&
         !is_set (root_fd, EFI_VARS "MokSBStateRT-" EFI_SHIM);
}

/* --- IMA --- */

static gboolean
policy_appraises (int root_fd)
{
  g_autofree char *text = kexec_beneath_read (root_fd, SECURITY_FS "ima/policy", POLICY_MAX, NULL);
  g_auto (GStrv) rules = text != NULL ? g_strsplit (text, "\n", -1) : NULL;

  for (guint i = 0; rules != NULL && rules[i] != NULL; i++)
    if (g_str_has_prefix (rules[i], "appraise ") &&
        strstr (rules[i], "func=KEXEC_KERNEL_CHECK") != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
cmdline_appraises (int root_fd)
{
  g_autofree char *cmdline = kexec_beneath_read (root_fd, "/proc/cmdline", SMALL_FILE, NULL);
  g_autofree char *policy = cmdline != NULL ? kexec_cmdline_get (cmdline, "ima_policy") : NULL;
  g_auto (GStrv) policies = policy != NULL ? g_strsplit_set (policy, "| \n", -1) : NULL;

  return policies != NULL && g_strv_contains ((const char *const *) policies, "secure_boot");
}

static gboolean
is_on (const KexecKernelConfig *config, const char *option)
{
  return kexec_kernel_config_get (config, option) == KEXEC_CONFIG_YES;
}

/* Under Secure Boot the architecture's rules come in (security/integrity/ima/ima_efi.c): they
 * enforce what the kernel verifies itself, and appraise where it verifies nothing. */
static void
read_ima (KexecSignaturePolicy *policy, int root_fd, const KexecKernelConfig *config)
{
  gboolean has_rules = policy->secure_boot && is_on (config, "CONFIG_IMA_ARCH_POLICY");

  policy->enforces =
    is_on (config, "CONFIG_KEXEC_SIG_FORCE") || (has_rules && policy->checks == KEXEC_CONFIG_YES);
  policy->appraises = (has_rules && policy->checks == KEXEC_CONFIG_NO) ||
                      is_on (config, "CONFIG_IMA_APPRAISE_REQUIRE_KEXEC_SIGS") ||
                      cmdline_appraises (root_fd) || policy_appraises (root_fd);
}

/* --- what it can verify --- */

/* s390x needs no option of its own for this (arch/s390/kernel/machine_kexec_file.c). */
static KexecConfigValue
find_verifier (const KexecKernelConfig *config)
{
  static const char *const options[] = { "CONFIG_KEXEC_BZIMAGE_VERIFY_SIG",
                                         "CONFIG_KEXEC_IMAGE_VERIFY_SIG", "CONFIG_S390" };

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (is_on (config, options[i]))
      return KEXEC_CONFIG_YES;
  return config != NULL ? KEXEC_CONFIG_NO : KEXEC_CONFIG_UNKNOWN;
}

static gboolean
is_key_id (const char *text)
{
  gsize length = strlen (text);

  return length > 0 && length <= KEY_ID_MAX && strspn (text, "0123456789abcdef") == length;
}

/* "SERIAL FLAGS USAGE TIMEOUT PERMISSIONS UID GID TYPE DESCRIPTION", the type cut to nine
 * characters; an asymmetric key's description is "NAME: ID: X509.rsa …". Returns: (nullable) */
static char *
parse_key (const char *line)
{
  g_auto (GStrv) parts = g_strsplit (line, ": ", -1);
  guint n = g_strv_length (parts);
  char flags[16];
  char type[16];
  char uid[16];

  if (sscanf (line, "%*s %15s %*s %*s %*s %15s %*s %15s", flags, uid, type) != 3 ||
      !g_str_equal (uid, "0") || !g_str_equal (type, "asymmetri"))
    return NULL;
  /* Revoked, dead, negative or invalidated. */
  if (flags[0] != 'I' || strpbrk (flags, "RDNi") != NULL)
    return NULL;
  return n >= 3 && is_key_id (parts[n - 2]) ? g_strdup (parts[n - 2]) : NULL;
}

/* Returns: (transfer full) (nullable): %NULL if not one key is shown. */
static GStrv
read_keys (int root_fd)
{
  g_autofree char *text = kexec_beneath_read (root_fd, "/proc/keys", KEYS_MAX, NULL);
  g_auto (GStrv) lines = text != NULL ? g_strsplit (text, "\n", -1) : NULL;
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++) {
    char *id = parse_key (lines[i]);

    if (id != NULL)
      g_ptr_array_add (ids, id);
  }
  if (ids->len == 0)
    return NULL;
  g_ptr_array_add (ids, NULL);
  return (GStrv) g_ptr_array_steal (ids, NULL);
}

/* --- all of it --- */

KexecSecurity *
kexec_security_read (int root_fd)
{
  g_autoptr (KexecKernelConfig) config = read_config (root_fd);
  KexecSecurity *self = g_new0 (KexecSecurity, 1);

  self->lockdown = read_lockdown (root_fd);
  self->key_ids = read_keys (root_fd);
  self->policy = (KexecSignaturePolicy){
    .lockdown = self->lockdown,
    .checks = kexec_kernel_config_get (config, "CONFIG_KEXEC_SIG"),
    .verifies = find_verifier (config),
    .takes_appended = is_on (config, "CONFIG_S390") || is_on (config, "CONFIG_PPC64"),
    .secure_boot = is_secure_boot (root_fd),
    .key_ids = (const char *const *) self->key_ids,
  };
  read_ima (&self->policy, root_fd, config);
  return self;
}

void
kexec_security_free (KexecSecurity *self)
{
  g_free (self->lockdown);
  g_strfreev (self->key_ids);
  g_free (self);
}

char *
kexec_security_to_string (const KexecSecurity *self)
{
  g_autofree char *keys = self->key_ids != NULL ? g_strjoinv (",", self->key_ids) : g_strdup ("");
  const KexecSignaturePolicy *policy = &self->policy;

  return g_strdup_printf ("lockdown=%s checks=%d verifies=%d enforces=%d appraises=%d"
                          " takes_appended=%d secure_boot=%d keys=%s",
                          policy->lockdown != NULL ? policy->lockdown : "", policy->checks,
                          policy->verifies, policy->enforces, policy->appraises,
                          policy->takes_appended, policy->secure_boot, keys);
}

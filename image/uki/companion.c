/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of what lies beside UKIs. */
#include "image/uki/companion.h"

#include <string.h>

/* The first row that matches wins: what is left of *.raw is a system extension. */
static const struct {
  const char *suffix;
  KexecCompanion kind;
} suffixes[] = {
  { ".addon.efi", KEXEC_COMPANION_ADDON },
  { ".cred", KEXEC_COMPANION_CREDENTIAL },
  { ".confext.raw", KEXEC_COMPANION_CONFEXT },
  { ".raw", KEXEC_COMPANION_SYSEXT },
};

static const struct {
  KexecCompanion kind;
  const char *name;
} ignored[] = {
  { KEXEC_COMPANION_CREDENTIAL, "credentials" },
  { KEXEC_COMPANION_SYSEXT, "system extensions" },
  { KEXEC_COMPANION_CONFEXT, "configuration extensions" },
  { KEXEC_COMPANION_GLOBAL_CREDENTIAL, "credentials for all images (loader/credentials)" },
};

static gboolean
has_suffix (const char *name, const char *suffix)
{
  gsize length = strlen (name);
  gsize n = strlen (suffix);

  return length >= n && g_ascii_strcasecmp (name + length - n, suffix) == 0;
}

KexecCompanion
kexec_companion_recognize (const char *name)
{
  if (*name == '.' || !g_str_is_ascii (name))
    return KEXEC_COMPANION_NONE;
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (has_suffix (name, suffixes[i].suffix))
      return suffixes[i].kind;
  return KEXEC_COMPANION_NONE;
}

void
kexec_companions_check (guint kinds, const char *image, KexecFindings *findings)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_auto (GVariantDict) args = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (ignored); i++)
    if ((kinds & ignored[i].kind) != 0)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", ignored[i].name);
  if (names->len == 0)
    return;
  g_variant_dict_insert (&args, "kinds", "s", names->str);
  kexec_findings_add (findings, KEXEC_FINDING_UKI_COMPANIONS_IGNORED, image,
                      g_variant_dict_end (&args),
                      "With %s come files that its boot stub would add: %s; they are not passed on "
                      "by a kexec, so boot through the firmware if the system needs them",
                      image, names->str);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unified kernel images: chooses the profile, and takes the kernel out. */
#include "image/kernel/kernel-formats.h"
#include "image/kernel/unwrap.h"
#include "image/kernel/wrapped.h"

static void
refuse_profile (const KexecInspection *self)
{
  const GPtrArray *profiles = self->kernel->uki->profiles;
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < profiles->len; i++) {
    const KexecUkiProfile *profile = profiles->pdata[i];

    g_string_append (names, i > 0 ? ", " : "");
    if (*profile->id != '\0')
      g_string_append (names, profile->id);
    else
      g_string_append_printf (names, "%u", i);
  }
  kexec_inspection_refuse (self, KEXEC_FINDING_UKI_NO_SUCH_PROFILE,
                           "has no profile \"%s\"; choose one of these: %s", self->profile,
                           names->str);
}

static void
compare_release (const KexecInspection *self, const KexecUkiProfile *profile)
{
  const char *release = self->kernel->release;

  if (profile->release == NULL || release == NULL || g_str_equal (profile->release, release))
    return;
  kexec_inspection_refuse (self, KEXEC_FINDING_UKI_OTHER_RELEASE,
                           "says that its kernel is %s, but that is %s; build the image again",
                           profile->release, release);
}

static void
note_devicetree (const KexecInspection *self, const KexecUkiProfile *profile)
{
  if (profile->has_devicetree)
    kexec_inspection_refuse (self, KEXEC_FINDING_UKI_DEVICETREE_IGNORED,
                             "brings a device tree, which kexec leaves out: the one that is in "
                             "use stays; reboot through firmware if it has to change");
}

/* The stub would measure what it starts, and hand the signature to the initrd. */
static void
note_pcr_signature (const KexecInspection *self, const KexecUkiProfile *profile)
{
  if (profile->has_pcr_signature)
    kexec_inspection_refuse (
      self, KEXEC_FINDING_UKI_PCR_SIGNATURE,
      "brings a signature for the TPM (.pcrsig), which a kexec does not "
      "pass on; if the TPM unlocks a disk, be ready to enter its passphrase");
}

/* A sealed memfd of the kernel, unless what it is wrapped in again was unwrapped already. */
static gboolean
take_kernel (const KexecInspection *self, const KexecUkiProfile *profile)
{
  int fd = kexec_unwrap_copy (&profile->kernel, self->watch);

  if (fd < 0)
    return kexec_inspection_refuse_unreadable (self);
  kexec_wrapped_take (self, fd);
  return TRUE;
}

void
kexec_uki_inspect (KexecInspection *self)
{
  KexecKernel *kernel = self->kernel;
  const KexecUkiProfile *profile;
  KexecUki *uki = NULL;

  if (self->depth > 0) {
    kexec_inspection_refuse (self, KEXEC_FINDING_KERNEL_UNSUPPORTED,
                             "is a unified kernel image in a wrapper, which no boot loader takes "
                             "either; unpack it, and name the result");
    return;
  }
  uki = kexec_uki_read (self->input, self->subject, self->findings);
  if (uki == NULL)
    return;
  kernel->uki = uki;
  if (!kexec_inspection_check_signature (self))
    return;
  profile = kexec_uki_find_profile (uki, self->profile);
  if (profile == NULL) {
    refuse_profile (self);
    return;
  }
  if (!kexec_inspection_run_inner (self, &profile->kernel) || !take_kernel (self, profile))
    return;
  compare_release (self, profile);
  note_devicetree (self, profile);
  note_pcr_signature (self, profile);
  kexec_wrapped_compare_signatures (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes the place of boot/trust-mount.c when the test daemon is linked: a temporary directory may
 * lie on anything (overlay, tmpfs, a loop device), and tests say themselves what to think of it.
 * Owners and modes are judged for real.
 */
#include "boot/trust-private.h"

#include "tests/integration/fake-mounts.h"

static const char *refusal_path;

void
fake_mounts_init (const char *root)
{
  refusal_path = g_build_filename (root, "test-mounts", "refusal", NULL);
}

void
kexec_trust_mount_clear (KexecTrustMount *mount)
{
}

gboolean
kexec_trust_read_mount (int fd, KexecTrustMount *mount)
{
  return TRUE;
}

char *
kexec_trust_refuse_mount (const KexecTrustMount *mount, int sys_fd)
{
  char *refusal = NULL;

  g_file_get_contents (refusal_path, &refusal, NULL, NULL);
  return refusal;
}

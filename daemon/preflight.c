/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/preflight.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/config.h"
#include "daemon/kexec-tools.h"

static gboolean
exists (int root_fd, const char *path)
{
  int fd = kexec_beneath_open_in_root (root_fd, path, O_PATH, NULL);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

/* CAP_SYS_BOOT counts in the initial user namespace only, where all ids are mapped one to one. */
static gboolean
in_user_namespace (int root_fd)
{
  g_autofree char *map = kexec_beneath_read (root_fd, "/proc/self/uid_map", 4096, NULL);
  guint64 inside, outside, count;

  return map != NULL &&
         (sscanf (map, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &inside,
                  &outside, &count) != 3 ||
          inside != 0 || outside != 0 || count != G_MAXUINT32);
}

static gboolean
in_container (int root_fd)
{
  return in_user_namespace (root_fd) || exists (root_fd, "/run/systemd/container") ||
         exists (root_fd, "/run/.containerenv") || exists (root_fd, "/.dockerenv");
}

void
kexec_preflight_obstacles (const KexecEnvironment *environment, KexecFindings *findings)
{
  g_autoptr (KexecKernelFacts) facts = kexec_kernel_facts_read (environment->root_fd);
  g_autoptr (KexecConfig) config = kexec_config_load (environment->root_fd);

  if (in_container (environment->root_fd))
    kexec_findings_add (findings, KEXEC_FINDING_CONTAINER, NULL, NULL,
                        "This is a container, which shares its kernel with others; use kexecd on"
                        " the host");
  if (config->load_by_kexec_tools)
    kexec_tools_check (environment, facts, findings);
  else if (!environment->ops->can_file_load ())
    kexec_findings_add (findings, KEXEC_FINDING_NO_KEXEC_FILE_LOAD, NULL, NULL,
                        "The running kernel was built without kexec_file_load; boot one with"
                        " CONFIG_KEXEC_FILE, or set LoadMethod=kexec-tools in kexecd.conf");
  if (!facts->has_capability)
    kexec_findings_add (findings, KEXEC_FINDING_NO_CAPABILITY, NULL, NULL,
                        "kexecd has no CAP_SYS_BOOT and cannot load anything; check its service's"
                        " CapabilityBoundingSet=");
  if (facts->load_disabled)
    kexec_findings_add (findings, KEXEC_FINDING_LOAD_DISABLED, NULL, NULL,
                        "Loading is disabled until the next reboot"
                        " (kernel.kexec_load_disabled=1); reboot in the ordinary way");
  if (facts->load_limit == 0)
    kexec_findings_add (findings, KEXEC_FINDING_LOAD_LIMIT_REACHED, NULL, NULL,
                        "The number of loads allowed in this boot is used up"
                        " (kernel.kexec_load_limit_reboot); reboot in the ordinary way");
  if (facts->lockdown != NULL && !g_str_equal (facts->lockdown, "none"))
    kexec_findings_add (findings, KEXEC_FINDING_LOCKDOWN, NULL,
                        g_variant_new_parsed ("{'mode': <%s>}", facts->lockdown),
                        "The kernel is locked down (%s): it takes only images with a signature"
                        " that it trusts",
                        facts->lockdown);
}

void
kexec_preflight_memory (const KexecEnvironment *environment, guint64 size, KexecFindings *findings)
{
  g_autoptr (KexecKernelFacts) facts = kexec_kernel_facts_read (environment->root_fd);
  guint64 needed = 2 * size;

  if (facts->available == 0 || needed <= facts->available)
    return;
  kexec_findings_add (
    findings, KEXEC_FINDING_NOT_ENOUGH_MEMORY, NULL,
    g_variant_new_parsed ("{'needed': <%t>, 'available': <%t>}", needed, facts->available),
    "Loading needs %" G_GUINT64_FORMAT " MiB of memory and %" G_GUINT64_FORMAT
    " MiB are free; stop something and try again",
    needed >> 20, facts->available >> 20);
}

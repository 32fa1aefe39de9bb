/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of hardware that is known to come up badly after a kexec: hardware.conf, one rule a
 * group.
 *
 *   [mlx5]
 *   Driver=mlx5_core              names of drivers with a device of their own: any of them
 *   SysVendor=, ProductName=, …   what /sys/class/dmi/id says: globs, all of them
 *   Text=what goes wrong; what to do
 *   Enabled=no                    switches a rule off
 */
#pragma once

#include "image/finding.h"

/* The files of /sys/class/dmi/id that a rule can look at. */
typedef enum {
  KEXEC_DMI_SYS_VENDOR,
  KEXEC_DMI_PRODUCT_NAME,
  KEXEC_DMI_PRODUCT_VERSION,
  KEXEC_DMI_PRODUCT_FAMILY,
  KEXEC_DMI_BOARD_VENDOR,
  KEXEC_DMI_BOARD_NAME,
  KEXEC_DMI_CHASSIS_ASSET_TAG,
  KEXEC_N_DMI
} KexecDmi;

typedef struct {
  char *name;             /* the group's */
  char *from;             /* the file that said something of it last, below the root */
  GStrv drivers;          /* NULL: any will do */
  char *dmi[KEXEC_N_DMI]; /* globs; NULL: any will do */
  char *text;             /* "what goes wrong; what to do"; NULL: not set */
  gboolean is_enabled;
} KexecHardwareRule;

/** Returns: the name of the file in /sys/class/dmi/id. */
const char *kexec_dmi_name (KexecDmi dmi);

/** Returns: (transfer full) (element-type KexecHardwareRule): an empty list. */
GPtrArray *kexec_hardware_rules_new (void);

/**
 * kexec_hardware_rules_load:
 * @findings: what is wrong with the files
 *
 * Reads usr/lib/kexecd/hardware.conf, etc/kexecd/hardware.conf and the drop-ins hardware.conf.d, as
 * kexec_config_load() reads its own: what a later file says of a rule wins, key by key.
 *
 * Returns: (transfer full) (element-type KexecHardwareRule): the rules in the order in which they
 * are named first.
 */
GPtrArray *kexec_hardware_rules_load (int root_fd, KexecFindings *findings);

/** Puts what one file says over @rules. @subject: the file, in findings. */
void kexec_hardware_rules_parse (GPtrArray *rules, const char *text, const char *subject,
                                 KexecFindings *findings);

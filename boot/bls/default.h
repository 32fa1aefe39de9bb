/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What systemd-boot boots without a key press. */
#pragma once

#include "boot/bls/loader-conf.h"
#include "boot/bls/order.h"
#include "boot/source.h"

/**
 * kexec_bls_set_default:
 * @items: (element-type KexecBlsItem): the menu, in its order
 * @conf: loader.conf
 * @menu: (inout): gets its default and what is to say about it
 *
 * The first of these that names an entry (The Boot Loader Interface; loader.conf(5)): the EFI
 * variables LoaderEntryOneShot, LoaderEntryPreferred and LoaderEntryDefault, then "preferred" and
 * "default" in loader.conf; else the first entry. What is preferred is passed over if it is bad.
 * After a failure that the firmware reported, LoaderEntrySysFail comes before all of them.
 */
void kexec_bls_set_default (KexecScan *scan, const GPtrArray *items, const KexecBlsLoaderConf *conf,
                            KexecMenu *menu);

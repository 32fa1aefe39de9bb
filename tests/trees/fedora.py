# SPDX-License-Identifier: LGPL-2.1-or-later
"""grub.cfg of Fedora and its relatives: the entries are snippets, which blscfg reads."""

from __future__ import annotations

from . import grub
from .grub import Disk

USERS = """\
if [ -f ${prefix}/user.cfg ]; then
  source ${prefix}/user.cfg
  if [ -n "${GRUB2_PASSWORD}" ]; then
    set superusers="root"
    export superusers
    password_pbkdf2 root ${GRUB2_PASSWORD}
  fi
fi
"""

FALLBACK_COUNTING = """\
insmod increment
if [ -n "${boot_counter}" -a "${boot_success}" = "0" ]; then
  if  [ "${boot_counter}" = "0" -o "${boot_counter}" = "-1" ]; then
    set default=1
    set boot_counter=-1
  else
    decrement boot_counter
  fi
  save_env boot_counter
fi
"""

RESET_BOOT_SUCCESS = """\
if [ "${boot_success}" = "1" -o "${boot_indeterminate}" = "1" ]; then
  set menu_hide_ok=1
else
  set menu_hide_ok=0
fi
if [ "${boot_success}" = "1" ] ; then
  set boot_indeterminate=0
elif [ "${boot_indeterminate}" = "1" ]; then
  set boot_indeterminate=2
fi
set boot_success=0
save_env boot_success boot_indeterminate
"""

MENU_AUTO_HIDE = """\
if [ x$feature_timeout_style = xy ] ; then
  if [ "${menu_show_once}" ]; then
    unset menu_show_once
    save_env menu_show_once
    set timeout_style=menu
    set timeout=60
  elif [ "${menu_auto_hide}" -a "${menu_hide_ok}" = "1" ]; then
    set orig_timeout_style=${timeout_style}
    set orig_timeout=${timeout}
    if [ "${fastboot}" = "1" ]; then
      set timeout_style=menu
      set timeout=0
    else
      set timeout_style=hidden
      set timeout=1
    fi
  fi
fi
"""

FIRMWARE = """\
if [ "$grub_platform" = "efi" ]; then
\tmenuentry 'UEFI Firmware Settings' $menuentry_id_option 'uefi-firmware' {
\t\tfwsetup
\t}
fi
"""

PASSWORD = "GRUB2_PASSWORD=grub.pbkdf2.sha512.10000.0123456789ABCDEF.FEDCBA9876543210\n"


def menu(
    disk: Disk,
    kernelopts: str,
    *,
    boot: Disk | None = None,
    default: str = "${saved_entry}",
    tuned: tuple[str, str] | None = None,
    os_prober: str = "",
) -> str:
    """All of grub.cfg. @boot: where $boot is, if not with $root; @tuned: parameters and initrd"""
    fallback = f'if [ -z "${{kernelopts}}" ]; then\n  set kernelopts="{kernelopts} "\nfi\n'
    text = grub.header(disk, default, load_env=grub.LOAD_ENV_FEDORA)
    if tuned is not None:
        text += grub.section(
            "00_tuned", f'set tuned_params="{tuned[0]}"\nset tuned_initrd="{tuned[1]}"'
        )
    return (
        text
        + grub.section("01_users", USERS)
        + grub.section("08_fallback_counting", FALLBACK_COUNTING)
        + grub.section(
            "10_linux",
            disk.find(),
            (boot or disk).find("boot"),
            fallback,
            "\ninsmod blscfg\nblscfg",
        )
        + grub.section("10_reset_boot_success", RESET_BOOT_SUCCESS)
        + grub.section("12_menu_auto_hide", MENU_AUTO_HIDE)
        + grub.rest(os_prober=os_prober, firmware=FIRMWARE)
    )

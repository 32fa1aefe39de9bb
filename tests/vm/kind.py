# SPDX-License-Identifier: LGPL-2.1-or-later
"""The kinds of machine that the tests start: their firmware, their disks, who loads the kernel, and
what the kernel starts.

A kind with a base begins as a machine of that kind, in which the script `prepare/NAME` runs: boot
loaders and their menus, for example, are put there by Debian's own tools.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from . import init, recipe
from .init import Init
from .recipe import Recipe

OVMF_CODE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
OVMF_VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")


@dataclass(frozen=True)
class Firmware:
    """A firmware: QEMU's options for it, and what it says on the serial line at a cold boot."""

    options: tuple[str, ...]
    banner: str
    files: tuple[Path, ...] = ()


# Without graphics SeaBIOS greets on the serial line.
SEABIOS = Firmware(("-machine", "pc,graphics=off"), "SeaBIOS (version")
OVMF = Firmware(
    ("-machine", "q35,graphics=off")
    + ("-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={OVMF_CODE}"),
    "BdsDxe: starting",
    (OVMF_CODE, OVMF_VARIABLES),
)


@dataclass(frozen=True)
class Kind:
    """What tells one machine from another. The root file system is on the first disk of each.

    Its repr() is part of what names a saved machine: what names it anyway is left out of that.
    """

    name: str
    base: Kind | None = field(default=None, repr=False)  # None: as the image has it
    firmware: Firmware = SEABIOS
    has_boot_loader: bool = False  # on the last disk; otherwise QEMU itself loads the kernel
    second_disk: str = ""  # its size
    processors: int = 1
    is_counted: bool = False  # its time is what its processor executes: see clock.py
    recipe: Recipe = field(default=recipe.SYSTEMD, repr=False)
    init: Init = field(default=init.SYSTEMD, repr=False)

    @property
    def disks(self) -> list[str]:
        return ["root", "second"] if self.second_disk else ["root"]

    @property
    def files(self) -> list[str]:
        """What a machine of this kind writes to, besides its memory."""
        return self.disks + (["variables"] if self.firmware is OVMF else [])


PLAIN = Kind("plain")
# GRUB in the gap after the MBR, with the menu that grub-mkconfig makes.
GRUB = Kind("grub", PLAIN, has_boot_loader=True, processors=2)
# systemd-boot on an ESP on a disk of its own: type #1 entries, and two unified kernel images.
SYSTEMD_BOOT = Kind(
    "systemd-boot", PLAIN, OVMF, has_boot_loader=True, second_disk="192M", processors=2
)
# /boot on a disk of its own that is not mounted.
BOOT = Kind("boot", PLAIN, second_disk="128M")
# For what is measured: what else its host does shows little.
COUNTED = Kind("counted", is_counted=True)

# sysvinit is PID 1, and Gentoo's lines in its inittab let OpenRC start and stop the services.
SYSVINIT = Kind("sysvinit", recipe=recipe.OPENRC, init=init.SYSVINIT)
# OpenRC's own init is PID 1.
OPENRC_INIT = Kind("openrc-init", SYSVINIT, recipe=recipe.OPENRC, init=init.OPENRC_INIT)
# sysvinit with Debian's own scripts, and kexec-tools', which kexecs at the end of them.
SYSV_RC = Kind("sysv-rc", SYSVINIT, recipe=recipe.OPENRC, init=init.SYSV_RC)

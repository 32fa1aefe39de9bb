# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian 12 with GRUB, and the same with Windows beside it: what several tests start from."""

from __future__ import annotations

from . import grub
from .grub import Disk, Kernel
from .tree import Tree

UUID = "c6eb5a3c-2a0c-4a49-9ce4-40d3f0c5a1d1"
BOOT_UUID = "5b7f0c62-5a43-4b47-b63e-2e2a3f8f7e57"
ESP_UUID = "4C1A-77F0"
NEW, OLD = "6.1.0-30-amd64", "6.1.0-28-amd64"
OS = "Debian GNU/Linux"

ROOT_DISK = Disk(UUID, "hd0,msdos1", ("part_msdos", "ext2"))
ESP = Disk(ESP_UUID, "hd0,gpt1", ("part_gpt", "fat"))

FSTAB = f"""\
# <file system> <mount point>   <type>  <options>       <dump>  <pass>
# / was on /dev/sda1 during installation
UUID={UUID} /               ext4    errors=remount-ro 0       1
UUID=1f6a02a0-7d93-4c0e-b1fd-6b8fd0f5a7d2 none            swap    sw              0       0
/dev/sr0        /media/cdrom0   udf,iso9660 user,noauto     0       0
"""

GFXMODE = """\
function gfxmode {
\tset gfxpayload="${1}"
}
set linux_gfx_mode=
export linux_gfx_mode
"""

TITLES = [
    OS,
    f"{OS}, with Linux {NEW}",
    f"{OS}, with Linux {NEW} (recovery mode)",
    f"{OS}, with Linux {OLD}",
    f"{OS}, with Linux {OLD} (recovery mode)",
]
ADVANCED = f"gnulinux-advanced-{UUID}"
CMDLINE, RECOVERY = f"root=UUID={UUID} ro quiet", f"root=UUID={UUID} ro single"


def identity(version: str, kind: str = "advanced") -> str:
    return f"gnulinux-{version}-{kind}-{UUID}"


def kernels(prefix: str = "/boot", root: str = f"UUID={UUID}") -> list[Kernel]:
    return [
        Kernel(
            version,
            f"{prefix}/vmlinuz-{version}",
            [f"{prefix}/initrd.img-{version}"],
            f"root={root} ro  quiet",
        )
        for version in (NEW, OLD)
    ]


def menu(
    default: str = "0",
    *,
    disk: Disk = ROOT_DISK,
    found: list[Kernel] | None = None,
    os_prober: str = "",
    firmware: str = "",
    custom: str = "",
) -> str:
    """All of grub.cfg."""
    return (
        grub.header(disk, default)
        + grub.section(
            "05_debian_theme",
            "set menu_color_normal=cyan/blue",
            "set menu_color_highlight=white/blue",
        )
        + grub.section(
            "10_linux",
            GFXMODE,
            grub.linux(OS, UUID, disk, found or kernels(), kind="debian", recovery="single "),
        )
        + grub.rest(os_prober=os_prober, firmware=firmware, custom=custom)
    )


def files(tree: Tree, *, fstab: str = FSTAB, boot_image: str = f"/boot/vmlinuz-{NEW}") -> None:
    """Everything but the menu."""
    tree.system(
        "Debian GNU/Linux 12 (bookworm)",
        fstab=fstab,
        running=NEW,
        cmdline=f"BOOT_IMAGE={boot_image} {CMDLINE}",
    )
    for version in (NEW, OLD):
        tree.kernel(f"boot/vmlinuz-{version}", version)
        tree.initrds(f"boot/initrd.img-{version}")
        tree.write(f"boot/config-{version}", "CONFIG_X86_64=y\n")
        tree.write(f"boot/System.map-{version}", "ffffffffffffffff B The real one is elsewhere\n")
    tree.link("vmlinuz", f"boot/vmlinuz-{NEW}")
    tree.link("initrd.img", f"boot/initrd.img-{NEW}")
    tree.link("vmlinuz.old", f"boot/vmlinuz-{OLD}")
    tree.link("initrd.img.old", f"boot/initrd.img-{OLD}")


def install(
    tree: Tree,
    default: str = "0",
    *,
    env: bytes | None = None,
    os_prober: str = "",
    firmware: str = "",
    custom: str = "",
) -> None:
    files(tree)
    tree.write(
        "boot/grub/grub.cfg", menu(default, os_prober=os_prober, firmware=firmware, custom=custom)
    )
    if env is not None:
        tree.write("boot/grub/grubenv", env)

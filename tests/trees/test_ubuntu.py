# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ubuntu 24.04 LTS: recordfail, gfxmode with vt.handoff, symlinks in /boot, a memory test."""

from __future__ import annotations

import pytest

from . import grub
from .grub import Disk, Kernel
from .tree import Tree, grubenv

UUID = "9f1f6f35-5f0a-4f0e-a0b9-fbb7d1a4a11d"
ESP_UUID = "8E5C-11A9"
NEW, OLD = "6.8.0-41-generic", "6.8.0-31-generic"
DISK = Disk(UUID, hinted=False)

FSTAB = f"""\
# / was on /dev/sda2 during curtin installation
/dev/disk/by-uuid/{UUID} / ext4 defaults 0 1
# /boot/efi was on /dev/sda1 during curtin installation
/dev/disk/by-uuid/{ESP_UUID} /boot/efi vfat defaults 0 1
/swap.img\tnone\tswap\tsw\t0\t0
"""

GFXMODE = """\
function gfxmode {
\tset gfxpayload="${1}"
\tif [ "${1}" = "keep" ]; then
\t\tset vt_handoff=vt.handoff=7
\telse
\t\tset vt_handoff=
\tfi
}
if [ "${recordfail}" != 1 ]; then
  if [ -e ${prefix}/gfxblacklist.txt ]; then
    if [ ${grub_platform} != pc ]; then
      set linux_gfx_mode=keep
    elif hwmatch ${prefix}/gfxblacklist.txt 3; then
      if [ ${match} = 0 ]; then
        set linux_gfx_mode=keep
      else
        set linux_gfx_mode=text
      fi
    else
      set linux_gfx_mode=text
    fi
  else
    set linux_gfx_mode=keep
  fi
else
  set linux_gfx_mode=text
fi
export linux_gfx_mode
"""

MEMTEST = """\
menuentry 'Memory test (memtest86+x64.efi)' {
\tinsmod part_gpt
\tinsmod ext2
\tsearch --no-floppy --fs-uuid --set=root UUID
\tlinux\t/boot/memtest86+x64.efi
}
menuentry 'Memory test (memtest86+x64.efi, serial console)' {
\tinsmod part_gpt
\tinsmod ext2
\tsearch --no-floppy --fs-uuid --set=root UUID
\tlinux\t/boot/memtest86+x64.efi console=ttyS0,115200
}
""".replace(
    "UUID", UUID
)

TITLES = [
    "Ubuntu",
    f"Ubuntu, with Linux {NEW}",
    f"Ubuntu, with Linux {NEW} (recovery mode)",
    f"Ubuntu, with Linux {OLD}",
    f"Ubuntu, with Linux {OLD} (recovery mode)",
]
RECOVERY = f"root=UUID={UUID} ro recovery nomodeset dis_ucode_ldr"


def menu(default: str = "0") -> str:
    kernels = [
        Kernel(
            version,
            f"/boot/vmlinuz-{version}",
            [f"/boot/initrd.img-{version}"],
            f"root=UUID={UUID} ro  quiet splash $vt_handoff",
        )
        for version in (NEW, OLD)
    ]
    entries = grub.linux(
        "Ubuntu",
        UUID,
        DISK,
        kernels,
        kind="ubuntu",
        before="recordfail\nload_video\ngfxmode $linux_gfx_mode",
        recovery="recovery nomodeset dis_ucode_ldr ",
        before_recovery="recordfail\nload_video",
    )
    return (
        grub.header(DISK, default, functions=grub.RECORDFAIL)
        + grub.section("10_linux", GFXMODE, entries)
        + grub.section("10_linux_zfs")
        + grub.section("20_memtest86+", MEMTEST)
        + grub.rest(firmware=grub.FIRMWARE)
    )


def install(tree: Tree, default: str = "0", env: bytes = b"") -> None:
    tree.system(
        "Ubuntu 24.04.1 LTS",
        fstab=FSTAB,
        running=OLD,
        cmdline=f"BOOT_IMAGE=/boot/vmlinuz-{OLD} root=UUID={UUID} ro quiet splash vt.handoff=7",
    )
    for version in (NEW, OLD):
        tree.kernel(f"boot/vmlinuz-{version}", version)
        tree.initrds(f"boot/initrd.img-{version}")
    tree.link("boot/vmlinuz", f"vmlinuz-{NEW}")
    tree.link("boot/initrd.img", f"initrd.img-{NEW}")
    tree.link("boot/vmlinuz.old", f"vmlinuz-{OLD}")
    tree.link("boot/initrd.img.old", f"initrd.img-{OLD}")
    tree.kernel("boot/memtest86+x64.efi", "7.00")
    tree.write("boot/grub/grub.cfg", menu(default))
    tree.write("boot/grub/grubenv", env or grubenv())
    tree.write("boot/efi/EFI/ubuntu/grub.cfg", grub.stub(UUID, "/boot/grub"))


def linux(tree: Tree) -> list[tuple[str, str, str]]:
    """Title, kernel and command line of all but the memory test."""
    rows: list[tuple[str, str, str]] = tree.list().rows("title", "kernel", "cmdline")
    return [row for row in rows if "memtest" not in row[1]]


def test_menu(tree: Tree) -> None:
    install(tree)
    quiet = f"root=UUID={UUID} ro quiet splash vt.handoff=7"
    assert linux(tree) == [
        (TITLES[0], f"/boot/vmlinuz-{NEW}", quiet),
        (TITLES[1], f"/boot/vmlinuz-{NEW}", quiet),
        (TITLES[2], f"/boot/vmlinuz-{NEW}", RECOVERY),
        (TITLES[3], f"/boot/vmlinuz-{OLD}", quiet),
        (TITLES[4], f"/boot/vmlinuz-{OLD}", RECOVERY),
    ]
    listing = tree.list()
    assert listing.default_of("title") == "Ubuntu"
    assert "directory" not in listing.rows("source")


def test_running_kernel(tree: Tree) -> None:
    install(tree)
    assert {entry["version"] for entry in tree.list() if entry["running"]} == {OLD}


def test_boot_that_failed_before(tree: Tree) -> None:
    """recordfail is set: text mode, and no hand-over of the terminal."""
    install(tree, env=grubenv(recordfail="1"))
    assert linux(tree)[0] == ("Ubuntu", f"/boot/vmlinuz-{NEW}", f"root=UUID={UUID} ro quiet splash")


def test_list_of_bad_graphics_cards(tree: Tree) -> None:
    """hwmatch looks at the hardware; what it would find nobody can tell from here."""
    install(tree)
    tree.write("boot/grub/gfxblacklist.txt", "# vendor device subvendor subdevice\nv1002\n")
    found = linux(tree)
    assert [row[0] for row in found] == TITLES
    assert all(
        row[2].removesuffix(" vt.handoff=7") in (f"root=UUID={UUID} ro quiet splash", RECOVERY)
        for row in found
    )
    assert tree.list().default_of("title") == "Ubuntu"


@pytest.mark.parametrize(
    "default, title",
    [
        ("1>2", TITLES[3]),
        (f"gnulinux-advanced-{UUID}>gnulinux-{OLD}-advanced-{UUID}", TITLES[3]),
        (f"Advanced options for Ubuntu>Ubuntu, with Linux {OLD} (recovery mode)", TITLES[4]),
    ],
)
def test_default_in_the_submenu(tree: Tree, default: str, title: str) -> None:
    install(tree, default)
    assert tree.list().default_of("title") == title

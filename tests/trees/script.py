# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small machine for tests of what GRUB's language means: one file system, two kernels."""

from __future__ import annotations

from .listing import Entry
from .tree import Tree

UUID, BOOT_UUID = "3c0b7e5c-2d3d-4a2f-8a0a-5d2a3c9f1e10", "6e0f4a52-19c8-4f35-b8a2-7b7c3a0d9c21"
ONE, TWO = "6.1.1-one", "6.1.2-two"
FIND = f"search --no-floppy --fs-uuid --set=root {UUID}\n"


def install(tree: Tree, text: str, *, env: bytes | None = None) -> None:
    """@text: of grub.cfg, after the search for its file system"""
    tree.system(
        "Test 1",
        cmdline="root=/dev/sda1",
        fstab=(f"UUID={UUID} / ext4 defaults 0 1\nLABEL=boot /srv/boot ext4 defaults 0 2\n"),
    )
    for path, version in (("one", ONE), ("two", TWO)):
        tree.kernel(f"boot/vmlinuz-{path}", version)
        tree.initrds(f"boot/initrd-{path}")
    tree.initrds("boot/ucode.img")
    tree.write("boot/grub/grub.cfg", FIND + text)
    if env is not None:
        tree.write("boot/grub/grubenv", env)


def entry(tree: Tree, body: str, before: str = "") -> Entry:
    """The only entry of a menu, with this body."""
    install(tree, f"{before}\nmenuentry 'The entry' {{\n{body}\n}}\n")
    found = tree.list().of("grub").only
    return found


def titles(tree: Tree, text: str) -> list[str]:
    """The menu's entries."""
    install(tree, text)
    found: list[str] = tree.list().of("grub").rows("title")
    return found


def menuentry(title: str, options: str = "", words: str = "") -> str:
    return f'menuentry "{title}" {options} {{\n  linux /boot/vmlinuz-one root=x {words}\n}}\n'

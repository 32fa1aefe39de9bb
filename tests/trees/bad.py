# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of bad input share."""

from __future__ import annotations

import os
import random
import resource

from . import script
from .tree import Tree

MEMORY_KIB = 600 * 1024  # with the sanitizers' own
GRUB_CFG = "boot/grub/grub.cfg"
UNREADABLE = {"menu-unreadable", "menu-undecided"}

RUBBISH = random.Random(4).randbytes(200_000)


def check_memory() -> None:
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY_KIB


def sparse(tree: Tree, path: str, beginning: str) -> None:
    """100 MB that take no room."""
    tree.write(path, beginning)
    os.truncate(tree.path(path), 100_000_000)


def bls_entry(tree: Tree, linux: str, initrd: str) -> None:
    script.install(tree, "")
    tree.path(GRUB_CFG).unlink()
    tree.write("etc/fstab", "UUID=0000-0001 /boot vfat umask=0077 0 2\n")
    for name, kernel, image in (
        ("bad", linux, initrd),
        ("good", "/boot/vmlinuz-two", "/boot/initrd-two"),
    ):
        tree.bls(
            f"boot/loader/entries/{name}.conf",
            title=name,
            linux=kernel.removeprefix("/boot"),
            initrd=image.removeprefix("/boot"),
            options="root=x",
        )

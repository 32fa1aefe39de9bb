# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the next reboot would do and a kexec does not: findings that save a bad day."""

from __future__ import annotations

import struct

import pytest

from . import debian
from .tree import GLOBAL, Tree, grubenv

BOOT_TO_SETUP, FILE_CAPSULE = 1, 4  # UEFI specification, EFI_OS_INDICATIONS_…


@pytest.mark.parametrize("bits, pending", [(BOOT_TO_SETUP, True), (FILE_CAPSULE, True), (0, False)])
def test_firmware(tree: Tree, bits: int, pending: bool) -> None:
    debian.install(tree)
    tree.raw_variable("OsIndications", struct.pack("<Q", bits), GLOBAL)
    tree.raw_variable(
        "OsIndicationsSupported", struct.pack("<Q", BOOT_TO_SETUP | FILE_CAPSULE), GLOBAL
    )
    assert ("firmware-pending" in tree.list().codes()) == pending


@pytest.mark.parametrize(
    "options, sealed",
    [
        ("luks,tpm2-device=auto", True),
        ("tpm2-device=/dev/tpmrm0,discard", True),
        ("luks,discard", False),
        ("x-initrd.attach,tpm2-measure-pcr=yes", False),
    ],
)
def test_tpm(tree: Tree, options: str, sealed: bool) -> None:
    debian.install(tree)
    tree.write(
        "etc/crypttab", f"# name device key options\nroot_crypt UUID={debian.UUID} none {options}\n"
    )
    assert ("tpm-sealed" in tree.list().codes()) == sealed


def test_nothing_pending(tree: Tree) -> None:
    debian.install(tree, env=grubenv())
    pending = {
        "firmware-pending",
        "tpm-sealed",
        "one-shot-pending",
        "boot-counter",
        "devicetree-ignored",
        "menu-undecided",
        "menu-unreadable",
        "default-guessed",
    }
    assert not pending & tree.list().codes()

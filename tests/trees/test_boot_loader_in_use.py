# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two boot loaders' files lie about; the one that booted this system decides."""

from __future__ import annotations

import pytest

from . import debian
from .tree import Tree, grubenv

SNIPPET = "sd-debian.conf"
GRUB_TITLE = debian.TITLES[3]


def install(tree: Tree, cmdline: str) -> None:
    """GRUB's default is in its submenu; systemd-boot's is its only entry, with its own kernel."""
    debian.install(tree, "1>2", env=grubenv())
    tree.write("etc/fstab", debian.FSTAB + f"UUID={debian.ESP_UUID} /efi vfat umask=0077 0 2\n")
    tree.write("proc/cmdline", f"{cmdline}\n")
    tree.kernel("efi/debian/linux", "6.5.0-sd")
    tree.bls(
        f"efi/loader/entries/{SNIPPET}",
        title="By systemd-boot",
        linux="/debian/linux",
        options=f"root=UUID={debian.UUID}",
    )
    tree.write("efi/loader/loader.conf", f"default {SNIPPET}\n")


CASES = [
    ("systemd-boot 252.33-1~deb12u1", "root=x", "bls"),
    ("systemd-boot 256", f"BOOT_IMAGE=/boot/vmlinuz-{debian.NEW} root=x", "bls"),
    ("GRUB 2.12", "root=x", "grub"),
    ("GRUB 2.12~rc1", r"initrd=\debian\initrd root=x", "grub"),
    ("", f"BOOT_IMAGE=/boot/vmlinuz-{debian.NEW} root=x", "grub"),
    ("", r"initrd=\debian\initrd root=x", "bls"),
    ("", "root=x", "grub"),
]


@pytest.mark.parametrize("loader, cmdline, source", CASES)
def test_choice(tree: Tree, loader: str, cmdline: str, source: str) -> None:
    install(tree, cmdline)
    if loader:
        tree.variable("LoaderInfo", loader)
    listing = tree.list()
    assert listing.default_of("source") == source
    assert listing.default_of("title") == ("By systemd-boot" if source == "bls" else GRUB_TITLE)
    # Its menu is the first part of the listing, the other's follows, and nothing is lost.
    assert listing.rows("source") == (
        ["bls"] + ["grub"] * 5 if source == "bls" else ["grub"] * 5 + ["bls"]
    )


@pytest.mark.parametrize("loader, cmdline, source", CASES)
def test_choice_is_explained(tree: Tree, loader: str, cmdline: str, source: str) -> None:
    install(tree, cmdline)
    if loader:
        tree.variable("LoaderInfo", loader)
    default = tree.list().default
    assert default is not None and "default-chosen" in default.codes("note")
    done = tree.run("list", "--verbose")
    assert done.returncode == 0
    (text,) = [one["text"] for one in default["findings"] if one["code"] == "default-chosen"]
    assert " ".join(text.split()[:3]) in " ".join(done.stdout.split())


def test_other_boot_loaders_choice_does_not_matter(tree: Tree) -> None:
    """LoaderEntryOneShot was for systemd-boot, which is not in use."""
    install(tree, "root=x")
    tree.variable("LoaderInfo", "GRUB 2.12")
    tree.write("boot/grub/grubenv", grubenv(next_entry="0"))
    assert tree.list().default_of("title") == debian.TITLES[0]


def test_unknown_boot_loader(tree: Tree) -> None:
    """rEFInd and others tell their names too; they boot by rules of their own."""
    install(tree, "root=x")
    tree.variable("LoaderInfo", "rEFInd 0.14.2")
    listing = tree.list()
    assert len(listing) == 6
    assert listing.default is None or set(listing.default.codes()) & {
        "default-chosen",
        "default-guessed",
    }

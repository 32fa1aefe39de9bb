# SPDX-License-Identifier: LGPL-2.1-or-later
"""Entries whose files GRUB reads from a device that means nothing here: what has the same path is
not taken for it without a word."""

from __future__ import annotations

import pytest

from . import script
from .listing import Entry
from .script import ONE, menuentry
from .tree import Tree

LINUX = "linux /boot/vmlinuz-one root=/dev/sdz9\ninitrd /boot/initrd-one"


def is_certain(entry: Entry) -> bool:
    return not {"device-unknown", "device-assumed", "entry-unreadable"} & set(entry.codes())


@pytest.mark.parametrize(
    "body, image",
    [
        ("loopback loop /isos/a.iso\nlinux (loop)/boot/vmlinuz-one x\n", "/isos/a.iso"),
        ("set iso=/b.iso\nloopback loop ($root)$iso\nset root=(loop)\n" + LINUX, "/b.iso"),
        ("loopback iso0 /c.iso\nset root='iso0,msdos1'\n" + LINUX, "/c.iso"),
        ("set root=(loop)\n" + LINUX, "the menu names"),
        ("loopback loop /d.iso\nlinux (loop)/casper/vmlinuz\ninitrd (loop)/casper/i", "/d.iso"),
    ],
)
def test_image(tree: Tree, body: str, image: str) -> None:
    """A kernel within an image cannot be staged, and the file of that name here is an entry of its
    own still."""
    entry = script.entry(tree, body)
    assert "entry-unreadable" in entry.codes("blocker")
    texts = [finding["text"] for finding in entry["findings"]]
    assert any(image in text and "disk image" in text for text in texts), texts
    assert ONE in tree.list().usable().rows("version")


@pytest.mark.parametrize(
    "device", ["(hd1,gpt2)", "hd9,gpt9", "(crypto0)", "(lvm/vg-root)", "(usb0,1)"]
)
def test_another_device(tree: Tree, device: str) -> None:
    """An entry for another system on another disk, as people write them by hand."""
    script.install(tree, f"menuentry Other {{\nset root={device}\n{LINUX}\n}}\n")
    listing = tree.list()
    other = listing.of("grub").only
    assert "device-unknown" in other.codes("warning")
    assert not other["trusted"]
    assert is_certain(listing.of("directory").where("version", ONE))


@pytest.mark.parametrize("path", ["(hd1,1)/boot/vmlinuz-one", "/boot/vmlinuz-one"])
def test_device_in_a_path(tree: Tree, path: str) -> None:
    entry = script.entry(tree, f"linux {path} root=x\ninitrd (hd1,1)/boot/initrd-one")
    assert entry.codes("warning").count("device-unknown") == 1


def test_own_disk(tree: Tree) -> None:
    """On machines of one disk menus written by hand have no more than this."""
    entry = script.entry(tree, "set root=(hd0,1)\n" + LINUX)
    assert entry["kernel"] == "/boot/vmlinuz-one"
    assert "device-assumed" in entry.codes("note")
    assert "device-unknown" not in entry.codes()


def test_disk_that_was_booted_from(tree: Tree) -> None:
    """BOOT_IMAGE= says what GRUB called it."""
    script.install(
        tree,
        f"menuentry A {{\nset root=(hd1,gpt2)\n{LINUX}\n}}\n"
        f"menuentry B {{\nset root=(hd0,gpt2)\n{LINUX} \n}}\n",
    )
    tree.write("proc/cmdline", "quiet BOOT_IMAGE=(hd1,gpt2)/boot/vmlinuz-two root=/dev/sda2\n")
    listing = tree.list().of("grub")
    assert "device-assumed" in listing.where("title", "A").codes("note")
    assert "device-unknown" in listing.where("title", "B").codes("warning")


@pytest.mark.parametrize("device", ["cd", "fd0", "tftp", "(http,10.0.0.1)", "memdisk"])
def test_no_disk(tree: Tree, device: str) -> None:
    entry = script.entry(tree, f"set root={device}\n{LINUX}")
    assert "entry-unreadable" in entry.codes("blocker")


def test_search_decides(tree: Tree) -> None:
    """What grub-mkconfig writes: a number, for the case that the search fails."""
    text = f"menuentry A {{\nset root='hd1,gpt2'\n{script.FIND}{LINUX}\n}}\n" + menuentry("B")
    script.install(tree, text)
    for entry in tree.list().of("grub"):
        assert is_certain(entry), entry.codes()


def test_search_that_may_fail(tree: Tree) -> None:
    """GRUB keeps its root then, whatever that was."""
    entry = script.entry(tree, "search --file --set=root /.mark\n" + LINUX)
    assert "device-unknown" in entry.codes("warning")

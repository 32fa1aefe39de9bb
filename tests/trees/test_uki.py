# SPDX-License-Identifier: LGPL-2.1-or-later
"""Unified kernel images in EFI/Linux: profiles, addons, counters, and what is none."""

from __future__ import annotations

from . import programs
from .tree import Tree

OSREL = 'ID=test\nVERSION_ID=1\nPRETTY_NAME="Test GNU/Linux 1"\n'


def install(tree: Tree) -> None:
    tree.system("Test 1", fstab="UUID=0000-0001 /efi vfat umask=0077 0 2\n", cmdline="root=running")
    tree.variable("LoaderInfo", "systemd-boot 257.1")
    tree.write("efi/loader/loader.conf", "timeout 3\n")


def image(tree: Tree, name: str, *arguments: str, version: str = "6.1.0") -> None:
    tree.uki(f"efi/EFI/Linux/{name}", version, *(arguments or ("--cmdline", "root=x")), osrel=OSREL)


def test_profiles(tree: Tree) -> None:
    """Each is an entry; the first one is the image's own."""
    install(tree)
    image(
        tree,
        "it.efi",
        "--cmdline",
        "root=x",
        "--profile",
        "main",
        "Main",
        "--profile",
        "debug",
        "Debug",
        "--cmdline",
        "root=x debug",
        "--profile",
        "factory",
        "Factory reset",
        "--cmdline",
        "factory",
    )
    listing = tree.list()
    assert listing.rows("id", "source", "kernel", "cmdline") == [
        ("it.efi", "uki", "/efi/EFI/Linux/it.efi", "root=x"),
        ("it.efi@debug", "uki", "/efi/EFI/Linux/it.efi", "root=x debug"),
        ("it.efi@factory", "uki", "/efi/EFI/Linux/it.efi", "factory"),
    ]
    assert listing.default_of("id") == "it.efi"
    assert "Debug" in listing.where("id", "it.efi@debug")["title"]


def test_default_is_a_profile(tree: Tree) -> None:
    install(tree)
    image(
        tree,
        "it.efi",
        "--cmdline",
        "root=x",
        "--profile",
        "main",
        "Main",
        "--profile",
        "debug",
        "Debug",
        "--cmdline",
        "root=x debug",
    )
    tree.write("efi/loader/loader.conf", "default it.efi@debug\n")
    assert tree.list().default_of("id") == "it.efi@debug"


def test_addons(tree: Tree) -> None:
    """Those beside the image, then those for all images; by name, each set."""
    install(tree)
    image(tree, "it.efi")
    image(tree, "other.efi")
    addons = {
        "efi/EFI/Linux/it.efi.extra.d/b.addon.efi": "own=b",
        "efi/EFI/Linux/it.efi.extra.d/a.addon.efi": "own=a",
        "efi/loader/addons/all.addon.efi": "all=1",
    }
    for path, words in addons.items():
        tree.write(path, programs.make_uki("--cmdline", words))
    listing = tree.list()
    own = listing.where("id", "it.efi")["cmdline"].split()
    assert own[0] == "root=x"
    assert [word for word in own if word.startswith("own")] == ["own=a", "own=b"]
    assert "all=1" in own
    assert listing.where("id", "other.efi")["cmdline"].split() == ["root=x", "all=1"]


def test_boot_counters(tree: Tree) -> None:
    install(tree)
    image(tree, "b+3.efi")
    image(tree, "a.efi")
    image(tree, "c+0-3.efi")
    listing = tree.list()
    assert listing.rows("id") == ["b.efi", "a.efi", "c.efi"]
    assert "entry-bad" in listing.where("id", "c.efi").codes()
    assert "boot-counter" in listing.where("id", "b.efi").codes()


def test_title(tree: Tree) -> None:
    install(tree)
    image(tree, "it.efi")
    assert "Test GNU/Linux 1" in tree.list().default_of("title")


def test_no_command_line(tree: Tree) -> None:
    """Then the system's is taken, and that is told; or nothing is, and that is."""
    install(tree)
    tree.uki("efi/EFI/Linux/it.efi", "6.1.0", osrel=OSREL)
    entry = tree.list().only
    assert entry["cmdline"] in ("root=running", "")
    assert {"cmdline-borrowed", "cmdline-no-root"} & set(entry.codes())


def test_other_programs(tree: Tree) -> None:
    """EFI/Linux may hold anything; what is no image of Linux is no usable entry."""
    install(tree)
    image(tree, "it.efi")
    tree.write("efi/EFI/Linux/shell.efi", b"MZ" + b"\0" * 4000)
    tree.write("efi/EFI/Linux/empty.efi", b"")
    tree.write("efi/EFI/Linux/text.efi", "This is a letter.\n")
    tree.write("efi/EFI/Linux/addon.efi", programs.make_uki("--cmdline", "debug"))
    tree.write("efi/EFI/Linux/it.efi.bak", b"MZ")
    listing = tree.list()
    assert listing.usable().rows("id") == ["it.efi"]
    assert listing.default_of("id") == "it.efi"


def test_image_that_is_cut(tree: Tree) -> None:
    install(tree)
    image(tree, "a.efi")
    image(tree, "b.efi")
    path = tree.path("efi/EFI/Linux/b.efi")
    path.write_bytes(path.read_bytes()[:700])
    listing = tree.list()
    assert listing.usable().rows("id") == ["a.efi"]

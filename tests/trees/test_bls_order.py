# SPDX-License-Identifier: LGPL-2.1-or-later
"""The order of the Boot Loader Specification (UAPI.1), and of versions (UAPI.10)."""

from __future__ import annotations

import pytest

from .tree import Tree

A, B = "a" * 32, "b" * 32

# Oldest first: the examples of the Version Format Specification.
VERSIONS = [
    "122.1",
    "123~rc1-1",
    "123",
    "123-a",
    "123-a.1",
    "123-1",
    "123-1.1",
    "123^post1",
    "123.a-1",
    "123.1-1",
    "123a-1",
    "124-1",
]

KERNELS = ["6.8.12", "6.9~rc1", "6.9~rc2", "6.9", "6.9.1", "6.9.10", "6.10~rc1", "6.10"]

# name, sort-key, machine-id, version; in the order of the menu
ORDERS = {
    "sort keys": [("z", "arch", A, "1"), ("y", "debian", A, "9"), ("x", "fedora", A, "5")],
    "a sort key before none": [("a", "zzz", A, "1"), ("z", "", A, "9"), ("y", "", A, "10")],
    "machines": [("a", "k", A, "1"), ("c", "k", B, "9"), ("b", "k", B, "8")],
    "versions": [("a", "k", A, "10"), ("b", "k", A, "9.1"), ("c", "k", A, "9")],
    "names": [("linux-6.10", "", "", ""), ("linux-6.9.1", "", "", ""), ("linux-6.9", "", "", "")],
    "names, where all else is equal": [("c", "k", A, "1"), ("b", "k", A, "1"), ("a", "k", A, "1")],
    "versions do not count without a sort key": [("b", "", A, "1"), ("a", "", A, "9")],
    "the Version Format Specification's examples": [
        (f"v{number}", "k", A, version) for number, version in reversed(list(enumerate(VERSIONS)))
    ],
    "kernels": [
        (f"v{number}", "k", A, version) for number, version in reversed(list(enumerate(KERNELS)))
    ],
}


def install(tree: Tree) -> None:
    tree.system(
        "Test 1", fstab="UUID=0000-0001 /boot vfat umask=0077 0 2\n", cmdline=r"initrd=\x root=x"
    )
    tree.kernel("boot/linux/image", "6.1.0")
    tree.variable("LoaderInfo", "systemd-boot 256.7")


def snippet(
    tree: Tree,
    name: str,
    sort_key: str = "",
    machine: str = "",
    version: str = "",
    where: str = "boot",
) -> None:
    keys = {
        "title": name,
        "sort-key": sort_key,
        "machine-id": machine,
        "version": version,
        "linux": "/linux/image",
        "options": f"root=x {name}",
    }
    tree.write(
        f"{where}/loader/entries/{name}.conf",
        "".join(f"{key} {value}\n" for key, value in keys.items() if value),
    )


@pytest.mark.parametrize("name", ORDERS)
def test_order(tree: Tree, name: str) -> None:
    install(tree)
    for row in sorted(ORDERS[name], key=lambda row: row[3]):
        snippet(tree, *row)
    listing = tree.list()
    assert listing.rows("id") == [f"{row[0]}.conf" for row in ORDERS[name]]
    assert listing.default_of("id") == f"{ORDERS[name][0][0]}.conf"


def test_order_over_two_file_systems(tree: Tree) -> None:
    """The ESP's and XBOOTLDR's are one menu."""
    install(tree)
    tree.write(
        "etc/fstab",
        "UUID=0000-0001 /efi vfat umask=0077 0 2\nUUID=0000-0002 /boot vfat umask=0077 0 2\n",
    )
    tree.kernel("efi/linux/image", "6.1.0")
    tree.write("efi/loader/loader.conf", "timeout 3\n")
    for name, version, where in (
        ("a", "4", "boot"),
        ("b", "3", "efi"),
        ("c", "2", "boot"),
        ("d", "1", "efi"),
    ):
        snippet(tree, name, "k", A, version, where)
    assert tree.list().rows("id", "kernel") == [
        ("a.conf", "/boot/linux/image"),
        ("b.conf", "/efi/linux/image"),
        ("c.conf", "/boot/linux/image"),
        ("d.conf", "/efi/linux/image"),
    ]


def test_images_among_snippets(tree: Tree) -> None:
    """Unified kernel images are sorted by what their os-release says."""
    install(tree)
    tree.uki(
        "boot/EFI/Linux/image.efi",
        "6.2.0",
        "--cmdline",
        "root=x image",
        osrel="ID=fedora\nVERSION_ID=40\nPRETTY_NAME=Image\n",
    )
    snippet(tree, "before", "debian", A, "1")
    snippet(tree, "after", "ubuntu", A, "1")
    assert tree.list().rows("id") == ["before.conf", "image.efi", "after.conf"]


def test_boot_counters(tree: Tree) -> None:
    """An entry without tries left is the last, whatever else it says; ids lack the counter."""
    install(tree)
    for name, version in (("bad+0-3", "9"), ("tried+2-1", "8"), ("new+3", "7"), ("good", "6")):
        snippet(tree, name, "k", A, version)
    listing = tree.list()
    assert listing.rows("id") == ["tried.conf", "new.conf", "good.conf", "bad.conf"]
    assert ["entry-bad" in entry.codes() for entry in listing] == [False, False, False, True]
    assert ["boot-counter" in entry.codes() for entry in listing][:3] == [True, True, False]
    assert listing.default_of("id") == "tried.conf"


def test_nothing_but_bad_entries(tree: Tree) -> None:
    install(tree)
    snippet(tree, "a+0", "k", A, "1")
    snippet(tree, "b+0-1", "k", A, "2")
    listing = tree.list()
    assert listing.rows("id") == ["b.conf", "a.conf"]
    assert listing.default_of("id") == "b.conf"


@pytest.mark.parametrize(
    "name, identity",
    [
        ("a+b", "a+b.conf"),
        ("a+3b", "a+3b.conf"),
        ("a+", "a+.conf"),
        ("a+3-", "a+3-.conf"),
        ("a+1+2", "a+1.conf"),
        ("a+03-1", "a.conf"),
    ],
)
def test_what_is_a_counter(tree: Tree, name: str, identity: str) -> None:
    install(tree)
    snippet(tree, name)
    assert tree.list().rows("id") == [identity]


@pytest.mark.parametrize(
    "names, first",
    [
        (("deb-6.1+0-3", "deb-6.1"), "deb-6.1"),
        (("deb-6.1", "deb-6.1+0-3"), "deb-6.1"),
        (("deb-6.1+0-3", "deb-6.1+2-1"), "deb-6.1+2-1"),
    ],
)
def test_two_snippets_with_one_id(tree: Tree, names: tuple[str, str], first: str) -> None:
    """The one that the boot loader would take the id for has it; the other says that it has not."""
    install(tree)
    for name in names:
        snippet(tree, name, "k", A, "1")
    listing = tree.list()
    assert listing.rows("id") == ["deb-6.1.conf", "deb-6.1.conf+"]
    assert listing.entries[0]["named-by"][0].endswith(f"/{first}.conf")
    assert "entry-bad" in listing.entries[1].codes()
    assert ["entry-malformed" in entry.codes() for entry in listing] == [False, True]


def test_hidden_snippet_has_no_id_before_others(tree: Tree) -> None:
    """One that the boot loader passes over is not what it takes the id for."""
    install(tree)
    tree.write("boot/loader/entries/a+3.conf", "title broken\nversion 9\nsort-key k\n")
    snippet(tree, "a", "k", A, "1")
    listing = tree.list()
    assert listing.where("id", "a.conf")["named-by"][0].endswith("/a.conf")

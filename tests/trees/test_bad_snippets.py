# SPDX-License-Identifier: LGPL-2.1-or-later
"""Snippets that are broken or no files at all; and so with whatever else is read."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from . import script
from .bad import GRUB_CFG, RUBBISH, bls_entry, check_memory, sparse
from .script import ONE, TWO, menuentry
from .tree import Tree

SNIPPETS: dict[str, bytes] = {
    "binary": RUBBISH,
    "zeros": b"\0" * 5000,
    "empty": b"",
    "not UTF-8": b"title caf\xe9\nlinux /vmlinuz-one\noptions root=x\n",
    "zero in a line": b"title a\0b\nlinux /vmlinuz-one\noptions root=x\n",
    "long line": b"title x\nlinux /vmlinuz-one\noptions root=x " + b"y" * 3_000_000 + b"\n",
    "many lines": b"linux /vmlinuz-one\n" + b"initrd /initrd-one\n" * 200_000,
    "long key": b"k" * 1_000_000 + b" v\nlinux /vmlinuz-one\n",
}


@pytest.mark.parametrize("name", SNIPPETS)
def test_snippet(tree: Tree, name: str) -> None:
    bls_entry(tree, "/boot/vmlinuz-one", "/boot/initrd-one")
    tree.write("boot/loader/entries/odd.conf", SNIPPETS[name])
    listing = tree.list()
    assert {"bad", "good"} <= set(listing.usable().rows("title"))
    odd = [entry for entry in listing if entry["id"] == "odd.conf"]
    assert all(entry.codes("blocker", "warning") for entry in odd), odd
    if name != "empty":
        assert len(odd) == 1, "a finding has to say what is wrong with it"
    check_memory()


@pytest.mark.parametrize("kind", ["fifo", "link", "empty"])
def test_snippet_that_is_no_file(tree: Tree, kind: str) -> None:
    """That is said, and nothing of a command line."""
    bls_entry(tree, "/boot/vmlinuz-one", "/boot/initrd-one")
    tree.path("proc/cmdline").unlink()
    path = "boot/loader/entries/odd.conf"
    if kind == "fifo":
        os.mkfifo(tree.path(path))
    elif kind == "link":
        tree.link(path, "gone")
    else:
        tree.write(path, "")
    assert tree.list().where("id", "odd.conf").codes() == ["entry-unreadable"]


def test_byte_order_mark_and_carriage_returns(tree: Tree) -> None:
    """Written on Windows: read as it was meant, or refused, and in either case told."""
    bls_entry(tree, "/boot/vmlinuz-one", "/boot/initrd-one")
    tree.write(
        "boot/loader/entries/odd.conf",
        "\ufefftitle odd\r\nlinux /vmlinuz-one\r\ninitrd /initrd-one\r\n"
        "options root=x quiet\r\n".encode(),
    )
    listing = tree.list()
    assert {"bad", "good"} <= set(listing.usable().rows("title"))
    odd = listing.where("id", "odd.conf")
    assert odd.codes("blocker", "warning")
    if not odd.is_blocked:
        assert (odd["kernel"], odd["initrds"], odd["cmdline"]) == (
            "/boot/vmlinuz-one",
            ["/boot/initrd-one"],
            "root=x quiet",
        )


def test_snippets_that_are_no_files(tree: Tree) -> None:
    bls_entry(tree, "/boot/vmlinuz-one", "/boot/initrd-one")
    os.mkfifo(tree.path("boot/loader/entries/fifo.conf"))
    tree.path("boot/loader/entries/directory.conf").mkdir()
    tree.link("boot/loader/entries/dangling.conf", "nowhere.conf")
    tree.link("boot/loader/entries/loop.conf", "loop.conf")
    tree.link("boot/loader/entries/out.conf", "/../../../../../../../etc/shadow")
    sparse(tree, "boot/loader/entries/large.conf", "title large\nlinux /vmlinuz-one\n")
    listing = tree.list()
    assert listing.usable().rows("title") == ["good", "bad"]
    check_memory()


def test_folders_that_are_none(tree: Tree) -> None:
    script.install(tree, "")
    tree.path(GRUB_CFG).unlink()
    tree.write("boot/loader/entries", "I am a file.\n")
    tree.write("boot/EFI", "So am I.\n")
    os.mkfifo(tree.path("boot/loader/loader.conf"))
    assert set(tree.list().rows("version")) == {ONE, TWO}


@pytest.mark.parametrize(
    "path",
    [
        "etc/fstab",
        "etc/os-release",
        "etc/crypttab",
        "proc/cmdline",
        "etc/conf.d/kexec",
        "var/lib/misc/installkernel",
        "boot/loader/loader.conf",
        "boot/grub/grubenv",
        "etc/kernel/cmdline",
        "etc/machine-id",
    ],
)
@pytest.mark.parametrize("kind", ["rubbish", "fifo", "directory", "large", "dangling"])
def test_other_files(tree: Tree, path: str, kind: str) -> None:
    """Whatever else is read may be anything as well."""
    script.install(tree, "load_env\n" + menuentry("x"))
    where = tree.path(path)
    where.parent.mkdir(parents=True, exist_ok=True)
    where.unlink(missing_ok=True)
    makers: dict[str, Callable[[], object]] = {
        "rubbish": lambda: where.write_bytes(RUBBISH),
        "fifo": lambda: os.mkfifo(where),
        "directory": where.mkdir,
        "large": lambda: sparse(tree, path, "a b c d\n"),
        "dangling": lambda: where.symlink_to("nowhere"),
    }
    makers[kind]()
    listing = tree.list()
    assert {ONE, TWO} <= set(listing.rows("version"))
    check_memory()

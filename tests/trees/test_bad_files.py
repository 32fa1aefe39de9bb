# SPDX-License-Identifier: LGPL-2.1-or-later
"""Entries whose files are not there, are no files or lie elsewhere, and entries that clash."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from . import script
from .bad import bls_entry
from .script import menuentry
from .tree import Tree


def grub_entry(tree: Tree, linux: str, initrd: str) -> None:
    script.install(
        tree,
        f"menuentry 'bad' {{\n  linux {linux} root=x\n  initrd {initrd}\n}}\n"
        "menuentry 'good' {\n  linux /boot/vmlinuz-two root=x\n  initrd /boot/initrd-two\n}\n",
    )


KINDS: list[Callable[[Tree, str, str], None]] = [grub_entry, bls_entry]

FILES = [
    ("/boot/gone", "/boot/initrd-one"),
    ("/boot/vmlinuz-one", "/boot/gone"),
    ("/boot/../../etc/shadow", "/boot/initrd-one"),
    ("/boot/vmlinuz-one", "/boot/../../../../../etc/shadow"),
    ("/boot/dangling", "/boot/initrd-one"),
    ("/boot/vmlinuz-one", "/boot/dangling"),
    ("/boot/fifo", "/boot/initrd-one"),
    ("/boot/vmlinuz-one", "/boot/fifo"),
    ("/boot/directory", "/boot/initrd-one"),
    ("/boot/vmlinuz-one", "/boot/empty"),
    ("/boot/loop", "/boot/initrd-one"),
    ("/boot/out", "/boot/initrd-one"),
    ("/boot/" + "x" * 5000, "/boot/initrd-one"),
    ("/boot/a\x1b[31m", "/boot/initrd-one"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", range(len(FILES)))
def test_files(tree: Tree, kind: Callable[[Tree, str, str], None], number: int) -> None:
    """An entry with a file that is not there, that is no file or that is elsewhere is listed with
    what stands against it; the other is listed as ever."""
    kind(tree, *FILES[number])
    tree.write("etc/shadow", "root:secret:1::::::\n")
    tree.link("boot/dangling", "nowhere")
    tree.link("boot/loop", "loop")
    tree.link("boot/out", "../../../../../../../../etc/shadow")
    os.mkfifo(tree.path("boot/fifo"))
    tree.path("boot/directory").mkdir()
    tree.write("boot/empty", "")
    listing = tree.list()
    bad, good = listing.where("title", "bad"), listing.where("title", "good")
    assert {"entry-unreadable", "entry-invalid"} & set(bad.codes()), bad["findings"]
    assert bad.is_blocked
    told = {code: {finding["subject"] for finding in bad["findings"] if finding["code"] == code}
            for code in ("entry-unreadable", "untrusted")}
    assert not told["entry-unreadable"] & told["untrusted"], bad["findings"]  # one sentence
    assert not good.is_blocked, good["findings"]
    assert (good["kernel"], good["initrds"]) == ("/boot/vmlinuz-two", ["/boot/initrd-two"])
    assert "secret" not in str(bad.facts)
    done = tree.run("list", "--verbose")
    assert done.returncode == 0 and "\x1b[31m" not in done.stdout


def test_entry_names_no_kernel(tree: Tree) -> None:
    bls_entry(tree, "/boot/vmlinuz-one", "/boot/initrd-one")
    tree.write("boot/loader/entries/none.conf", "title none\noptions root=x\n")
    listing = tree.list()
    none = [entry for entry in listing if entry["title"] == "none"]
    assert all("entry-invalid" in entry.codes("blocker") for entry in none)
    assert listing.usable().rows("title").count("bad") == 1  # which is good here


def test_titles_of_others(tree: Tree) -> None:
    """Text of a menu reaches a terminal printable, whatever is in it."""
    script.install(tree, menuentry("a\x1b]0;b\x07\u202ec\x7f"))
    assert len(tree.list().of("grub")) == 1
    for arguments in (["list"], ["list", "--verbose"]):
        done = tree.run(*arguments)
        assert done.returncode == 0
        assert not set(done.stdout) & set("\x1b\x07\u202e\x7f")


def test_two_entries_with_one_id(tree: Tree) -> None:
    """The listing's ids differ; GRUB would boot the first of them."""
    script.install(
        tree,
        "set default=same\n" + menuentry("first", "--id same") + menuentry("second", "--id same"),
    )
    listing = tree.list()
    assert listing.of("grub").rows("title") == ["first", "second"]
    assert listing.of("grub").rows("id")[0] == "same"
    assert listing.default_of("title") == "first"


def test_two_snippets_with_one_id(tree: Tree) -> None:
    """The same on two file systems; or with a counter and without."""
    bls_entry(tree, "/boot/vmlinuz-one", "/boot/initrd-one")
    tree.write(
        "etc/fstab",
        "UUID=0000-0001 /efi vfat umask=0077 0 2\nUUID=0000-0002 /boot vfat umask=0077 0 2\n",
    )
    tree.kernel("efi/linux", "6.1.9")
    tree.bls(
        "efi/loader/entries/good.conf", title="good on the ESP", linux="/linux", options="root=x"
    )
    tree.bls(
        "boot/loader/entries/good+2-1.conf",
        title="good, counted",
        linux="/vmlinuz-two",
        options="root=x",
    )
    listing = tree.list()
    assert {"good", "good on the ESP", "good, counted"} <= set(listing.rows("title"))

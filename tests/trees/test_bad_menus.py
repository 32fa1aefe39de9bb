# SPDX-License-Identifier: LGPL-2.1-or-later
"""Menus that are broken, hostile or endless: something says so, in time and in little memory, and
the kernels beside them are listed."""

from __future__ import annotations

import os

import pytest

from . import script
from .bad import GRUB_CFG, RUBBISH, UNREADABLE, check_memory, sparse
from .script import ONE, TWO, menuentry
from .tree import Tree

MENUS: dict[str, str | bytes] = {
    "endless loop": "while true; do true; done\n",
    "endless loop with entries": "while true; do\n" + menuentry("again") + "done\n",
    "until": "until false; do set a=b; done\n",
    "includes itself": "source $prefix/grub.cfg\n",
    "starts itself": "configfile $prefix/grub.cfg\n",
    "function calls itself": "function f { f; }\nf\n",
    "functions call each other": "function f { g; }\nfunction g { f; }\nf\n",
    "nested loops": "".join(f"for v{n} in 1 2 3 4 5 6 7 8 9 10; do\n" for n in range(12))
    + "true\n"
    + "done\n" * 12,
    "variables that double": "set a=xxxxxxxxxxxxxxxx\n" + 'set a="$a$a"\n' * 64 + menuentry("$a"),
    "deep submenus": "submenu s {\n" * 20_000 + "}\n" * 20_000,
    "deep conditions": "if true; then\n" * 20_000 + "fi\n" * 20_000,
    "not closed": "menuentry 'x' {\n  linux /boot/vmlinuz-one\n",
    "quote is not closed": "set a='b\n" + menuentry("x"),
    "binary": RUBBISH,
    "zeros": b"\0" * 10_000,
    "not UTF-8": b"menuentry 'caf\xe9 \xff' {\n  linux /boot/vmlinuz-one root=x \xff\n}\n",
    "long word": "set a=" + "x" * 5_000_000 + "\n",
    "many entries": "".join(menuentry(f"e{n}") for n in range(20_000)),
    "many variables": "".join(f"set v{n}={'x' * 100}\n" for n in range(100_000)),
}

# These are no harm to what can be read of them.
HARMLESS = {
    "deep submenus",
    "deep conditions",
    "variables that double",
    "many entries",
    "not UTF-8",
    "many variables",
    "long word",
    "nested loops",
}


@pytest.mark.parametrize("name", MENUS)
def test_menu(tree: Tree, name: str) -> None:
    contents = MENUS[name]
    script.install(tree, "")
    tree.write(GRUB_CFG, contents if isinstance(contents, bytes) else script.FIND + contents)
    listing = tree.list()
    assert {ONE, TWO} <= set(listing.rows("version"))
    if name not in HARMLESS:
        assert UNREADABLE & listing.codes(), listing.codes()
    check_memory()


def test_entries_before_the_damage_are_kept_or_told(tree: Tree) -> None:
    """Of a menu that cannot be decided to its end nobody knows which entry is the default."""
    script.install(tree, menuentry("good") + "while true; do true; done\n" + menuentry("after"))
    listing = tree.list()
    assert UNREADABLE & listing.codes()
    assert {ONE, TWO} <= set(listing.rows("version"))


def test_large_menu(tree: Tree) -> None:
    script.install(tree, "")
    sparse(tree, GRUB_CFG, script.FIND + menuentry("x"))
    listing = tree.list()
    assert {ONE, TWO} <= set(listing.rows("version"))
    assert UNREADABLE & listing.codes()
    check_memory()


def test_menu_is_a_fifo(tree: Tree) -> None:
    script.install(tree, "")
    tree.path(GRUB_CFG).unlink()
    os.mkfifo(tree.path(GRUB_CFG))
    assert {ONE, TWO} <= set(tree.list().rows("version"))


def test_menu_is_a_directory(tree: Tree) -> None:
    script.install(tree, "")
    tree.path(GRUB_CFG).unlink()
    tree.path(GRUB_CFG).mkdir()
    assert {ONE, TWO} <= set(tree.list().rows("version"))


def test_menu_is_for_root_alone(tree: Tree) -> None:
    """As on many systems; without privileges nothing else can be told but that."""
    script.install(tree, menuentry("x"))
    tree.path(GRUB_CFG).chmod(0o600)
    listing = tree.list()
    assert {ONE, TWO} <= set(listing.rows("version"))
    if os.geteuid() == 0:  # else the files are our own
        assert "menu-unreadable" in listing.codes()


def test_files_that_include_each_other(tree: Tree) -> None:
    script.install(tree, menuentry("x") + "source $prefix/a.cfg\n")
    tree.write("boot/grub/a.cfg", "source $prefix/b.cfg\n")
    tree.write("boot/grub/b.cfg", "source $prefix/a.cfg\n")
    listing = tree.list()
    assert UNREADABLE & listing.codes()


def test_file_that_leads_out(tree: Tree) -> None:
    """An included file may lie anywhere on its file system, but not on another one, or outside."""
    script.install(
        tree,
        "source /../../../../../../../../../../../../etc/hostname\nsource $prefix/out.cfg\n"
        + menuentry("x"),
    )
    tree.link("boot/grub/out.cfg", "../../../../../../../../../etc/passwd")
    assert "x" in tree.list().rows("title")


def test_two_entries_with_one_id(tree: Tree) -> None:
    """GRUB takes the first for it. In another submenu it is no duplicate: there it has a path."""
    script.install(
        tree,
        menuentry("A", "--id x", "one")
        + menuentry("B", "--id x", "two")
        + menuentry("C")
        + menuentry("C", words="again")
        + "submenu S --id s {\n"
        + menuentry("D", "--id x", "three")
        + "}\n",
    )
    listing = tree.list().of("grub")
    assert [(entry["id"], "entry-malformed" in entry.codes("warning")) for entry in listing] == [
        ("x", False),
        ("x+", True),
        ("C", False),
        ("C+", True),
        ("x++", False),
    ]

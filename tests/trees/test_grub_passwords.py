# SPDX-License-Identifier: LGPL-2.1-or-later
"""Entries behind a password: GRUB's manual, "Authentication and authorisation"."""

from __future__ import annotations

import pytest

from . import script
from .script import menuentry
from .tree import Tree

USERS = (
    'set superusers="root"\nexport superusers\n'
    "password_pbkdf2 root grub.pbkdf2.sha512.10000.0123456789ABCDEF.FEDCBA9876543210\n"
    "password user1 secret\n"
)

OPTIONS = [
    ("", True),
    ("--class a", True),
    ("--unrestricted", False),
    ('--users ""', True),  # superusers only
    ("--users user1", True),
    ("--users=user1,user2", True),
    ("--class a --unrestricted --id x", False),
]


def locked(tree: Tree) -> list[bool]:
    return ["entry-locked" in entry.codes() for entry in tree.list().of("grub")]


@pytest.mark.parametrize("options, asks", OPTIONS)
def test_with_superusers(tree: Tree, options: str, asks: bool) -> None:
    script.install(tree, USERS + menuentry("E", options))
    assert locked(tree) == [asks]


@pytest.mark.parametrize("options, asks", OPTIONS)
def test_superusers_are_set_after_the_entries(tree: Tree, options: str, asks: bool) -> None:
    """As 40_custom comes after 10_linux."""
    script.install(tree, menuentry("E", options) + USERS)
    assert locked(tree) == [asks]


@pytest.mark.parametrize("options, asks", OPTIONS)
def test_without_superusers(tree: Tree, options: str, asks: bool) -> None:
    """Then nobody is asked, whatever the entries say."""
    script.install(tree, menuentry("E", options))
    assert locked(tree) == [False]


@pytest.mark.parametrize(
    "outer, inner, asks",
    [
        ("", "--unrestricted", True),
        ("--unrestricted", "", True),
        ("--unrestricted", "--unrestricted", False),
    ],
)
def test_submenus(tree: Tree, outer: str, inner: str, asks: bool) -> None:
    """Whoever may not enter a submenu does not reach what is in it."""
    script.install(tree, USERS + f"submenu 'S' {outer} {{\n{menuentry('E', inner)}}}\n")
    assert locked(tree) == [asks]


def test_default_behind_a_password(tree: Tree) -> None:
    """Others stay free; the default says that it is locked, if it is shown as one at all."""
    script.install(
        tree, USERS + "set default=0\n" + menuentry("E") + menuentry("F", "--unrestricted")
    )
    assert locked(tree) == [True, False]
    listing = tree.list()
    assert listing.default_of("title") in ("E", None)

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which entry systemd-boot boots without a key press: loader.conf and EFI variables."""

from __future__ import annotations

import pytest

from .tree import Tree

NAMES = ["linux-6.10", "linux-6.9", "other-1"]  # in the order of the menu


def install(tree: Tree, loader_conf: str = "", **variables: str) -> None:
    tree.system(
        "Test 1", fstab="UUID=0000-0001 /efi vfat umask=0077 0 2\n", cmdline=r"initrd=\x root=x"
    )
    for number, name in enumerate(NAMES):
        tree.kernel(f"efi/{name}/image", "6.1.0")
        tree.bls(
            f"efi/loader/entries/{name}.conf",
            title=name,
            sort_key="k",
            machine_id="a" * 32,
            version=f"{9 - number}",
            linux=f"/{name}/image",
            options="root=x",
        )
    tree.write("efi/loader/loader.conf", loader_conf)
    tree.variable("LoaderInfo", "systemd-boot 258.1")
    for name, value in variables.items():
        tree.variable(name, value)


DEFAULTS = [
    ("", 0),
    ("timeout 3\n", 0),
    ("default linux-6.9.conf\n", 1),
    ("default\tother-1.conf  \n", 2),
    ("# default other-1.conf\ndefault linux-6.9.conf # not a comment\n", 0),
    ("default other*\n", 2),
    ("default OTHER-*\n", 2),
    ("default linux-?.9.conf\n", 1),
    ("default *-[6-7].9*\n", 1),
    ("default linux-*\n", 0),
    ("default nothing*\n", 0),
    ("default linux-6.9.conf\r\n", 1),
    ("preferred other*\ndefault linux-6.9.conf\n", 2),
    ("preferred nothing*\ndefault linux-6.9.conf\n", 1),
]


@pytest.mark.parametrize("text, number", DEFAULTS)
def test_loader_conf(tree: Tree, text: str, number: int) -> None:
    install(tree, text)
    listing = tree.list()
    assert listing.rows("id") == [f"{name}.conf" for name in NAMES]
    assert listing.default_of("id") == f"{NAMES[number]}.conf"


VARIABLES = [
    ({"LoaderEntryDefault": "other-1.conf"}, 2),
    ({"LoaderEntryDefault": "other-1"}, 2),
    ({"LoaderEntryDefault": "other*"}, 2),
    ({"LoaderEntryDefault": "gone.conf"}, 1),
    ({"LoaderEntryPreferred": "other-1.conf"}, 2),
    ({"LoaderEntryPreferred": "other-1.conf", "LoaderEntryDefault": "linux-6.10.conf"}, 2),
    ({"LoaderEntryOneShot": "other-1.conf"}, 2),
    ({"LoaderEntryOneShot": "other-1.conf", "LoaderEntryDefault": "linux-6.10.conf"}, 2),
    ({"LoaderEntryOneShot": "other-1.conf", "LoaderEntryPreferred": "linux-6.10.conf"}, 2),
    ({"LoaderEntryOneShot": "gone.conf"}, 1),
    ({"LoaderEntrySelected": "other-1.conf"}, 1),
]


@pytest.mark.parametrize("variables, number", VARIABLES)
def test_variables_before_loader_conf(tree: Tree, variables: dict[str, str], number: int) -> None:
    install(tree, "default linux-6.9.conf\n", **variables)
    assert tree.list().default_of("id") == f"{NAMES[number]}.conf"


def test_one_shot_is_told(tree: Tree) -> None:
    """bootctl set-oneshot: a kexec does not use it up."""
    install(tree, "", LoaderEntryOneShot="other-1.conf")
    assert "one-shot-pending" in tree.list().codes()


def test_saved(tree: Tree) -> None:
    """@saved: what was booted last."""
    install(
        tree,
        "default @saved\n",
        LoaderEntrySelected="other-1.conf",
        LoaderEntryLastBooted="other-1.conf",
    )
    assert tree.list().default_of("id") == "other-1.conf"


def test_saved_by_a_variable(tree: Tree) -> None:
    install(
        tree,
        "",
        LoaderEntryDefault="@saved",
        LoaderEntrySelected="linux-6.9.conf",
        LoaderEntryLastBooted="linux-6.9.conf",
    )
    assert tree.list().default_of("id") == "linux-6.9.conf"


def test_default_is_the_firmware(tree: Tree) -> None:
    """Its settings, or Windows, which systemd-boot lists by itself."""
    install(tree, "", LoaderEntryOneShot="auto-reboot-to-firmware-setup")
    listing = tree.list()
    assert listing.default is None
    assert "default-not-linux" in listing.codes()


def test_default_is_told(tree: Tree) -> None:
    install(tree, "default linux-6.9.conf\n")
    listing = tree.list()
    assert "default-chosen" in listing.codes("note")
    assert "default-guessed" not in listing.codes()


@pytest.mark.parametrize(
    "raw",
    [b"", b"o", b"o\0t", b"\0\0", b"\xff\xff" * 40, b"a\0" * 100_000],
    ids=["empty", "half", "cut", "nothing", "nonsense", "endless"],
)
def test_broken_variables(tree: Tree, raw: bytes) -> None:
    """Cut, without an end, nonsense, endless: as if they were not there."""
    install(tree, "default linux-6.9.conf\n")
    tree.raw_variable("LoaderEntryDefault", raw)
    tree.raw_variable("LoaderEntryOneShot", raw)
    assert tree.list().default_of("id") == "linux-6.9.conf"


def test_variable_without_attributes(tree: Tree) -> None:
    install(tree, "default linux-6.9.conf\n")
    tree.write(
        "sys/firmware/efi/efivars/LoaderEntryDefault-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", b"\7"
    )
    assert tree.list().default_of("id") == "linux-6.9.conf"

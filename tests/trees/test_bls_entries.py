# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stands in one snippet, and what it comes to."""

from __future__ import annotations

import pytest

from .listing import Entry
from .tree import Tree


def install(tree: Tree, text: str | bytes, name: str = "it.conf") -> None:
    tree.system(
        "Test 1",
        fstab="UUID=0000-0001 /boot vfat umask=0077 0 2\n",
        cmdline=r"initrd=\x root=running",
    )
    tree.kernel("boot/linux/image", "6.1.0")
    tree.initrds("boot/linux/initrd", "boot/ucode.img")
    tree.write("boot/loader/loader.conf", "timeout 3\n")
    tree.write(f"boot/loader/entries/{name}", text)


def entry(tree: Tree, text: str | bytes) -> Entry:
    install(tree, text)
    found = tree.list().of("bls").only
    return found


PLAIN = "title It\nversion 6.1.0\nlinux /linux/image\ninitrd /linux/initrd\noptions root=x quiet\n"


def test_plain(tree: Tree) -> None:
    found = entry(tree, PLAIN)
    expected = {
        "id": "it.conf",
        "title": "It",
        "version": "6.1.0",
        "kernel": "/boot/linux/image",
        "initrds": ["/boot/linux/initrd"],
        "cmdline": "root=x quiet",
        "default": True,
    }
    assert {key: found[key] for key in expected} == expected
    assert "/boot/loader/entries/it.conf" in found["named-by"]
    assert not found.codes("blocker", "warning"), found["findings"]


def test_white_space_and_comments(tree: Tree) -> None:
    found = entry(
        tree,
        "# a comment\n\n  title \t It is  this  \n\t# another\nlinux\t/linux/image\t\n"
        "options root=x quiet \n#options no\n",
    )
    assert (found["title"], found["kernel"], found["cmdline"]) == (
        "It is  this",
        "/boot/linux/image",
        "root=x quiet",
    )
    assert found["initrds"] == []


def test_last_line_is_not_ended(tree: Tree) -> None:
    assert entry(tree, "linux /linux/image\noptions root=x")["cmdline"] == "root=x"


def test_repeated_keys(tree: Tree) -> None:
    """Initrds in their order, options one after the other."""
    found = entry(
        tree,
        "linux /linux/image\noptions root=x\ninitrd /ucode.img\noptions quiet\n"
        "initrd /linux/initrd\n",
    )
    assert found["initrds"] == ["/boot/ucode.img", "/boot/linux/initrd"]
    assert found["cmdline"] == "root=x quiet"
    assert "entry-malformed" not in found.codes()


def test_quotes_stay(tree: Tree) -> None:
    """Only GRUB takes quotes away; systemd-boot hands on what is written."""
    found = entry(
        tree, "linux /linux/image\noptions root=x dyndbg=\"file a.c +p\" y='z' $kernelopts\n"
    )
    assert found["cmdline"] == "root=x dyndbg=\"file a.c +p\" y='z' $kernelopts"


@pytest.mark.parametrize(
    "path", ["linux/image", "/linux/image", "//linux//image", "/linux/./image"]
)
def test_paths(tree: Tree, path: str) -> None:
    found = entry(tree, f"linux {path}\noptions root=x\n")
    assert found["version"] == "6.1.0"
    assert not found.is_blocked, found["findings"]


def test_no_title(tree: Tree) -> None:
    assert entry(tree, "linux /linux/image\noptions root=x\n")["title"] != ""


def test_no_options(tree: Tree) -> None:
    """Nothing is borrowed silently: the boot loader would pass nothing."""
    found = entry(tree, "linux /linux/image\n")
    assert found["cmdline"] == "" or {"cmdline-borrowed", "cmdline-no-root"} & set(found.codes())


@pytest.mark.parametrize(
    "line", ["colour blue", "linux /linux/other", "title Again", "=", "\x01\x02"]
)
def test_lines_that_make_no_sense(tree: Tree, line: str) -> None:
    """An unknown key, one that may stand once only."""
    found = entry(tree, PLAIN + line + "\n")
    assert "entry-malformed" in found.codes("warning", "note", "blocker")


def test_keys_of_others(tree: Tree) -> None:
    """GRUB's and RHEL's own stand in no entry's way."""
    found = entry(
        tree,
        PLAIN + "sort-key k\nmachine-id " + "a" * 32 + "\ngrub_users $grub_users\n"
        "grub_arg --unrestricted\ngrub_class kernel\nid rhel-x\n",
    )
    assert not found.is_blocked
    assert found["kernel"] == "/boot/linux/image"


@pytest.mark.parametrize(
    "architecture, here",
    [("x64", True), ("X64", True), ("aa64", False), ("ARM", False), ("riscv64", False)],
)
def test_architecture(tree: Tree, architecture: str, here: bool) -> None:
    """Of another machine: systemd-boot does not show it, so it is never the default."""
    install(tree, f"{PLAIN}architecture {architecture}\n", "zz.conf")
    install(tree, PLAIN, "aa.conf")
    listing = tree.list()
    assert listing.default_of("id") == ("zz.conf" if here else "aa.conf")
    for found in listing.of("bls"):
        if found["id"] == "zz.conf":
            assert ("entry-other-architecture" in found.codes()) != here


def test_devicetree(tree: Tree) -> None:
    found = entry(tree, PLAIN + "devicetree /linux/board.dtb\n")
    assert "devicetree-ignored" in found.codes()
    assert found["default"]


def test_efi_program(tree: Tree) -> None:
    """A shell, a memory test: no Linux, and no default of ours."""
    install(tree, "title Shell\nefi /shellx64.efi\n", "zz.conf")
    install(tree, PLAIN, "aa.conf")
    tree.write("boot/shellx64.efi", b"MZ is all that there is of it")
    listing = tree.list()
    assert listing.usable().rows("id") == ["aa.conf"]
    assert listing.default_of("id") in ("aa.conf", None)


@pytest.mark.parametrize("key", ["uki", "efi"])
def test_unified_kernel_image(tree: Tree, key: str) -> None:
    install(tree, f"title Image\n{key} /images/image.efi\n")
    tree.uki("boot/images/image.efi", "6.2.0", "--cmdline", "root=x image", osrel="ID=test\n")
    found = tree.list().of("bls").only
    assert (found["title"], found["kernel"], found["cmdline"]) == (
        "Image",
        "/boot/images/image.efi",
        "root=x image",
    )
    assert not found.is_blocked, found["findings"]


def test_kernel_for_several_entries(tree: Tree) -> None:
    """Two snippets for one kernel are two entries; the kernel's own file is none beside them."""
    install(tree, PLAIN.replace("/linux/image", "/vmlinuz-6.1.0"), "a.conf")
    install(
        tree, PLAIN.replace("/linux/image", "/vmlinuz-6.1.0").replace("quiet", "debug"), "b.conf"
    )
    tree.kernel("boot/vmlinuz-6.1.0", "6.1.0")
    listing = tree.list()
    assert listing.rows("id", "cmdline") == [("b.conf", "root=x debug"), ("a.conf", "root=x quiet")]
    assert all("bls" in found["found-in"] for found in listing)


@pytest.mark.parametrize("name", ["it.CONF", "It.Conf"])
def test_suffix_in_capitals(tree: Tree, name: str) -> None:
    install(tree, PLAIN, name)
    assert len(tree.list().of("bls")) == 1


@pytest.mark.parametrize("name", ["it.conf~", "it.conf.rpmsave", ".it.conf", "it", "README"])
def test_files_that_are_no_snippets(tree: Tree, name: str) -> None:
    install(tree, PLAIN, name)
    assert len(tree.list().of("bls")) == 0

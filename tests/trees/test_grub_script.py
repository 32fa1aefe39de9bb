# SPDX-License-Identifier: LGPL-2.1-or-later
"""GRUB's language, as far as it decides entries: words, variables, conditions, functions, files."""

from __future__ import annotations

import pytest

from . import script
from .script import ONE, TWO, menuentry
from .tree import Tree, grubenv

WORDS = [
    ("a b  c", "a b c"),
    ("a\t b ", "a b"),
    ("'a b'", '"a b"'),
    ('"a b"', '"a b"'),
    (r"a\ b", '"a b"'),
    ("x='a b'", '"x=a b"'),
    ('x="a b" c', '"x=a b" c'),
    ("x=\"a\"b'c'", "x=abc"),
    ("x='$var'", "x=$var"),
    ('x="$var"', '"x=one two"'),
    ("x=$var", "x=one two"),
    ("x=${var}y", "x=one twoy"),
    ('x="${var}y"', '"x=one twoy"'),
    ("x$undefined", "x"),
    ("x${undefined}y", "xy"),
    ("$undefined x", "x"),
    (r"x=\$var", "x=$var"),
    (r'x="\$var"', "x=$var"),
    (r"x=\"a\"", r"x=\"a\""),
    (r"x='\'", r"x=\\"),
    (r'x="a\b"', r"x=a\\b"),
    (r"dyndbg=\"file drivers/usb/* +p\"", r"dyndbg=\"file drivers/usb/* +p\""),
    ("a\\\nb", "ab"),
    ("a \\\n  b", "a b"),
    ("a # b", "a"),
    ("a#b", "a#b"),
    ("a; true", "a"),
    (
        "console=ttyS0,115200n8 crashkernel=1G-4G:192M,4G-:256M",
        "console=ttyS0,115200n8 crashkernel=1G-4G:192M,4G-:256M",
    ),
    ("memmap=64M\\$0x1000", "memmap=64M$0x1000"),
]


@pytest.mark.parametrize("written, booted", WORDS)
def test_words(tree: Tree, written: str, booted: str) -> None:
    """What GRUB hands to the kernel: words in double quotes if there is space in them, with a
    backslash before quotes and backslashes."""
    entry = script.entry(tree, f"linux /boot/vmlinuz-one {written}", "set var='one two'")
    assert entry["cmdline"] == booted


@pytest.mark.parametrize(
    "linux, initrd", [("linux", "initrd"), ("linux16", "initrd16"), ("linuxefi", "initrdefi")]
)
def test_commands(tree: Tree, linux: str, initrd: str) -> None:
    entry = script.entry(
        tree, f"{linux} /boot/vmlinuz-two root=x\n{initrd} /boot/ucode.img /boot/initrd-two"
    )
    assert (entry["kernel"], entry["version"]) == ("/boot/vmlinuz-two", TWO)
    assert entry["initrds"] == ["/boot/ucode.img", "/boot/initrd-two"]
    assert entry["cmdline"] == "root=x"


def test_commands_on_one_line(tree: Tree) -> None:
    entry = script.entry(
        tree, "set gfxpayload=keep; linux /boot/vmlinuz-one root=x; initrd /boot/initrd-one"
    )
    assert (entry["initrds"], entry["cmdline"]) == (["/boot/initrd-one"], "root=x")


@pytest.mark.parametrize(
    "path",
    [
        "/boot/vmlinuz-one",
        "($root)/boot/vmlinuz-one",
        "(${root})/boot/vmlinuz-one",
        "//boot//vmlinuz-one",
        "/boot/./vmlinuz-one",
        "'/boot/vmlinuz-one'",
        "$folder/vmlinuz-one",
        "($drive)/boot/vmlinuz-one",
    ],
)
def test_paths(tree: Tree, path: str) -> None:
    entry = script.entry(
        tree,
        f"linux {path} root=x",
        "set folder=/boot\nsearch --set=drive --fs-uuid " + script.UUID,
    )
    assert (entry["version"], entry["cmdline"]) == (ONE, "root=x")
    assert not entry.is_blocked, entry["findings"]


@pytest.mark.parametrize(
    "search",
    [
        "search --no-floppy --label --set=root boot",
        "search --label boot --set=root",
        "search --no-floppy -l boot --set",
        "search.fs_label boot root",
        "search --label boot --set",
    ],
)
def test_search_by_label(tree: Tree, search: str) -> None:
    script.install(tree, f"menuentry x {{\n  {search}\n  linux /vmlinuz-far root=x\n}}\n")
    tree.kernel("srv/boot/vmlinuz-far", "6.1.3-far")
    entry = tree.list().of("grub").only
    assert (entry["kernel"], entry["version"]) == ("/srv/boot/vmlinuz-far", "6.1.3-far")


def test_variables_are_looked_up_when_an_entry_boots(tree: Tree) -> None:
    """The body of an entry runs after all of the menu has been read; its title is read before."""
    script.install(
        tree, 'set v=1\nmenuentry "Title $v" {\n  linux /boot/vmlinuz-one v=$v\n}\nset v=2\n'
    )
    entry = tree.list().of("grub").only
    assert (entry["title"], entry["cmdline"]) == ("Title 1", "v=2")


def test_exported_variables_reach_submenus(tree: Tree) -> None:
    script.install(
        tree,
        "set v=1\nexport v\nsubmenu S {\n  submenu T {\n    menuentry E {\n"
        "      linux /boot/vmlinuz-one v=$v\n    }\n  }\n}\n",
    )
    assert tree.list().of("grub").rows("title", "cmdline") == [("E", "v=1")]


def test_arguments_of_an_entry(tree: Tree) -> None:
    """An entry's own words are $1 and so on in it; $1 is the title."""
    script.install(
        tree, "menuentry 'E' one 'two words' {\n  linux /boot/vmlinuz-$2 x=$1 \"y=$3\"\n}\n"
    )
    entry = tree.list().of("grub").only
    assert (entry["kernel"], entry["cmdline"]) == ("/boot/vmlinuz-one", 'x=E "y=two words"')


CONDITIONS = [
    ("true", True),
    ("false", False),
    ("! true", False),
    ("! false", True),
    ("[ a = a ]", True),
    ("[ a = b ]", False),
    ("[ a == a ]", True),
    ("[ a != b ]", True),
    ("[ x$undefined = x ]", True),
    ('[ "$undefined" ]', False),
    ('[ "$set" ]', True),
    ('[ -n "$set" ]', True),
    ('[ -z "$set" ]', False),
    ('[ -z "$undefined" ]', True),
    ("[ ! a = b ]", True),
    ("[ a = a -a b = b ]", True),
    ("[ a = a -a b = c ]", False),
    ("[ a = b -o c = c ]", True),
    ("[ 2 -eq 2 ]", True),
    ("[ 2 -gt 10 ]", False),
    ("[ 2 -lt 10 ]", True),
    ("[ 2 -ne 2 ]", False),
    ("[ 2 -ge 2 ]", True),
    ("[ 3 -le 2 ]", False),
    ("test a = a", True),
    ("test a = b", False),
    ("[ -e /boot/vmlinuz-one ]", True),
    ("[ -f /boot/vmlinuz-one ]", True),
    ("[ -s /boot/vmlinuz-one ]", True),
    ("[ -d /boot ]", True),
    ("[ -e /boot/gone ]", False),
    ("[ -f /boot ]", False),
    ("[ -d /gone ]", False),
    ("[ -f ${prefix}/grub.cfg ]", True),
    ("[ -s $prefix/grubenv ]", True),
    ("[ -f $prefix/custom.cfg ]", False),
    ("[ -e ($root)/boot/vmlinuz-one ]", True),
    ('[ "${env}" = "7" ]', True),
]


@pytest.mark.parametrize("condition, holds", CONDITIONS)
def test_conditions(tree: Tree, condition: str, holds: bool) -> None:
    script.install(
        tree,
        f"load_env\nset set=1\nif {condition}; then\n{menuentry('yes')}else\n{menuentry('no')}fi\n",
        env=grubenv(env="7"),
    )
    assert tree.list().of("grub").rows("title") == ["yes" if holds else "no"]


def test_elif(tree: Tree) -> None:
    text = "".join(
        f"{word} [ $v = {value} ]; then\n{menuentry(value)}"
        for word, value in (("if", "a"), ("elif", "b"), ("elif", "c"))
    )
    assert script.titles(tree, f"set v=b\n{text}else\n{menuentry('d')}fi\n") == ["b"]


def test_nested_conditions_on_one_line(tree: Tree) -> None:
    assert script.titles(
        tree, "if true; then if false; then set v=1; else set v=2; fi; fi\n" + menuentry("v is $v")
    ) == ["v is 2"]


def test_loop_over_words(tree: Tree) -> None:
    assert script.titles(
        tree, "for v in one 'two' $undefined three; do\n" + menuentry("$v") + "done\n"
    ) == ["one", "two", "three"]


def test_functions(tree: Tree) -> None:
    text = (
        "function add {\n" + menuentry("$1 of $2") + "}\n"
        "add one 'several words'\nadd two \"$prefix_of_nothing\"more\n"
    )
    assert script.titles(tree, text) == ["one of several words", "two of more"]


def test_function_decides_a_command_line(tree: Tree) -> None:
    before = (
        'function mode {\n\tset gfxpayload="${1}"\n\tif [ "${1}" = "keep" ]; then\n'
        "\t\tset handoff=vt.handoff=7\n\tfi\n}"
    )
    entry = script.entry(tree, "mode keep\nlinux /boot/vmlinuz-one quiet $handoff", before)
    assert entry["cmdline"] == "quiet vt.handoff=7"


def test_one_entry_does_not_change_another(tree: Tree) -> None:
    """Only one of them will be booted."""
    script.install(
        tree,
        "menuentry A {\n  set v=1\n  linux /boot/vmlinuz-one a=$v\n}\n"
        "menuentry B {\n  linux /boot/vmlinuz-one b=$v\n}\n",
    )
    assert tree.list().of("grub").rows("cmdline") == ["a=1", "b="]


def test_files_of_their_own(tree: Tree) -> None:
    """source goes on after the file; configfile begins a new menu, and the old one is gone."""
    script.install(
        tree,
        menuentry("before")
        + "source $prefix/more.cfg\nsource /boot/grub/gone.cfg\n"
        + menuentry("after"),
    )
    tree.write("boot/grub/more.cfg", menuentry("between"))
    assert tree.list().of("grub").rows("title") == ["before", "between", "after"]


def test_configfile(tree: Tree) -> None:
    script.install(tree, "configfile ${prefix}/real.cfg\n")
    tree.write("boot/grub/real.cfg", "set default=1\n" + menuentry("one") + menuentry("two"))
    listing = tree.list()
    assert listing.of("grub").rows("title") == ["one", "two"]
    assert listing.default_of("title") == "two"


@pytest.mark.parametrize(
    "options",
    [
        "--class a --id=x",
        "--id x --class a --hotkey=k",
        "$menuentry_id_option x",
        "--users '' --id x",
        "--unrestricted --id 'x'",
    ],
)
def test_options_of_entries(tree: Tree, options: str) -> None:
    script.install(
        tree,
        "menuentry_id_option=--id\n"
        f"menuentry 'E' {options} {{\n  linux /boot/vmlinuz-one root=x\n}}\n",
    )
    assert tree.list().of("grub").rows("id", "title") == [("x", "E")]


def test_options_before_the_title(tree: Tree) -> None:
    assert script.titles(
        tree, "menuentry --class a --id x 'E' {\n  linux /boot/vmlinuz-one root=x\n}\n"
    ) == ["E"]


def test_brace_on_the_same_line(tree: Tree) -> None:
    assert script.titles(tree, "menuentry 'E'{\nlinux /boot/vmlinuz-one root=x\n}\n") == ["E"]


def test_entries_that_are_not_linux(tree: Tree) -> None:
    script.install(
        tree,
        "menuentry A {\n  chainloader +1\n}\nmenuentry B {\n  reboot\n}\n"
        "menuentry C {\n  multiboot /boot/xen.gz\n  module /boot/vmlinuz-one root=x\n}\n"
        "menuentry D {\n  true\n}\nset default=4\n" + menuentry("E"),
    )
    listing = tree.list()
    assert listing.of("grub").rows("title") == ["E"]
    assert listing.default_of("title") == "E"


def test_names_of_languages_other_than_english(tree: Tree) -> None:
    assert script.titles(tree, menuentry("Début – 次")) == ["Début – 次"]


@pytest.mark.parametrize("place", ["boot/grub", "boot/grub2"])
def test_folders(tree: Tree, place: str) -> None:
    script.install(tree, "")
    tree.path("boot/grub/grub.cfg").unlink()
    tree.write(
        f"{place}/grub.cfg",
        script.FIND + "load_env\nset default=$saved_entry\n" + menuentry("E") + menuentry("F"),
    )
    tree.write(f"{place}/grubenv", grubenv(saved_entry="F"))
    listing = tree.list()
    assert listing.of("grub").rows("title") == ["E", "F"]
    assert listing.default_of("title") == "F"
    assert f"/{place}/grub.cfg" in listing.entries[0]["named-by"]

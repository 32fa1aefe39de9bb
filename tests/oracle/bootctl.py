#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds our menu against bootctl's, on random boot partitions.

bootctl.py LIST_MENU MAKE_UKI

Debian 12's bootctl takes no notice of boot counters, profiles and "preferred", so that there are none
here. Nor are there upper case names, which systemd-boot orders in another way than its bootctl.
"""
from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tempfile
import unittest
from dataclasses import dataclass, field
from pathlib import Path

LIST_MENU, MAKE_UKI = [os.path.abspath(word) for word in sys.argv[1:]]

MENUS = 40
SEED = 4

# Its file systems have to be mounted; a user namespace may mount folders over themselves.
GET_BOOTCTL = Path(__file__).resolve().parents[2] / "tools" / "get-bootctl"
NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]
SCRIPT = """
mount --bind "$1/efi" "$1/efi" && mount --bind "$1/boot" "$1/boot" &&
exec "$BOOTCTL" --no-pager list --esp-path="$1/efi" --boot-path="$1/boot"
"""
ENVIRONMENT = {
    **os.environ, "LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0", "SYSTEMD_RELAX_ESP_CHECKS": "1",
    "SYSTEMD_RELAX_XBOOTLDR_CHECKS": "1",
}

SORT_KEYS = [None, "a", "b", "debian", "debian-1", "z~"]
MACHINES = [None, "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"]
TITLES = [None, "Debian", "Fedora Linux 40", "A"]


@dataclass
class Menu:
    """What a boot loader shows."""

    ids: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    default: str = ""

    def add(self, id: str, title: str, is_default: bool) -> None:
        self.ids.append(id)
        self.titles.append(title)
        if is_default:
            self.default = id


class Tree:
    """A root directory with two boot partitions, filled at random."""

    def __init__(self, root: Path, dice: random.Random) -> None:
        self.root, self.dice = root, dice
        for place in "efi", "boot":
            (root / place / "loader/entries").mkdir(parents=True)
            (root / place / "EFI/Linux").mkdir(parents=True)
            (root / place / "linux").write_text("kernel")
        self.names = self.pick_names(dice.randint(1, 12))
        for name in self.names:
            place = root / dice.choice(["efi", "boot"])
            if name.endswith(".conf"):
                self.write_snippet(place / "loader/entries" / name)
            else:
                self.write_image(place / "EFI/Linux" / name)
        self.write_conf()

    def version(self) -> str:
        parts = self.dice.choices(["1", "2", "10", "02", "rc", "a", "fc40", "b"],
                                  k=self.dice.randint(1, 5))
        return "".join(part + self.dice.choice(".-~^_+") for part in parts)[:-1]

    def pick_names(self, count: int) -> list[str]:
        names = set()
        for _ in range(count):
            stem = re.sub("[~^+]", "-", self.version())
            names.add(self.dice.choice(["", "debian-", "x"]) + stem + self.dice.choice(
                [".conf", ".conf", ".conf", ".efi"]))
        return sorted(names)

    def write_snippet(self, path: Path) -> None:
        values = {
            "title": self.dice.choice(TITLES),
            "sort-key": self.dice.choice(SORT_KEYS),
            "machine-id": self.dice.choice(MACHINES),
            "version": self.dice.choice([None, self.version()]),
            "linux": "/linux",
        }
        lines = [f"{key} {value}\n" for key, value in values.items() if value is not None]
        self.dice.shuffle(lines)
        path.write_text("".join(lines))

    def write_image(self, path: Path) -> None:
        os_release = self.root / "os-release"
        os_release.write_text(f"ID=test\nPRETTY_NAME='{self.dice.choice(['Debian', 'Test 1'])}'\n"
                              f"VERSION_ID='{self.version()}'\n")
        with path.open("wb") as file:
            subprocess.run([MAKE_UKI, "--osrel", os_release, "--cmdline", "quiet", "--linux",
                            self.root / "efi/linux"], stdout=file, check=True)

    def write_conf(self) -> None:
        name = self.dice.choice(self.names)
        pattern = self.dice.choice([None, name, name.upper(), name[:2] + "*", "*." + name[-4:],
                                    "?" + name[1:], "nothing*"])
        if pattern is not None:
            (self.root / "efi/loader/loader.conf").write_text(f"timeout 3\ndefault {pattern}\n")


def ask_bootctl(root: Path) -> Menu:
    output = subprocess.run([*NAMESPACE, "sh", "-c", SCRIPT, "sh", root], env=ENVIRONMENT,
                            stdout=subprocess.PIPE, text=True, check=True).stdout
    menu = Menu()
    for block in output.split("\n\n"):
        facts = dict(re.findall(r"^ *(title|id): (.*)$", block, re.MULTILINE))
        if facts:
            title, marks = re.fullmatch(r"(.*?)((?: \((?:default|selected|not reported/new)\))*)",
                                        facts["title"]).groups()
            menu.add(facts["id"], title, "(default)" in marks)
    return menu


def ask_us(root: Path) -> Menu:
    output = subprocess.run([LIST_MENU, root], stdout=subprocess.PIPE, text=True, check=True).stdout
    menu = Menu()
    for line in output.splitlines():
        name, title = line.split("\t", 1)
        menu.add(name.removesuffix(" *"), title, name.endswith(" *"))
    return menu


class Oracle(unittest.TestCase):
    def test_random_menus(self) -> None:
        dice = random.Random(SEED)
        for number in range(MENUS):
            with self.subTest(number=number), tempfile.TemporaryDirectory() as folder:
                Tree(Path(folder), dice)
                theirs = ask_bootctl(Path(folder))
                ours = ask_us(Path(folder))
                self.assertEqual(ours.ids, theirs.ids)
                self.assertEqual(ours.default, theirs.default)
                self.assertNotEqual(ours.default, "")
                self.assertEqual(len(set(ours.titles)), len(ours.titles))


if __name__ == "__main__":
    got = subprocess.run([GET_BOOTCTL], stdout=subprocess.PIPE, text=True, check=False)
    ENVIRONMENT["BOOTCTL"] = got.stdout.strip()
    if got.returncode != 0 or subprocess.run([*NAMESPACE, "true"]).returncode != 0:
        print("bootctl and user namespaces are needed")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])

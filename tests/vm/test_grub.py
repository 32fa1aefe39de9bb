# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's GRUB: what it boots from its own menu is what kexecd takes for the default."""

from __future__ import annotations

import re

from .client import Json, default_entry, entries
from .image import ROOT_UUID
from .machine import Machine
from .menus import boot_by_loader, boot_staged, codes, facts, promised, running, stage_default

SIMPLE = f"gnulinux-simple-{ROOT_UUID}"
SUBMENU = f"gnulinux-advanced-{ROOT_UUID}"
IN_SUBMENU = f"{SUBMENU}>gnulinux-{{release}}-advanced-{ROOT_UUID}"

# Other names of the older kernel's entry: by index, and by title.
OTHER_NAMES = ("1>2", "Advanced options for GNU/Linux>GNU/Linux, with Linux {release}")

Boots = tuple[str, str, str]  # kernel, initrds, command line


def test_as_installed(grub_machine: Machine) -> None:
    """The menu as grub-mkconfig made it, from which GRUB has booted this machine."""
    machine, listed = grub_machine, entries(grub_machine.alice)
    assert {entry["source"] for entry in listed} == {"grub"}
    assert {_boots(entry) for entry in listed} == _menu(machine)

    entry = default_entry(machine.alice)
    assert entry["version"] == machine.image.releases[-1]
    assert promised(entry) == running(machine)
    assert entry["running"] and entry["trusted"]
    stage_default(machine, entry)
    assert boot_staged(machine, machine.alice) == promised(entry)


def test_chosen_entries(grub_machine: Machine) -> None:
    """An entry of the submenu for ever, and another one once."""
    machine, old, new = grub_machine, *grub_machine.image.releases
    _set_default(machine, IN_SUBMENU.format(release=old))
    chosen = default_entry(machine.alice)
    assert chosen["version"] == old
    stage_default(machine, chosen)
    assert boot_staged(machine, machine.alice) == promised(chosen)

    machine.root.run(f"grub-reboot '{SIMPLE}'")
    once = default_entry(machine.alice)
    assert once["version"] == new
    assert "one-shot-pending" in codes(once)
    assert boot_by_loader(machine) == promised(once)

    # GRUB has forgotten that one, as it has to.
    assert default_entry(machine.alice)["id"] == chosen["id"]
    assert boot_by_loader(machine) == promised(chosen)


def test_names_of_an_entry(grub_machine: Machine) -> None:
    """Whatever way it is named, it is the same entry."""
    machine, old = grub_machine, grub_machine.image.releases[0]
    _set_default(machine, IN_SUBMENU.format(release=old))
    entry = default_entry(machine.alice)
    assert entry["version"] == old
    for name in OTHER_NAMES:
        _set_default(machine, "0")
        assert default_entry(machine.alice)["version"] != old
        _set_default(machine, name.format(release=old))
        assert facts(default_entry(machine.alice)) == facts(entry)


def _set_default(machine: Machine, name: str) -> None:
    machine.root.run(f"grub-set-default '{name}'")


def _boots(entry: Json) -> Boots:
    return entry["kernel"], " ".join(entry["initrds"]), entry["cmdline"]


def _menu(machine: Machine) -> set[Boots]:
    """What grub.cfg has in it; the first entry is there twice."""
    config = machine.root.out("cat /boot/grub/grub.cfg")
    body = r"^\s*linux\s+(\S+) (.*?) *$.*?^\s*initrd\s+(.*?)$"
    found = re.findall(body, config, re.MULTILINE | re.DOTALL)
    assert len(found) == 5
    return {(kernel, initrds, cmdline) for kernel, cmdline, initrds in found}

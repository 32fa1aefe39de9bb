# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's GRUB: what it boots from its own menu is what kexecd takes for the default."""

from __future__ import annotations

import re

from .client import Exit, Json, check_codes, default_entry, entries, slot_is_full, staged
from .image import ROOT_UUID
from .machine import Machine
from .menus import boot_by_loader, boot_staged, codes, facts, promised, running, stage_default

SIMPLE = f"gnulinux-simple-{ROOT_UUID}"
SUBMENU = f"gnulinux-advanced-{ROOT_UUID}"
IN_SUBMENU = f"{SUBMENU}>gnulinux-{{release}}-advanced-{ROOT_UUID}"

# Other names of the older kernel's entry: by index, and by title.
OTHER_NAMES = ("1>2", "Advanced options for GNU/Linux>GNU/Linux, with Linux {release}")

UPDATED = "an updated initrd"

Boots = tuple[str, str, str]  # kernel, initrds, command line


def test_as_installed(grub_machine: Machine) -> None:
    """The menu as grub-mkconfig made it, from which GRUB has booted this machine."""
    machine, listed = grub_machine, entries(grub_machine.alice)
    assert listed == entries(machine.root), "who may not read grub.cfg sees something else"
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


def test_root_that_is_not_there(grub_machine: Machine) -> None:
    """An entry whose root no device is would not come up."""
    machine, other = grub_machine, ROOT_UUID.replace("6", "7")
    machine.root.run(f"sed -i s/root=UUID={ROOT_UUID}/root=UUID={other}/ /boot/grub/grub.cfg")
    assert "root-missing" in check_codes(machine.alice, code=Exit.REFUSED)
    refused = machine.alice.run("kexecctl stage", code=None)
    assert refused.returncode != Exit.DONE and other in refused.stderr
    assert not slot_is_full(machine)


def test_updated_after_it_was_staged(grub_machine: Machine) -> None:
    """The initrd that an update writes is the one that boots."""
    machine, entry = grub_machine, default_entry(grub_machine.alice)
    stage_default(machine, entry)
    assert not staged(machine.alice)["stale"]
    # What initramfs-tools' init reads before anything else: conf/conf.d.
    machine.root.run(
        "set -e; cd $(mktemp -d); mkdir -p conf/conf.d\n"
        f"echo 'echo {UPDATED} >/dev/kmsg' >conf/conf.d/updated\n"
        f"truncate --size=%4 {entry['initrds'][0]}\n"
        "find conf | cpio --quiet --create --format=newc --owner=0:0"
        f" >>{entry['initrds'][0]}"
    )
    assert staged(machine.alice)["stale"]
    assert "they are staged again" in machine.alice.out("kexecctl status")
    assert boot_staged(machine, machine.alice) == promised(entry)
    assert UPDATED in machine.root.out("journalctl --boot --dmesg --no-pager")


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

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's systemd-boot: type #1 entries and unified kernel images on the ESP, and its default.

Its version knows nothing of profiles: it boots the first, and bootctl takes the image for broken.
"""

from __future__ import annotations

import base64
import json
import re

from .client import check_codes, default_entry, entries, staged
from .image import COMMAND_LINE
from .machine import Machine
from .menus import (
    System,
    boot_by_loader,
    boot_staged,
    codes,
    facts,
    promised,
    running,
    stage_default,
)

LOADER_ENTRIES = "/sys/firmware/efi/efivars/LoaderEntries-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
# One start of Boot0000: four bytes of attributes, two of the number.
BOOT_NEXT = "/sys/firmware/efi/efivars/BootNext-8be4df61-93ca-11d2-aa0d-00e098032b8c"
SET_BOOT_NEXT = rf"printf '\007\000\000\000\000\000' >{BOOT_NEXT}"

PROFILES = ("profiles.efi", "profiles.efi@second", "profiles.efi@third")


def test_menu(systemd_boot_machine: Machine) -> None:
    """The entries that systemd-boot has shown and those that bootctl reads, in their order."""
    machine = systemd_boot_machine
    listed = [entry for entry in entries(machine.alice) if entry["source"] in ("bls", "uki")]
    ids = [entry["id"] for entry in listed]
    assert [name for name in ids if name not in PROFILES[1:]] == _ids_of_loader(machine)
    known = [facts(entry) for entry in listed if entry["id"] not in PROFILES]
    assert known == _facts_of_bootctl(machine)

    first = ids.index(PROFILES[0])
    assert ids[first : first + 3] == list(PROFILES)
    for entry, word in zip(listed[first:], ("main", "second", "third")):
        assert entry["cmdline"] == f"{COMMAND_LINE} kexecd.uki={word}"


def test_as_installed(systemd_boot_machine: Machine) -> None:
    """The pattern in loader.conf, by which systemd-boot has booted this machine."""
    machine, entry = systemd_boot_machine, default_entry(systemd_boot_machine.alice)
    assert entry["id"] == _default_of_bootctl(machine)
    assert entry["version"] == machine.image.releases[-1]
    assert promised(entry) == running(machine)
    assert entry["running"] and entry["trusted"]
    stage_default(machine, entry)
    assert boot_staged(machine, machine.alice) == promised(entry)


def test_chosen_entries(systemd_boot_machine: Machine) -> None:
    """A unified kernel image for ever, and a type #1 entry once."""
    machine, old = systemd_boot_machine, systemd_boot_machine.image.releases[0]
    machine.root.run("bootctl set-default plain.efi")
    chosen = default_entry(machine.alice)
    assert chosen["id"] == _default_of_bootctl(machine) == "plain.efi"
    stage_default(machine, chosen)
    assert boot_staged(machine, machine.alice).cmdline == f"{COMMAND_LINE} kexecd.uki=plain"

    # The firmware's variables are there after a kexec, too.
    machine.root.run(f"bootctl set-oneshot {_id_of(machine, old)}")
    once = default_entry(machine.alice)
    assert once["id"] == _default_of_bootctl(machine) == _id_of(machine, old)
    assert "one-shot-pending" in codes(once)
    assert boot_by_loader(machine) == promised(once)
    assert default_entry(machine.alice)["id"] == "plain.efi"


def test_profile(systemd_boot_machine: Machine) -> None:
    """Another profile than the first is an entry, which kexec boots as systemd-boot 257 does."""
    machine = systemd_boot_machine
    machine.root.run("kexecctl stage profiles.efi@second")
    assert staged(machine.root)["id"] == "profiles.efi@second"
    after = boot_staged(machine, machine.root)
    assert after == System(machine.image.releases[-1], f"{COMMAND_LINE} kexecd.uki=second")


def test_firmware_waits(systemd_boot_machine: Machine) -> None:
    """What the firmware was asked to do next is said: a kexec does not pass it."""
    machine, pending = systemd_boot_machine, "firmware-pending"
    assert entries(machine.alice) == entries(machine.root)
    assert pending not in codes(default_entry(machine.alice))
    machine.root.run("bootctl reboot-to-firmware true")
    assert pending in check_codes(machine.alice)
    machine.root.run("bootctl reboot-to-firmware false")
    assert pending not in check_codes(machine.alice)
    machine.root.run(SET_BOOT_NEXT)
    found = [item for item in default_entry(machine.alice)["findings"] if item["code"] == pending]
    assert len(found) == 1 and "Boot0000" in found[0]["text"]


def _facts_of_bootctl(machine: Machine) -> list[tuple[str, str, list[str], str]]:
    """What bootctl says of the same; it has a line for each entry."""
    found = []
    for line in machine.root.out("bootctl list --json=short 2>/dev/null").splitlines():
        entry = json.loads(line)
        if "root" not in entry:
            continue  # the loader's own, or not understood: it is known from the loader alone
        paths = [entry["linux"], *entry.get("initrd", [])]
        kernel, *initrds = [f"{entry['root']}/{path.lstrip('/')}" for path in paths]
        found.append((entry["id"], kernel, initrds, entry["options"]))
    return found


def _ids_of_loader(machine: Machine) -> list[str]:
    """What systemd-boot wrote down about its menu: UTF-16 after four bytes of attributes."""
    words = machine.root.out(f"base64 {LOADER_ENTRIES}")
    ids = base64.b64decode(words)[4:].decode("utf-16-le").split("\0")
    return [name for name in ids if name and not name.startswith("auto-")]


def _default_of_bootctl(machine: Machine) -> str:
    listed = machine.root.out("bootctl list 2>/dev/null")
    found = re.findall(r"^ *title: .*\(default\).*\n +id: (\S+)$", listed, re.MULTILINE)
    assert len(found) == 1, listed
    return str(found[0])


def _id_of(machine: Machine, release: str) -> str:
    """The id of the type #1 entry that kernel-install made."""
    return f"{machine.root.out('cat /etc/machine-id')}-{release}.conf"

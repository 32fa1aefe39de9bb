# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others than root can change is not booted with an ordinary user's rights."""

from __future__ import annotations

from .client import Exit, asks_for, default_entry, slot_is_full, staged
from .machine import Machine

CUSTOM = "org.kexec.manager.stage-custom"
STAGE_DEFAULT = "org.kexec.manager.stage-default"

# What takes the trust away, what gives it back, and what the sentence has to name.
CHANGES = {
    "group-writable directory": ("chmod g+w /boot", "chmod g-w /boot", "/boot"),
    "somebody's kernel": ("chown bob {kernel}", "chown root {kernel}", "{kernel}"),
    "writable initrd": ("chmod o+w {initrd}", "chmod o-w {initrd}", "{initrd}"),
    "loop device": (
        "mke2fs -q -t ext4 -d /boot /root/boot.img 96M && mount -o loop /root/boot.img /boot",
        "umount /boot",
        "/boot",
    ),
}
CHANGES_OF_GRUB = {
    "group-writable menu": (
        "chmod g+w /boot/grub/grub.cfg",
        "chmod g-w /boot/grub/grub.cfg",
        "/boot/grub/grub.cfg",
    ),
    "somebody's environment": (
        "chown bob /boot/grub/grubenv",
        "chown root /boot/grub/grubenv",
        "/boot/grub/grubenv",
    ),
    "somebody's folder": ("chown bob /boot/grub", "chown root /boot/grub", "/boot/grub"),
}
# On FAT, everything belongs to whom the options of the mount say.
CHANGES_OF_ESP = {
    "writable for a group": (
        "umount /boot/efi && mount -o umask=0002 /boot/efi",
        "umount /boot/efi && mount /boot/efi",
        "/boot/efi",
    ),
}


def test_untrusted_files(machine: Machine) -> None:
    _try(machine, CHANGES)


def test_untrusted_menu(grub_machine: Machine) -> None:
    _try(grub_machine, CHANGES_OF_GRUB)


def test_untrusted_esp(systemd_boot_machine: Machine) -> None:
    _try(systemd_boot_machine, CHANGES_OF_ESP)


def _try(machine: Machine, changes: dict[str, tuple[str, str, str]]) -> None:
    """Make each change in turn: alice is asked for an administrator until it is taken back."""
    entry = default_entry(machine.alice)
    files = {"kernel": entry["kernel"], "initrd": entry["initrds"][-1]}
    assert entry["trusted"]
    for change, undo, name in changes.values():
        machine.root.run(change.format(**files))
        changed = default_entry(machine.alice)
        assert changed["id"] == entry["id"] and not changed["trusted"], change
        why = [found["text"] for found in changed["findings"] if found["code"] == "untrusted"]
        assert any(name.format(**files) in text for text in why), why
        machine.alice.run("kexecctl stage", code=Exit.UNAUTHORIZED)
        assert asks_for(machine.alice, "kexecctl stage") == CUSTOM
        machine.root.run(undo.format(**files))
    assert default_entry(machine.alice) == entry and not slot_is_full(machine)
    machine.alice.run("kexecctl stage")
    assert staged(machine.alice)["action"] == STAGE_DEFAULT

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Entries of boot menus: what is authorized, what is remembered, and what is noticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from . import contract
from .bus import Monitor
from .caller import Caller, options
from .machine import CMDLINE, NEW, OLD, Machine, make_initrd
from .wait import wait_for

GRUB_CFG = "boot/grub/grub.cfg"
LOADER_CONF = "boot/loader/loader.conf"
SNIPPET = "boot/loader/entries/linux.conf"

MENU = f"""
set default=0
menuentry 'The old one' --id old {{
    search --no-floppy --fs-uuid --set=root 0123-4567
    linux /boot/vmlinuz-{OLD} {CMDLINE} quiet
    initrd /boot/initrd.img-{OLD}
}}
menuentry 'The new one' --id new --unrestricted {{
    linux /boot/vmlinuz-{NEW} {CMDLINE}
    initrd /boot/initrd.img-{NEW}
}}
"""
PASSWORD = "set superusers=admin\npassword admin secret\n"


def entries(caller: Caller) -> dict[str, Any]:
    return {entry["id"]: entry for entry in caller.call("ListEntries", options(verbose=True))}


def default_of(caller: Caller) -> Any:
    return next((entry for entry in entries(caller).values() if entry["default"]), None)


@pytest.fixture
def grub(machine: Machine) -> Machine:
    machine.configure("")
    machine.write(GRUB_CFG, MENU)
    return machine


def systemd_boot(machine: Machine) -> None:
    machine.configure("Sources=bls")
    machine.write(LOADER_CONF, "default linux.conf\n")
    machine.write(SNIPPET, f"title Linux\nlinux /vmlinuz-{OLD}\ninitrd /initrd.img-{OLD}\n"
                           f"options {CMDLINE}\n")


def test_the_menus_default_is_no_guess(grub: Machine, alice: Caller) -> None:
    default = default_of(alice)
    assert (default["id"], default["source"]) == ("old", "grub")
    assert default["found-in"] == ["grub", "directory"]
    staged = alice.call("Stage", "", {})
    assert (staged["id"], staged["action"]) == ("old", "org.kexec.manager.stage-default")
    assert staged["cmdline"] == f"{CMDLINE} quiet"
    error = alice.error("Stage", "new", {})
    assert "stage-entry" in error.message


def test_a_release_still_names_an_entry(grub: Machine, root: Caller) -> None:
    assert root.call("Stage", NEW, {})["id"] == "new"


def test_entry_behind_a_password(grub: Machine, alice: Caller, root: Caller) -> None:
    grub.write(GRUB_CFG, PASSWORD + MENU)
    codes = [finding["code"] for finding in entries(alice)["old"]["findings"]]
    assert "entry-locked" in codes
    for entry in ("", "old"):
        assert "stage-custom" in alice.error("Stage", entry, {}).message
    assert "stage-entry" in alice.error("Stage", "new", {}).message
    assert root.call("Stage", "old", {})["action"] == "org.kexec.manager.stage-custom"


def test_nobody_is_asked_for_what_cannot_be_staged(
    grub: Machine, alice: Caller, carol: Caller
) -> None:
    """Who may inspect is told what is wrong, instead of being asked for a password first."""
    grub.path(f"boot/initrd.img-{OLD}").unlink()
    for entry in ("", "old"):
        error = alice.error("Stage", entry, {})
        assert f"initrd.img-{OLD}, which is not there" in error.message
        assert error.name.startswith(contract.ERROR)
        assert "initrd" not in carol.error("Stage", entry, {}).message
    assert "stage-entry" in alice.error("Stage", "new", {}).message


def test_appended_by_the_administrator(grub: Machine, alice: Caller) -> None:
    grub.configure("Append=mitigations=auto")
    staged = alice.call("Stage", "", {})
    assert staged["cmdline"] == f"{CMDLINE} quiet mitigations=auto"
    assert staged["action"] == "org.kexec.manager.stage-default"


def test_another_system_is_the_default(grub: Machine, alice: Caller) -> None:
    grub.write(GRUB_CFG, MENU.replace("set default=0", "set default=2")
               + "menuentry Windows { chainloader /EFI/Microsoft/Boot/bootmgfw.efi }\n")
    assert default_of(alice) is None
    error = alice.error("Stage", "", {})
    assert error.name == contract.ERROR + "NoSuchEntry"
    assert "Windows" in error.message


# Who can change what is booted: each in turn.

Change = Callable[[Machine], None]


def chmod(name: str, mode: int) -> Change:
    return lambda machine: machine.path(name).chmod(mode)


CHANGES = {
    "kernel": chmod(f"boot/vmlinuz-{OLD}", 0o664),
    "initrd": chmod(f"boot/initrd.img-{OLD}", 0o666),
    "boot directory": chmod("boot", 0o775),
    "root directory": chmod(".", 0o777),
}
GRUB_CHANGES = {**CHANGES, "menu": chmod(GRUB_CFG, 0o664), "menu's directory": chmod("boot/grub", 0o777)}
BLS_CHANGES = {**CHANGES, "snippet": chmod(SNIPPET, 0o646),
               "what chooses": chmod(LOADER_CONF, 0o666),
               "entries' directory": chmod("boot/loader/entries", 0o775),
               "loader directory": chmod("boot/loader", 0o777)}


def expect_custom(machine: Machine, alice: Caller, change: Change) -> None:
    assert alice.call("CanStage", "") == ("yes", "")
    change(machine)
    assert not default_of(alice)["trusted"]
    assert "stage-custom" in alice.error("Stage", "", {}).message


@pytest.mark.parametrize("what", GRUB_CHANGES)
def test_untrusted_menu(grub: Machine, alice: Caller, what: str) -> None:
    expect_custom(grub, alice, GRUB_CHANGES[what])


@pytest.mark.parametrize("what", BLS_CHANGES)
def test_untrusted_snippet(machine: Machine, alice: Caller, what: str) -> None:
    systemd_boot(machine)
    expect_custom(machine, alice, BLS_CHANGES[what])


def test_symlink_out_of_its_place(machine: Machine, alice: Caller, root: Caller) -> None:
    """What lies elsewhere is never opened, whoever asks."""
    systemd_boot(machine)
    machine.write("secret/vmlinuz", b"secret")
    machine.path("boot/loader/entries").mkdir(parents=True, exist_ok=True)
    machine.path("boot/vmlinuz-link").symlink_to("../secret/vmlinuz")
    machine.write(SNIPPET, "linux /vmlinuz-link\n")
    for name in ("../../etc/shadow", "/../../etc/shadow"):
        machine.write("boot/loader/entries/bad.conf", f"title Bad\nlinux {name}\n")
        assert any(finding["severity"] == "blocker"
                   for finding in entries(alice)["bad.conf"]["findings"])
        assert root.error("Stage", "bad.conf", {}).name.startswith(contract.ERROR)
    assert root.error("Stage", "linux.conf", {}).name.startswith(contract.ERROR)
    assert not machine.kernel.is_loaded


# What is remembered

REMEMBERED = {
    "replaced menu": lambda machine: machine.write(GRUB_CFG, MENU.replace("The old", "Another")),
    "rewritten menu": lambda machine: machine.path(GRUB_CFG).write_text(MENU.replace("The", "A")),
    "new kernel": lambda machine: machine.install("6.99.0"),
    "mode": lambda machine: machine.path(f"boot/vmlinuz-{OLD}").chmod(0o666),
    "configuration": lambda machine: machine.configure("Append=x"),
    "new drop-in": lambda machine: machine.write("etc/kexecd/kexecd.conf.d/a.conf",
                                                 "[Manager]\nAppend=y\n"),
}


@pytest.mark.parametrize("what", REMEMBERED)
def test_what_is_remembered_is_forgotten_when_it_changes(grub: Machine, alice: Caller,
                                                         what: str) -> None:
    """Files that have just been written are not relied on, so that they have to settle first."""
    wait_for(lambda: grub.has_settled(grub.path(GRUB_CFG)), "the files to settle")
    before = alice.call("ListEntries", {})
    assert alice.call("ListEntries", {}) == before
    REMEMBERED[what](grub)
    assert alice.call("ListEntries", {}) != before


# Stale

def test_an_update_is_told_at_once(grub: Machine, alice: Caller, mallory: Caller,
                                   monitor: Monitor) -> None:
    """Nobody has to ask: a desktop that shows the property sees it change."""
    alice.call("Stage", "", {})
    monitor.messages()
    grub.write(f"boot/initrd.img-{OLD}", make_initrd("rebuilt"))

    def is_told() -> bool:
        return any(message.member == "PropertiesChanged" and "Staged" in message.body[1]
                   and message.body[1]["Staged"]["stale"] for message in monitor.messages())

    wait_for(is_told, "the change to be told")

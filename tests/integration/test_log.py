# SPDX-License-Identifier: LGPL-2.1-or-later
"""The log says who did what to which image, with stable ids that the catalog explains."""

from __future__ import annotations

import errno
import hashlib

import pytest

from . import contract
from .caller import Caller, options
from .login import Login
from .machine import CMDLINE, NEW, OLD, Machine, event_ids
from .test_schedule import IN_AN_HOUR
from .users import ALICE


def test_staged(machine: Machine, alice: Caller) -> None:
    staged = alice.call("Stage", "", {})
    event, = machine.events("STAGED")
    assert event["KEXEC_UID"] == str(ALICE.uid)
    assert (event["KEXEC_ENTRY"], event["KEXEC_RELEASE"]) == (NEW, NEW)
    assert event["KEXEC_CMDLINE"] == CMDLINE
    assert event["KEXEC_ACTION"] == contract.ACTION + "stage-default"
    assert event["KEXEC_STAGE_ID"] == staged["stage-id"]
    for key, name in (("KEXEC_KERNEL_SHA256", f"vmlinuz-{NEW}"),
                      ("KEXEC_INITRD0_SHA256", f"initrd.img-{NEW}")):
        contents = machine.path(f"boot/{name}").read_bytes()
        assert event[key] == hashlib.sha256(contents).hexdigest()
    assert str(ALICE.uid) in event.message


def test_stage_failed(machine: Machine, root: Caller) -> None:
    machine.kernel.fail("load", errno.ENOEXEC)
    root.error("Stage", OLD, {})
    event, = machine.events("STAGE_FAILED")
    assert event["KEXEC_UID"] == "0"
    assert OLD in event["KEXEC_TITLE"]
    assert event["PRIORITY"] == "4"


def test_unstaged_says_who_and_whose(machine: Machine, alice: Caller, root: Caller) -> None:
    alice.call("Stage", "", {})
    root.call("Unstage", {})
    event, = machine.events("UNSTAGED")
    assert event["KEXEC_UID"] == "0"
    assert event["KEXEC_ENTRY"] == NEW


def test_executing_says_who(machine: Machine, root: Caller, alice: Caller, login: Login) -> None:
    root.call("Stage", "", {})
    alice.call("Execute", {})
    event, = machine.events("EXECUTING")
    assert event["KEXEC_UID"] == str(ALICE.uid)
    assert f"uid {ALICE.uid}" in event.message


def test_scheduled_and_cancelled(machine: Machine, alice: Caller, bob: Caller) -> None:
    alice.call("Stage", "", {})
    alice.call("Execute", options(when=IN_AN_HOUR))
    bob.call("Cancel", {})
    assert machine.events("SCHEDULED")[0]["KEXEC_UID"] == str(alice.user.uid)
    assert machine.events("CANCELLED")[0]["KEXEC_UID"] == str(bob.user.uid)


def scheduled(machine: Machine, root: Caller, **others: bool) -> str:
    root.call("Execute", options(when=IN_AN_HOUR, **others))
    return machine.wait_event("SCHEDULED").message


def test_scheduled_into_what_is_staged(machine: Machine, root: Caller) -> None:
    root.call("Stage", "", {})
    assert "a reboot into the staged kernel for " in scheduled(machine, root)


def test_scheduled_cold_reboot(machine: Machine, root: Caller) -> None:
    assert "a reboot through the firmware for " in scheduled(machine, root, allow_cold_reboot=True)


def test_scheduled_into_what_is_loaded_then(machine: Machine, root: Caller) -> None:
    machine.configure("Entry=auto\nLoadDuringShutdown=yes")
    assert "a reboot into what is then the default kernel for " in scheduled(machine, root)


def test_execute_failed(machine: Machine, root: Caller, login: Login) -> None:
    root.call("Stage", "", {})
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.Failed", "No") if method == "RebootWithFlags" else None)
    root.error("Execute", {})
    assert machine.events("EXECUTE_FAILED")[0]["PRIORITY"] == "3"


def test_refused(machine: Machine, mallory: Caller) -> None:
    mallory.error("Stage", OLD, {})
    event, = machine.events("REFUSED")
    assert event["KEXEC_UID"] == str(mallory.user.uid)
    assert event["KEXEC_METHOD"] == "Stage"
    assert event["KEXEC_ACTION"] == contract.ACTION + "stage-entry"


def test_nobody_floods_the_log(machine: Machine, mallory: Caller) -> None:
    for _ in range(300):
        mallory.error("ListEntries", {})
    assert 0 < len(machine.events("REFUSED")) < 200


def test_probes_are_not_logged(machine: Machine, mallory: Caller) -> None:
    mallory.call("CanStage", OLD)
    assert machine.events("REFUSED") == []


def test_ids_differ_and_are_in_the_catalog() -> None:
    ids = event_ids()
    assert len(set(ids.values())) == len(ids)
    catalog = (contract.SOURCE / "data/systemd/kexecd.catalog").read_text()
    for name, number in ids.items():
        assert f"-- {number}" in catalog, name


@pytest.mark.parametrize("name", ["STAGED", "REFUSED"])
def test_messages_are_one_line(name: str, machine: Machine, root: Caller, mallory: Caller) -> None:
    root.call("Stage", "", {})
    mallory.error("Stage", "", {})
    assert "\n" not in machine.wait_event(name).message

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Listing, checking and staging: what is told, what is loaded, what is kept."""

from __future__ import annotations

import errno
import hashlib
import os
import time

import pytest

from . import contract
from .bus import Monitor
from .caller import BusError, Caller, options
from .machine import CMDLINE, NEW, OLD, Machine, make_initrd, make_kernel


def codes(findings: list[dict[str, object]]) -> list[object]:
    return [finding["code"] for finding in findings]


def test_list_has_every_field_of_the_contract(machine: Machine, alice: Caller) -> None:
    new, old = alice.call("ListEntries", {})
    assert set(new) == {"id", "title", "version", "source", "kernel", "initrds", "cmdline", "default", "running",
                        "trusted", "findings"}
    assert new["id"] == new["version"] == NEW
    assert new["title"] == f"Test GNU/Linux, kernel {NEW}"
    assert new["kernel"] == f"/boot/vmlinuz-{NEW}"
    assert new["initrds"] == [f"/boot/initrd.img-{NEW}"]
    assert new["cmdline"] == CMDLINE
    assert (new["default"], new["running"], new["trusted"]) == (True, False, True)
    assert (old["default"], old["running"], old["trusted"]) == (False, True, True)


def test_list_tells_on_request_where_an_entry_is_from(machine: Machine, alice: Caller) -> None:
    brief = alice.call("ListEntries", {})
    verbose = alice.call("ListEntries", options(verbose=True))
    assert alice.call("ListEntries", options(verbose=False)) == brief
    for entry, more in zip(brief, verbose, strict=True):
        assert more == {**entry, "found-in": ["directory"], "named-by": []}


def test_list_without_any_kernel_is_empty(machine: Machine, alice: Caller) -> None:
    for path in machine.path("boot").iterdir():
        path.unlink()
    assert alice.call("ListEntries", {}) == []
    assert alice.error("Stage", "", {}).name == contract.ERROR + "NoSuchEntry"


def test_untrusted_entries_say_why(machine: Machine, alice: Caller) -> None:
    machine.path(f"boot/vmlinuz-{NEW}").chmod(0o666)
    new, old = alice.call("ListEntries", {})
    assert not new["trusted"] and old["trusted"]
    assert "untrusted" in codes(new["findings"])


def test_owner_of_a_kernel_matters(machine: Machine, alice: Caller) -> None:
    os.chown(machine.path(f"boot/initrd.img-{NEW}"), alice.user.uid, 0)
    assert not alice.call("ListEntries", {})[0]["trusted"]
    assert alice.error("Stage", "", {}).name == contract.CHALLENGE


def test_check_finds_nothing_and_loads_nothing(machine: Machine, alice: Caller) -> None:
    ok, findings = alice.call("Check", "", {})
    assert ok
    assert "blocker" not in [finding["severity"] for finding in findings]
    assert machine.kernel.loads == 0
    assert machine.record() == {}
    assert alice.get("State") == "idle"


def test_check_tells_a_blocker_as_an_answer(machine: Machine, alice: Caller) -> None:
    machine.write(f"boot/initrd.img-{NEW}", b"A letter.\n")
    ok, findings = alice.call("Check", "", {})
    assert not ok
    assert findings[0]["severity"] == "blocker"
    assert findings[0]["code"] == "not-an-initrd"
    assert findings[0]["subject"] == f"/boot/initrd.img-{NEW}"


def test_check_of_another_command_line(machine: Machine, alice: Caller) -> None:
    assert alice.call("Check", "", options(append="quiet"))[0]
    ok, findings = alice.call("Check", "", options(append="x" * 2040))
    assert not ok
    assert findings[0]["code"] == "cmdline-too-long"


def test_check_needs_no_right_to_an_untrusted_entry(machine: Machine, alice: Caller) -> None:
    machine.refuse_mounts("It is on a stick")
    ok, findings = alice.call("Check", "", {})
    assert ok
    assert "untrusted" in codes(findings)


def test_check_while_something_is_staged(machine: Machine, alice: Caller) -> None:
    alice.call("Stage", "", {})
    assert alice.call("Check", OLD, {})[0]


def test_stage_returns_what_get_staged_does(machine: Machine, alice: Caller) -> None:
    staged = alice.call("Stage", "", {})
    assert alice.call("GetStaged", {}) == staged
    assert set(staged) == {"stage-id", "id", "title", "release", "source", "staged-at", "staged-by",
                           "action", "expires", "stale", "cmdline", "load-method", "files",
                           "findings"}
    assert staged["release"] == NEW
    assert staged["staged-by"] == alice.user.uid
    assert staged["action"] == contract.ACTION + "stage-default"
    assert abs(staged["staged-at"] / 10**6 - time.time()) < 60
    assert abs(staged["expires"] / 10**6 - time.time() - 3600) < 60
    assert not staged["stale"]
    assert staged["load-method"] == "file"


def test_digests_are_those_of_the_files(machine: Machine, alice: Caller) -> None:
    files = alice.call("Stage", "", {})["files"]
    assert [(file["role"], file["path"]) for file in files] == [
        ("kernel", f"/boot/vmlinuz-{NEW}"), ("initrd", f"/boot/initrd.img-{NEW}")]
    for file in files:
        contents = machine.path(file["path"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(contents).hexdigest()
        assert file["size"] == len(contents)


def test_what_is_loaded_is_a_sealed_copy(machine: Machine, alice: Caller) -> None:
    alice.call("Stage", "", {})
    assert machine.kernel.source.startswith("/memfd:")
    assert machine.kernel.image == make_kernel(NEW)
    assert machine.kernel.initrd == make_initrd(f"initrd of {NEW}")
    assert machine.kernel.cmdline == CMDLINE


def test_entry_without_initrd(machine: Machine, alice: Caller) -> None:
    machine.path(f"boot/initrd.img-{NEW}").unlink()
    staged = alice.call("Stage", "", {})
    assert machine.kernel.initrd is None
    assert "no-initrd" in codes(staged["findings"])


def test_append_and_cmdline(machine: Machine, root: Caller) -> None:
    root.call("Stage", "", options(append="systemd.unit=rescue.target"))
    assert machine.kernel.cmdline == f"{CMDLINE} systemd.unit=rescue.target"
    root.call("Stage", OLD, options(cmdline="root=/dev/sda9"))
    assert machine.kernel.cmdline == "root=/dev/sda9"
    assert machine.kernel.image == make_kernel(OLD)


def test_root_may_keep_an_image_for_ever(machine: Machine, root: Caller) -> None:
    assert root.call("Stage", "", {})["expires"] == 0


def test_each_staging_has_an_id_of_its_own(machine: Machine, alice: Caller) -> None:
    first = alice.call("Stage", "", {})
    second = alice.call("Stage", "", {})
    assert first["stage-id"] != second["stage-id"]
    assert machine.kernel.loads == 2


def test_stage_id_replaces_only_what_the_caller_means(machine: Machine, alice: Caller) -> None:
    first = alice.call("Stage", "", {})
    second = alice.call("Stage", "", options(stage_id=first["stage-id"]))
    error = alice.error("Stage", "", options(stage_id=first["stage-id"]))
    assert error.name == contract.ERROR + "StageChanged"
    assert alice.error("Unstage", options(stage_id=first["stage-id"])).name == error.name
    assert alice.call("GetStaged", {}) == second
    alice.call("Unstage", options(stage_id=second["stage-id"]))
    assert not machine.kernel.is_loaded


def test_stage_id_of_nothing(machine: Machine, alice: Caller) -> None:
    assert alice.error("Stage", "", options(stage_id="x")).name == contract.ERROR + "NotStaged"


def test_unstage_empties_the_slot_and_forgets(machine: Machine, alice: Caller) -> None:
    alice.call("Stage", "", {})
    alice.call("Unstage", {})
    assert not machine.kernel.is_loaded
    assert machine.record() == {}
    assert alice.get("Staged") == {}
    assert alice.get("State") == "idle"


def test_failed_unload_keeps_everything(machine: Machine, alice: Caller) -> None:
    staged = alice.call("Stage", "", {})
    machine.kernel.fail("unload", errno.EPERM)
    assert alice.error("Unstage", {}).name == contract.ERROR + "PolicyRefused"
    assert alice.call("GetStaged", {}) == staged


def test_record_is_for_root_alone(machine: Machine, alice: Caller) -> None:
    alice.call("Stage", "", {})
    assert (machine.runtime / "staged").stat().st_mode & 0o077 == 0
    assert machine.runtime.stat().st_mode & 0o077 == 0


def test_policy_that_refuses_copies_gets_the_originals(machine: Machine, alice: Caller) -> None:
    """IMA, LoadPin, IPE and SELinux judge files; those of a trusted entry are tried once."""
    machine.kernel.fail("memfd", errno.EACCES)
    alice.call("Stage", "", {})
    assert machine.kernel.source == str(machine.path(f"boot/vmlinuz-{NEW}"))
    assert machine.kernel.image == make_kernel(NEW)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_policy_that_refuses_copies_of_a_callers_files(number: int, machine: Machine,
                                                       root: Caller) -> None:
    machine.kernel.fail("memfd", number)
    with pytest.raises(BusError, match="PolicyRefused"):
        root.stage_files(machine.write("kernel", make_kernel(NEW)))
    assert not machine.kernel.is_loaded


def test_policy_that_refuses_copies_of_an_untrusted_entry(machine: Machine, root: Caller) -> None:
    machine.refuse_mounts("It is on a stick")
    machine.kernel.fail("memfd", errno.EACCES)
    assert root.error("Stage", "", {}).name == contract.ERROR + "PolicyRefused"


def test_entry_that_becomes_untrusted_before_it_is_opened(machine: Machine, callers: object,
                                                          alice: Caller) -> None:
    """Whoever was authorized for a trusted entry does not get an untrusted one."""
    machine.kernel.hold("before-load")
    call = alice.begin("Stage", "", {})
    machine.kernel.wait_held("before-load")
    machine.refuse_mounts("It is on a stick")
    machine.kernel.release("before-load")
    call.result()  # it was opened and judged before
    assert alice.error("Stage", "", {}).name == contract.CHALLENGE


def test_can_stage_says_what_stands_in_the_way(machine: Machine, alice: Caller,
                                               mallory: Caller) -> None:
    assert alice.call("CanStage", "") == ("yes", "")
    assert alice.call("CanStage", OLD)[0] == "challenge"
    assert mallory.call("CanStage", "")[0] == "no"
    machine.write("proc/sys/kernel/kexec_load_disabled", "1\n")
    answer, reason = alice.call("CanStage", "")
    assert answer == "na"
    assert "disabled" in reason


def test_progress_goes_through_the_phases(machine: Machine, root: Caller, alice: Caller) -> None:
    root.call("Stage", "", {})
    signals = root.signals("StageProgress")
    assert list(dict.fromkeys(phase for phase, _, _ in signals)) == ["copy", "check", "load"]
    size = len(make_kernel(NEW)) + len(make_initrd(f"initrd of {NEW}"))
    assert all(done <= total == size for _, done, total in signals)
    assert alice.signals("StageProgress") == []


def test_progress_is_addressed_to_the_caller(machine: Machine, root: Caller,
                                             monitor: Monitor) -> None:
    monitor.messages()
    root.call("Stage", "", {})
    signals = [message for message in monitor.messages() if message.member == "StageProgress"]
    assert signals
    assert {signal.destination for signal in signals} == {root.name}


def test_configuration_is_read_again(machine: Machine, alice: Caller) -> None:
    machine.configure(f"Entry={OLD}")
    assert alice.call("Stage", "", {})["id"] == OLD


def test_configuration_that_others_can_write_is_ignored(machine: Machine, alice: Caller) -> None:
    machine.path("etc/kexecd/kexecd.conf").chmod(0o666)
    assert alice.error("Stage", "", {}).name == contract.CHALLENGE

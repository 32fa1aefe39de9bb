# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files that change after staging are staged again if that was authorized, else refused."""

from __future__ import annotations

from . import contract
from .caller import Caller, options
from .login import Login
from .machine import NEW, OLD, Machine, make_initrd, make_kernel

STALE = contract.ERROR + "Stale"


def rebuild_initrd(machine: Machine, release: str = NEW) -> bytes:
    rebuilt = make_initrd("rebuilt")
    machine.write(f"boot/initrd.img-{release}", rebuilt)
    return rebuilt


def test_staged_says_that_it_is_stale(machine: Machine, alice: Caller) -> None:
    alice.call("Stage", "", {})
    assert not alice.get("Staged")["stale"]
    rebuild_initrd(machine)
    assert alice.get("Staged")["stale"]
    assert alice.call("GetStaged", {})["stale"]


def test_default_is_staged_again(machine: Machine, alice: Caller, login: Login) -> None:
    before = alice.call("Stage", "", {})
    rebuilt = rebuild_initrd(machine)
    alice.call("Execute", options(stage_id=before["stage-id"]))
    assert machine.kernel.initrd == rebuilt
    assert login.reboots == [3]
    staged = alice.get("Staged")
    assert staged["stage-id"] != before["stage-id"]
    assert (staged["staged-by"], staged["stale"]) == (alice.user.uid, False)


def test_kernel_that_was_replaced_is_staged_again(machine: Machine, alice: Caller,
                                                  login: Login) -> None:
    alice.call("Stage", "", {})
    machine.write(f"boot/vmlinuz-{NEW}", make_kernel(NEW, signed=True))
    alice.call("Execute", {})
    assert machine.kernel.image == make_kernel(NEW, signed=True)


def test_other_entry_is_refused(machine: Machine, root: Caller, login: Login) -> None:
    root.call("Stage", OLD, {})
    rebuild_initrd(machine, OLD)
    assert root.error("Execute", {}).name == STALE
    assert login.reboots == []
    assert root.get("State") == "staged"


def test_default_with_another_command_line_is_refused(machine: Machine, alice: Caller,
                                                      login: Login) -> None:
    alice.call("Stage", "", {})
    rebuild_initrd(machine)
    machine.write("etc/kernel/cmdline", "root=/dev/sdb1\n")
    assert alice.error("Execute", {}).name == STALE
    assert login.reboots == []


def test_entry_that_is_no_default_any_more_is_refused(machine: Machine, alice: Caller) -> None:
    alice.call("Stage", "", {})
    rebuild_initrd(machine)
    machine.configure(f"Entry={OLD}")
    assert alice.error("Execute", {}).name == STALE


def test_entry_that_became_untrusted_is_refused(machine: Machine, alice: Caller) -> None:
    alice.call("Stage", "", {})
    rebuild_initrd(machine)
    machine.path(f"boot/initrd.img-{NEW}").chmod(0o666)
    assert alice.error("Execute", {}).name == STALE


def test_entry_that_is_gone_is_refused(machine: Machine, alice: Caller) -> None:
    """A kernel that was removed has no modules any more."""
    alice.call("Stage", "", {})
    machine.path(f"boot/vmlinuz-{NEW}").unlink()
    assert alice.error("Execute", {}).name == STALE


def test_new_files_that_are_broken_are_refused(machine: Machine, alice: Caller,
                                               login: Login) -> None:
    alice.call("Stage", "", {})
    machine.write(f"boot/initrd.img-{NEW}", b"Half an initrd\n")
    error = alice.error("Execute", {})
    assert error.name == contract.ERROR + "InvalidInitrd"
    assert "cannot be staged again" in error.message
    assert machine.kernel.initrd == make_initrd(f"initrd of {NEW}")
    assert alice.get("State") == "staged"
    assert login.reboots == []


def test_custom_entry_is_refused_as_well(machine: Machine, root: Caller, login: Login) -> None:
    root.call("Stage", "", options(append="single"))
    rebuild_initrd(machine)
    assert root.error("Execute", {}).name == STALE


def test_files_of_a_caller_are_never_stale(machine: Machine, root: Caller, login: Login) -> None:
    kernel = machine.write("kernel", make_kernel(NEW))
    root.stage_files(kernel)
    kernel.unlink()
    assert not root.get("Staged")["stale"]
    root.call("Execute", {})
    assert login.reboots == [3]


def test_untouched_files_are_not_staged_again(machine: Machine, alice: Caller) -> None:
    alice.call("Stage", "", {})
    alice.call("Execute", {})
    assert machine.kernel.loads == 1

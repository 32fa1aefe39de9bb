# SPDX-License-Identifier: LGPL-2.1-or-later
"""LoadMethod=kexec-tools: what its program is given, and what becomes of its failures."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from . import contract
from .caller import Caller, options
from .machine import CMDLINE, NEW, OLD, Machine, make_initrd, make_kernel
from .test_schedule import IN_AN_HOUR

# Does what the real one would, and notes how it was run. It stands in the machine's /usr/sbin.
PROGRAM = r"""#!/bin/sh
root=${0%/usr/sbin/kexec}
out=$root/test-kernel
for argument; do printf '%s\n' "$argument"; done >"$out/argv"
tr '\0' '\n' <"/proc/$$/environ" >"$out/environ"
ls "/proc/$$/fd" >"$out/fds"
cat /proc/self/fd/3 >"$out/image/kernel"
[ ! -e /proc/self/fd/4 ] || cat /proc/self/fd/4 >"$out/image/initrd"
"""
GOOD = PROGRAM + 'echo 1 >"$root/sys/kernel/kexec_loaded"\n'


def install(machine: Machine, text: str, mode: int = 0o755) -> Path:
    path = machine.write("usr/sbin/kexec", text)
    path.chmod(mode)
    return path


@pytest.fixture
def machine(machine: Machine) -> Machine:
    """A machine whose kernel has only kexec_load, and whose administrator knows."""
    machine.kernel.lack_file_load()
    machine.configure("Entry=auto\nLoadMethod=kexec-tools")
    install(machine, GOOD)
    return machine


def told(machine: Machine, name: str) -> list[str]:
    return machine.path(f"test-kernel/{name}").read_text().splitlines()


def test_what_the_program_gets(machine: Machine, alice: Caller) -> None:
    staged = alice.call("Stage", "", {})
    assert told(machine, "argv") == ["--kexec-syscall", "--load", f"--command-line={CMDLINE}",
                                     "/proc/self/fd/3", "--initrd=/proc/self/fd/4"]
    assert told(machine, "environ") == ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C"]
    assert {"0", "1", "2", "3", "4"} >= {fd for fd in told(machine, "fds") if int(fd) < 10}
    assert machine.kernel.image == make_kernel(NEW)
    assert machine.kernel.initrd == make_initrd(f"initrd of {NEW}")
    assert machine.kernel.loads == 0  # by the other call
    assert staged["load-method"] == "kexec-tools"
    assert machine.record()["LoadMethod"] == "kexec-tools"
    assert alice.call("GetStaged", {})["load-method"] == "kexec-tools"


def test_without_an_initrd_and_unstaged(machine: Machine, root: Caller) -> None:
    """The command line is one argument, whatever is in it."""
    cmdline = "root=/dev/vda1 a='b c' $(reboot) `id` ; --type=x"
    root.stage_files(machine.path(f"boot/vmlinuz-{NEW}"), cmdline=cmdline)
    assert told(machine, "argv")[2:] == [f"--command-line={cmdline}", "/proc/self/fd/3"]
    root.call("Unstage", {})
    assert not machine.kernel.is_loaded and machine.kernel.unloads == 1


def test_the_other_method_is_named(machine: Machine, root: Caller) -> None:
    machine.configure("Entry=auto")
    error = root.error("Stage", "", {})
    assert error.name == contract.ERROR + "NotSupported"
    assert "LoadMethod=kexec-tools" in error.message


FAILURES = {
    "says why": ("echo 'kexec_load failed: Operation not permitted' >&2; echo more >&2; exit 1",
                 "kexec_load failed: Operation not permitted more'; see LoadMethod="),
    "dumps a lot": ("echo 'kexec_load failed: Operation not permitted' >&2;"
                    " for i in $(seq 100); do echo segment[$i].buf = 0x7f >&2; done; exit 1",
                    "kexec_load failed: Operation not permitted"),
    "says nothing": ("exit 3", "failed with status 3; see LoadMethod="),
    "says too much": ("yes | head -c 300000 | tr -d '\\n' >&2; exit 1", "yyyy"),
    "says bad things": (r"printf '\033[31mred\n' >&2; exit 1", "[31mred"),
    "crashes": ("kill -SEGV $$", "signal 11"),
    "lies": ("exit 0", "nothing is loaded"),
}


@pytest.mark.parametrize("how", FAILURES)
def test_failures(machine: Machine, root: Caller, how: str) -> None:
    """One sentence that can be shown, and the machine is as it was."""
    what, words = FAILURES[how]
    install(machine, PROGRAM + what + "\n")
    error = root.error("Stage", "", {})
    assert error.name == contract.ERROR + "Failed"
    assert words in error.message and len(error.message) < 900
    assert "\n" not in error.message and "\x1b" not in error.message
    assert root.get("State") == "idle"
    assert machine.record() == {}


def expect_empty(machine: Machine, root: Caller) -> None:
    """Nothing that could be booted, and nothing that says that there is."""
    assert not machine.kernel.is_loaded
    assert machine.record() == {}
    assert (root.get("State"), root.get("Staged")) == ("idle", {})


@pytest.mark.parametrize("end", ["exit 1", "kill -KILL $$"])
def test_failure_after_it_has_loaded(end: str, machine: Machine, root: Caller) -> None:
    install(machine, GOOD + end + "\n")
    error = root.error("Stage", "", {})
    assert error.message.endswith("; nothing is staged now")
    assert machine.kernel.unloads == 1
    expect_empty(machine, root)


def test_failure_in_the_place_of_another(machine: Machine, root: Caller) -> None:
    """Which of the two is loaded then cannot be told."""
    root.call("Stage", OLD, {})
    root.call("Execute", options(when=IN_AN_HOUR))
    install(machine, PROGRAM + "exit 1\n")
    error = root.error("Stage", NEW, {})
    assert error.message.endswith("; nothing is staged now")
    expect_empty(machine, root)
    assert root.get("Scheduled") == {}


def test_failure_that_cannot_be_unloaded(machine: Machine, root: Caller) -> None:
    """Then it is nobody's, and not taken for what was staged before."""
    root.call("Stage", OLD, {})
    install(machine, PROGRAM + "exit 1\n")
    machine.kernel.fail("unload", errno.EBUSY)
    error = root.error("Stage", NEW, {})
    assert "kexecctl unstage" in error.message
    assert machine.record() == {}
    assert root.get("State") == "foreign"


def test_nothing_to_let_go(machine: Machine, root: Caller) -> None:
    install(machine, PROGRAM + "exit 1\n")
    assert "nothing is staged now" not in root.error("Stage", "", {}).message
    assert machine.kernel.unloads == 0


def test_what_was_staged_stays_where_it_is_not_run(machine: Machine, root: Caller) -> None:
    before = root.call("Stage", OLD, {})
    machine.path("usr/sbin/kexec").unlink()
    root.error("Stage", NEW, {})
    assert root.call("GetStaged", {}) == before


def refused_early(machine: Machine, root: Caller, name: str, word: str) -> None:
    """Before anything is looked at or run."""
    error = root.error("Stage", "", {})
    assert error.name == contract.ERROR + name
    assert word in error.message
    assert not machine.path("test-kernel/argv").exists()


def test_no_program(machine: Machine, root: Caller) -> None:
    machine.path("usr/sbin/kexec").unlink()
    refused_early(machine, root, "NotSupported", "install kexec-tools")


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o644])
def test_program_of_others(machine: Machine, root: Caller, mode: int) -> None:
    machine.path("usr/sbin/kexec").chmod(mode)
    refused_early(machine, root, "NotSupported", "/usr/sbin/kexec")


def test_program_that_another_owns(machine: Machine, root: Caller) -> None:
    os.chown(machine.path("usr/sbin/kexec"), 1234, -1)
    refused_early(machine, root, "NotSupported", "chown root")


def test_program_in_a_directory_of_others(machine: Machine, root: Caller) -> None:
    machine.path("usr/sbin").chmod(0o777)
    refused_early(machine, root, "NotSupported", "chmod go-w")


def test_locked_down(machine: Machine, root: Caller) -> None:
    machine.write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n")
    refused_early(machine, root, "Lockdown", "locked down")

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Why nothing can be staged on this machine now, told beforehand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from . import contract
from .caller import Caller
from .login import Login
from .machine import NEW, Machine, make_kernel
from .wait import wait_for

# code → what makes it so, its severity, and the error of a Stage
OBSTACLES: dict[str, tuple[Callable[[Machine], object], str, str | None]] = {
    "no-kexec-file-load": (lambda machine: machine.kernel.lack_file_load(),
                           "blocker", "NotSupported"),
    "no-capability": (lambda machine: machine.write("proc/self/status", "CapEff: 0000000000000000"),
                      "blocker", "NotSupported"),
    "load-disabled": (lambda machine: machine.write("proc/sys/kernel/kexec_load_disabled", "1\n"),
                      "blocker", "LoadDisabled"),
    "load-limit-reached": (
        lambda machine: machine.write("proc/sys/kernel/kexec_load_limit_reboot", "0\n"),
        "blocker", "LoadLimitReached"),
    "lockdown": (lambda machine: machine.write("sys/kernel/security/lockdown",
                                               "none integrity [confidentiality]\n"),
                 "warning", "SignatureMissing"),
}

CONTAINERS: dict[str, Callable[[Machine], object]] = {
    "user namespace": lambda machine: machine.write("proc/self/uid_map", "0 100000 65536\n"),
    "systemd's note": lambda machine: machine.write("run/systemd/container", "lxc"),
    "podman's note": lambda machine: machine.write("run/.containerenv", ""),
    "docker's note": lambda machine: machine.write(".dockerenv", ""),
}


def codes(caller: Caller) -> list[str]:
    return [finding["code"] for finding in caller.get("Obstacles")]


def test_none(machine: Machine, mallory: Caller) -> None:
    assert mallory.get("Obstacles") == []


@pytest.mark.parametrize("code", OBSTACLES)
def test_obstacle(code: str, machine: Machine, alice: Caller, mallory: Caller) -> None:
    """It is read afresh each time, and tells everyone what a Stage would."""
    happen, severity, error = OBSTACLES[code]
    happen(machine)
    finding, = mallory.get("Obstacles")
    assert (finding["code"], finding["severity"]) == (code, severity)
    assert len(finding["text"].split()) > 5
    assert alice.error("Stage", "", {}).name == f"{contract.ERROR}{error}"
    assert machine.kernel.loads == 0


@pytest.mark.parametrize("kind", CONTAINERS)
def test_container(kind: str, machine: Machine, root: Caller) -> None:
    CONTAINERS[kind](machine)
    assert codes(root) == ["container"]
    assert root.error("Stage", "", {}).name == contract.ERROR + "NotSupported"


def test_several_obstacles_are_all_told(machine: Machine, root: Caller) -> None:
    machine.kernel.lack_file_load()
    machine.write("proc/sys/kernel/kexec_load_disabled", "1\n")
    machine.write(".dockerenv", "")
    assert sorted(codes(root)) == ["container", "load-disabled", "no-kexec-file-load"]


def test_lockdown_lets_signed_kernels_through(machine: Machine, root: Caller) -> None:
    machine.write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n")
    machine.write(f"boot/vmlinuz-{NEW}", make_kernel(NEW, signed=True))
    root.call("Stage", "", {})


def test_machine_that_knows_no_lockdown(machine: Machine, root: Caller) -> None:
    machine.path("sys/kernel/security/lockdown").unlink()
    assert root.get("Obstacles") == []
    root.call("Stage", "", {})


def test_obstacle_is_an_answer_of_check(machine: Machine, alice: Caller) -> None:
    machine.write("proc/sys/kernel/kexec_load_disabled", "1\n")
    ok, findings = alice.call("Check", "", {})
    assert not ok
    assert "load-disabled" in [finding["code"] for finding in findings]


def test_no_back_end_is_a_warning(machine: Machine, login: Login, alice: Caller) -> None:
    login.vanish()
    wait_for(lambda: codes(alice) == ["no-reboot-backend"], "the obstacle")
    alice.call("Stage", "", {})


def test_limit_counts_down_to_an_obstacle(machine: Machine, alice: Caller) -> None:
    machine.write("proc/sys/kernel/kexec_load_limit_reboot", "2\n")
    alice.call("Stage", "", {})
    assert codes(alice) == []
    alice.call("Stage", "", {})
    assert codes(alice) == ["load-limit-reached"]
    assert alice.error("Stage", "", {}).name == contract.ERROR + "LoadLimitReached"
    assert alice.get("State") == "staged"


def test_memory(machine: Machine, alice: Caller) -> None:
    """An image is in memory twice while it is loaded."""
    size = sum(len(machine.path(f"boot/{name}-{NEW}").read_bytes())
               for name in ("vmlinuz", "initrd.img"))
    machine.write("proc/meminfo", f"MemAvailable: {2 * size // 1024 - 1} kB\n")
    assert alice.error("Stage", "", {}).name == contract.ERROR + "OutOfMemory"
    machine.write("proc/meminfo", f"MemAvailable: {2 * size // 1024 + 1} kB\n")
    alice.call("Stage", "", {})


def test_memory_that_is_not_told_is_enough(machine: Machine, alice: Caller) -> None:
    machine.write("proc/meminfo", "MemTotal: 8000000 kB\n")
    alice.call("Stage", "", {})

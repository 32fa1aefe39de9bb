# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hardware that is known to come up badly is named by Check and by Stage, which go on."""

from __future__ import annotations

import pytest

from . import contract
from .caller import Caller
from .machine import Machine

CODE = "hardware-known-bad"


@pytest.fixture
def machine(machine: Machine) -> Machine:
    """A machine with the list that is installed, and a network card that is in it."""
    machine.write("usr/lib/kexecd/hardware.conf",
                  (contract.SOURCE / "data/hardware.conf").read_text())
    driver = machine.path("sys/bus/pci/drivers/mlx5_core")
    driver.mkdir(parents=True)
    (driver / "0000:01:00.0").symlink_to("../../../../devices/pci0000:00/0000:01:00.0")
    return machine


def subjects(findings: list[dict[str, str]]) -> list[str]:
    return [finding["subject"] for finding in findings if finding["code"] == CODE]


def test_it_is_named(machine: Machine, alice: Caller) -> None:
    ok, findings = alice.call("Check", "", {})
    assert (ok, subjects(findings)) == (True, ["mlx5_core"])
    finding = next(finding for finding in findings if finding["code"] == CODE)
    assert (finding["severity"], finding["args"]["driver"]) == ("warning", "mlx5_core")
    assert subjects(alice.call("Stage", "", {})["findings"]) == ["mlx5_core"]
    assert machine.kernel.is_loaded


def test_it_can_be_switched_off(machine: Machine, alice: Caller) -> None:
    machine.write("etc/kexecd/hardware.conf.d/own.conf", "[mlx5]\nEnabled=no\n")
    assert subjects(alice.call("Check", "", {})[1]) == []


def test_it_can_be_extended(machine: Machine, alice: Caller) -> None:
    machine.write("sys/class/dmi/id/sys_vendor", "Acme\n")
    machine.write("etc/kexecd/hardware.conf.d/own.conf",
                  "[acme]\nSysVendor=Acme*\nText=it hums; listen to it\n")
    findings = alice.call("Check", "", {})[1]
    assert subjects(findings) == ["mlx5_core", "Acme"]
    assert any("it hums; listen to it" in finding["text"] for finding in findings)

# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a boot loader boots, held against what kexecd says that it would boot."""

from __future__ import annotations

from dataclasses import dataclass

from . import proof
from .client import Json, reboot, staged
from .machine import Machine
from .shell import Shell

STAGE_DEFAULT = "org.kexec.manager.stage-default"

# Words that GRUB and systemd-boot put before an entry's own command line.
ADDED = ("BOOT_IMAGE=", "initrd=")


@dataclass(frozen=True)
class System:
    """What tells one entry's system from another's once it runs."""

    release: str
    cmdline: str


def promised(entry: Json) -> System:
    """What an entry of `kexecctl list` says that comes up."""
    return System(entry["version"], entry["cmdline"])


def facts(entry: Json) -> tuple[str, str, list[str], str]:
    """What an entry is, whatever there is to say about it at the moment."""
    return entry["id"], entry["kernel"], entry["initrds"], entry["cmdline"]


def running(machine: Machine) -> System:
    """What came up."""
    release, cmdline = machine.root.out("uname -r; cat /proc/cmdline").splitlines()
    words = cmdline.split(" ")
    while words[0].startswith(ADDED):
        words.pop(0)
    return System(release, " ".join(words))


def boot_by_loader(machine: Machine) -> System:
    """Let the boot loader boot what it wants, through the firmware."""
    machine.allow_cold_reboot()
    before, mark = proof.current_boot(machine), machine.mark()
    reboot(machine.root, "systemctl reboot")
    proof.assert_cold(machine, before, mark)
    assert proof.firmware_spoke(machine, mark)
    return running(machine)


def boot_staged(machine: Machine, shell: Shell) -> System:
    """Let a user kexec into what is staged."""
    before, mark = proof.current_boot(machine), machine.mark()
    reboot(shell)
    proof.assert_kexeced(machine, before, mark)
    return running(machine)


def stage_default(machine: Machine, entry: Json) -> None:
    """alice stages the default entry, which has to be `entry`, without a password."""
    machine.alice.run("kexecctl stage")
    image = staged(machine.alice)
    assert (image["id"], image["action"]) == (entry["id"], STAGE_DEFAULT)


def codes(entry: Json) -> list[str]:
    return [finding["code"] for finding in entry["findings"]]

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenario 9: files that cannot boot are refused before anything is loaded, and told apart."""

from __future__ import annotations

from .client import Exit, default_entry, slot_is_full, staged
from .machine import Machine

# Documentation/arch/arm64/booting.rst: "ARM\x64" at 56, the size of the image at 16.
ARM64_KERNEL = bytes(16) + (1 << 20).to_bytes(8, "little") + bytes(32) + b"ARM\x64" + bytes(1 << 20)


def test_files_that_cannot_boot(staged_machine: Machine) -> None:
    """Each has its own sentence, and what is staged stays staged."""
    machine, release = staged_machine, staged_machine.image.releases[-1]
    kernel, initrd = f"/boot/vmlinuz-{release}", f"/boot/initrd.img-{release}"
    image = staged(machine.root)
    machine.root.send(ARM64_KERNEL, "cat >/root/arm64")
    machine.root.run(
        "cd /root && yes 'not a kernel' | head -c 1M >text"
        f" && head -c $(($(stat -c %s {kernel}) * 6 / 10)) {kernel} >cut && : >empty"
    )
    sentences = {
        arguments: _refusal(machine, f"kexecctl stage {arguments}")
        for arguments in (
            "--kernel=/root/text",
            f"--kernel={initrd}",
            "--kernel=/root/cut",
            "--kernel=/root/arm64",
            "--kernel=/root/empty",
            f"--kernel={kernel} --initrd=/root/text",
            f"--kernel={kernel} --initrd={kernel}",
        )
    }
    assert len(set(sentences.values())) == len(sentences), sentences
    assert "arm64" in sentences["--kernel=/root/arm64"]
    assert staged(machine.root) == image and slot_is_full(machine)


def test_default_entry_with_a_broken_kernel(machine: Machine) -> None:
    """A kernel whose update was interrupted: check says so, and a reboot does not happen."""
    path = default_entry(machine.alice)["kernel"]
    machine.root.run(f"truncate --size=6M {path}")
    for command in ("check", "stage", "reboot"):
        machine.alice.run(f"kexecctl {command}", code=Exit.REFUSED)
    assert not slot_is_full(machine)


def _refusal(machine: Machine, command: str) -> str:
    """What the command says without the name of the file, which makes any two differ."""
    said = machine.root.run(command, code=Exit.REFUSED).stderr
    return " ".join(word for word in said.split() if "/" not in word)

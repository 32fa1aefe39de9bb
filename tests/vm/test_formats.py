# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every form that a kernel for x86_64 comes in boots, and what would not come up is refused.

guest-images made the files in /root/images, all of them from the newest kernel and its initrd. A
plain bzImage with its one initrd is what the other scenarios boot.
"""

from __future__ import annotations

import json

import pytest

from . import proof
from .client import Exit, Json, default_entry, entries, reboot, slot_is_full, staged, status
from .image import COMMAND_LINE
from .machine import Machine

KERNEL, INITRD = "/boot/vmlinuz-{new}", "/boot/initrd.img-{new}"
PARTS = "--initrd=images/early.cpio --initrd=images/base.img --initrd=images/modules.img"

# What each is staged with, the command line that it then has, and whether it brings the archive
# which the kernel reads early.
FORMATS = {
    "initrds": (f"--kernel={KERNEL} {PARTS}", COMMAND_LINE, True),
    "gzip": (f"--kernel=images/vmlinuz.gz --initrd={INITRD}", COMMAND_LINE, False),
    "uki": ("--kernel=images/plain.efi", f"{COMMAND_LINE} kexecd.uki=plain", False),
}

# What differs too little from these to be booted as well, and its command line.
LOADED = {
    f"--kernel=images/vmlinuz.zst --initrd={INITRD}": COMMAND_LINE,
    "--kernel=images/profiles.efi": f"{COMMAND_LINE} kexecd.uki=main",
    "--kernel=images/profiles.efi --profile=third": f"{COMMAND_LINE} kexecd.uki=third",
    "--kernel=images/profiles.efi --profile=1 --append=quiet": (
        f"{COMMAND_LINE} kexecd.uki=second quiet"
    ),
    "--kernel=images/plain.efi --cmdline=root=/dev/vda": "root=/dev/vda",
}

# Kernel and initrd of what would not come up, and words of the sentence that refuses it.
DOOMED = {
    "modules of another release": (KERNEL, "/boot/initrd.img-{old}", ("{old}", "{new}")),
    "cut initrd": (KERNEL, "cut.img", ("truncated",)),
    "damaged initrd": (KERNEL, "damaged.img", ("damaged",)),
    "initrd without an init": (KERNEL, "images/modules.img", ("/init",)),
    "damaged kernel": ("damaged", INITRD, ("damaged", "kernel")),
}

# One bit of a kernel is wrong in the middle of its payload, one of an initrd in what is compressed.
MAKE_DOOMED = """
flip() { perl -0777 -pe "substr(\\$_, length() / 2, 1) ^= chr 1" "$1" >"$2"; }
flip /boot/vmlinuz-{new} damaged
flip /boot/initrd.img-{new} damaged.img
head -c $(($(stat -c %s /boot/initrd.img-{new}) * 6 / 10)) /boot/initrd.img-{new} >cut.img
"""


@pytest.mark.parametrize("form", FORMATS)
def test_boots(machine: Machine, form: str) -> None:
    arguments, cmdline, early = FORMATS[form]
    machine.root.run(f"kexecctl stage {_named(machine, arguments)}")
    _arrive(machine, cmdline, early=early)


def test_loads(machine: Machine) -> None:
    """One after another: the kernel takes each, in place of the one before."""
    for arguments, cmdline in LOADED.items():
        command = _named(machine, f"kexecctl stage --json {arguments}")
        result = json.loads(machine.root.out(command))
        assert result["cmdline"] == cmdline
        assert result["release"] == machine.image.releases[-1]
        assert slot_is_full(machine)


def test_entry_with_profiles(machine: Machine) -> None:
    """A unified kernel image in /boot is an entry for each of its profiles."""
    path = f"/boot/vmlinuz-{machine.image.releases[-1]}-uki"
    machine.root.run(f"cp images/profiles.efi {path}")
    found = {entry["id"]: entry for entry in entries(machine.root) if entry["kernel"] == path}
    first = min(found, key=len)
    assert set(found) == {first, f"{first}@second", f"{first}@third"}
    assert "The other way" in found[f"{first}@second"]["title"]
    for name, word in ((first, "main"), (f"{first}@third", "third")):
        assert found[name]["cmdline"] == f"{COMMAND_LINE} kexecd.uki={word}"

    machine.root.run(f"kexecctl stage {first}@second")
    assert staged(machine.root)["id"] == f"{first}@second"
    _arrive(machine, f"{COMMAND_LINE} kexecd.uki=second", early=True)


def test_profile_that_is_not_there(staged_machine: Machine) -> None:
    """Nothing else is booted in its place, and the sentence names what could be."""
    machine, image = staged_machine, staged(staged_machine.root)
    command = "kexecctl stage --kernel=images/profiles.efi --profile=fourth"
    done = machine.root.run(command, code=Exit.USAGE)
    assert all(name in done.stderr for name in ("fourth", "main", "second", "third"))
    assert staged(machine.root) == image and slot_is_full(machine)


def test_what_would_not_come_up(staged_machine: Machine) -> None:
    """Each is refused in its own words, and what is staged stays; kexec-tools loads them all."""
    machine, image = staged_machine, staged(staged_machine.root)
    machine.root.run(_named(machine, MAKE_DOOMED))
    sentences = set()
    for kernel, initrd, words in DOOMED.values():
        command = _named(machine, f"kexecctl stage --kernel={kernel} --initrd={initrd}")
        said = machine.root.run(command, code=Exit.REFUSED).stderr
        assert all(_named(machine, word) in said for word in words), said
        sentences.add(said)
    assert len(sentences) == len(DOOMED), sentences
    assert staged(machine.root) == image and slot_is_full(machine)

    for kernel, initrd, _ in DOOMED.values():
        machine.root.run("kexec -s -u")
        machine.root.run(_named(machine, f"kexec -s -l {kernel} --initrd={initrd} --reuse-cmdline"))
        assert slot_is_full(machine)


def test_kexec_tools_know_no_unified_images(plain_machine: Machine) -> None:
    """What Debian's kexec-tools make of the forms above: the bzImage is all that they load."""
    root = plain_machine.root
    for name in ("plain.efi", "vmlinuz.gz", "vmlinuz.zst"):
        for how in ("-s -l", "-l"):
            done = root.run(f"kexec {how} images/{name} --reuse-cmdline", code=255)
            assert "Cannot determine the file type" in done.stderr
    assert not slot_is_full(plain_machine)


@pytest.mark.parametrize("damage", ["wrong release", "cut initrd", "damaged kernel"])
def test_no_reboot_into_what_would_hang(machine: Machine, damage: str) -> None:
    """The same for the default entry: no command ends in a reboot, not even a cold one."""
    before, mark = proof.current_boot(machine), machine.mark()
    kernel, initrd = default_entry(machine.alice)["kernel"], INITRD
    code, command = {
        "wrong release": ("initrd-other-release", f"cp /boot/initrd.img-{{old}} {initrd}"),
        "cut initrd": ("initrd-truncated", f"truncate --size=3M {initrd}"),
        "damaged kernel": ("kernel-malformed", f"{MAKE_DOOMED} cp damaged {kernel}"),
    }[damage]
    machine.root.run(_named(machine, command))
    check = machine.alice.run("kexecctl check --json", code=Exit.REFUSED)
    assert code in _blockers(json.loads(check.stdout))
    machine.alice.run("kexecctl reboot", code=Exit.REFUSED)
    assert not slot_is_full(machine)
    proof.assert_still_up(machine, before, mark)


def _named(machine: Machine, text: str) -> str:
    """`text` with the releases of this machine's kernels in their places."""
    for name, release in zip(("{old}", "{new}"), machine.image.releases):
        text = text.replace(name, release)
    return text


def _arrive(machine: Machine, cmdline: str, *, early: bool) -> None:
    """Reboot into what is staged, and hold everything that is known about it against what came."""
    before, mark = proof.current_boot(machine), machine.mark()
    reboot(machine.root)
    after = proof.assert_kexeced(machine, before, mark)
    assert after.release == machine.image.releases[-1]
    assert machine.root.out("cat /proc/cmdline") == cmdline
    assert status(machine.root)["LastExecution"]["result"] == "arrived"
    # The kernel looks for tables in an uncompressed archive at the very beginning, nowhere else.
    table = "SSDT ACPI table found in initrd [kernel/firmware/acpi/test.aml]"
    assert (table in machine.root.out("journalctl --boot --dmesg --output=cat")) == early


def _blockers(check: Json) -> list[str]:
    return [item["code"] for item in check["findings"] if item["severity"] == "blocker"]

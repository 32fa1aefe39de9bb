# SPDX-License-Identifier: LGPL-2.1-or-later
"""What kernels and initrds are made of: unwrapped, put together, and refused if they cannot boot."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from . import contract
from .caller import Caller, options
from .machine import (
    CMDLINE,
    NEW,
    OLD,
    Machine,
    joined,
    make_cpio,
    make_initrd,
    make_kernel,
    make_uki,
)
from .wait import wait_for

MICROCODE = make_cpio({"kernel/x86/microcode/GenuineIntel.bin": b"microcode"})


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests(staged: dict[str, Any]) -> list[str]:
    """What the record says of each file."""
    return [file["sha256"] for file in staged["files"]]


def codes(findings: list[dict[str, object]]) -> list[object]:
    return [finding["code"] for finding in findings]


@pytest.fixture
def kernel(machine: Machine) -> Path:
    return machine.write("files/kernel", make_kernel(NEW))


# Kernels in other files

@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_compressed_kernels_are_unpacked(machine: Machine, root: Caller,
                                         pack: Callable[[bytes], bytes]) -> None:
    staged = root.stage_files(machine.write("files/kernel", pack(make_kernel(NEW))))
    assert machine.kernel.image == make_kernel(NEW)
    assert staged["release"] == NEW
    assert "kernel-wrapped" in codes(staged["findings"])


def test_compressed_kernel_that_is_cut_short(machine: Machine, root: Caller) -> None:
    contents = gzip.compress(make_kernel(NEW))
    path = machine.write("files/kernel", contents[:-100])
    with open(path, "rb") as file:
        error = root.error("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[file.fileno()])
    assert error.name == contract.ERROR + "InvalidImage"
    assert machine.kernel.loads == 0


def test_damage_in_the_payload_is_seen(machine: Machine, alice: Caller) -> None:
    """The header is whole, and the kernel would stop on a black screen."""
    contents = bytearray(make_kernel(NEW))
    middle = contents.index(b"\x1f\x8b") + 40
    contents[middle] ^= 0x10
    machine.write(f"boot/vmlinuz-{NEW}", bytes(contents))
    error = alice.error("Stage", "", {})
    assert error.name == contract.ERROR + "InvalidImage"
    assert machine.kernel.loads == 0


# Unified kernel images

def test_uki_brings_everything(machine: Machine, root: Caller) -> None:
    initrd = make_initrd("inside", release=NEW)
    uki = make_uki(make_kernel(NEW), cmdline="root=/dev/vdb ro", initrd=initrd, ucode=MICROCODE)
    staged = root.stage_files(machine.write("files/uki.efi", uki), cmdline="")
    assert machine.kernel.image == make_kernel(NEW)
    assert machine.kernel.source.startswith("/memfd:")
    assert machine.kernel.initrd == joined(MICROCODE, initrd)
    assert machine.kernel.cmdline == staged["cmdline"] == "root=/dev/vdb ro"
    assert staged["release"] == NEW


def test_uki_with_more_initrds_and_another_command_line(machine: Machine, root: Caller) -> None:
    inside, more = make_initrd("inside", packed=True), make_initrd("more", packed=True)
    uki = machine.write("files/uki.efi", make_uki(make_kernel(NEW), cmdline="quiet", initrd=inside))
    root.stage_files(uki, machine.write("files/more", more), cmdline="root=/dev/vdc")
    assert machine.kernel.initrd == joined(more, inside)
    assert machine.kernel.cmdline == "root=/dev/vdc"


def test_uki_profile(machine: Machine, root: Caller) -> None:
    uki = machine.write("files/uki.efi", make_uki(
        make_kernel(NEW), cmdline="root=/dev/vdb quiet", initrd=make_initrd("inside"),
        profiles={"main": None, "debug": "root=/dev/vdb debug"}))
    root.stage_files(uki, cmdline="", profile="debug")
    assert machine.kernel.cmdline == "root=/dev/vdb debug"
    root.stage_files(uki, cmdline="", profile="0")
    assert machine.kernel.cmdline == "root=/dev/vdb quiet"
    with open(uki, "rb") as file:
        error = root.error("StageFiles", 0, [], "", options(profile="nobody"), fds=[file.fileno()])
    assert error.name == contract.ERROR + "InvalidArgument"
    assert "debug" in error.message


def test_profile_of_something_else(machine: Machine, root: Caller, kernel: Path) -> None:
    with open(kernel, "rb") as file:
        error = root.error("StageFiles", 0, [], "quiet", options(profile="debug"),
                           fds=[file.fileno()])
    assert error.name == contract.ERROR + "InvalidArgument"
    assert machine.kernel.loads == 0


def test_uki_in_boot_is_an_entry_a_profile(machine: Machine, alice: Caller, root: Caller) -> None:
    for name in ("vmlinuz", "initrd.img"):
        machine.path(f"boot/{name}-{NEW}").unlink()
    initrd = make_initrd("inside", release=NEW)
    machine.write(f"boot/vmlinuz-{NEW}.efi", make_uki(
        make_kernel(NEW), cmdline="root=/dev/vdb quiet", initrd=initrd,
        profiles={"main": None, "debug": "root=/dev/vdb debug"}))
    entries = {entry["id"]: entry for entry in alice.call("ListEntries", {})}
    default, = [name for name, entry in entries.items() if entry["default"]]
    assert entries[default]["cmdline"] == "root=/dev/vdb quiet"
    assert entries[f"{default}@debug"]["cmdline"] == "root=/dev/vdb debug"

    alice.call("Stage", "", {})
    assert (machine.kernel.image, machine.kernel.initrd) == (make_kernel(NEW), initrd)
    assert machine.kernel.cmdline == "root=/dev/vdb quiet"
    assert alice.error("Stage", f"{default}@debug", {}).name == contract.CHALLENGE
    staged = root.call("Stage", f"{default}@debug", {})
    assert (staged["id"], machine.kernel.cmdline) == (f"{default}@debug", "root=/dev/vdb debug")
    root.call("Stage", f"{default}@main", {})
    assert machine.kernel.cmdline == "root=/dev/vdb quiet"


def test_addons_of_a_uki(machine: Machine, alice: Caller) -> None:
    for name in ("vmlinuz", "initrd.img"):
        machine.path(f"boot/{name}-{NEW}").unlink()
    initrd, more = make_initrd("inside", packed=True), make_initrd("more", packed=True)
    path = f"boot/vmlinuz-{NEW}.efi"
    machine.write(path, make_uki(make_kernel(NEW), cmdline="root=/dev/vdb", initrd=initrd))
    machine.write(f"{path}.extra.d/b.addon.efi", make_uki(None, cmdline="second"))
    machine.write(f"{path}.extra.d/a.addon.efi", make_uki(None, cmdline="first", initrd=more,
                                                          ucode=MICROCODE))
    staged = alice.call("Stage", "", {})
    assert machine.kernel.cmdline == staged["cmdline"] == "root=/dev/vdb first second"
    assert machine.kernel.initrd == joined(MICROCODE, initrd, more)
    assert digests(staged) == [digest(machine.path(file["path"])) for file in staged["files"]]
    roles = [(file["role"], Path(file["path"]).name) for file in staged["files"]]
    assert roles == [("kernel", f"vmlinuz-{NEW}.efi"), ("addon", "a.addon.efi"),
                     ("addon", "b.addon.efi")]


def test_uki_with_words_that_the_administrator_adds(machine: Machine, alice: Caller) -> None:
    for name in ("vmlinuz", "initrd.img"):
        machine.path(f"boot/{name}-{NEW}").unlink()
    machine.write(f"boot/vmlinuz-{NEW}.efi", make_uki(make_kernel(NEW), cmdline="root=/dev/vdb"))
    machine.configure("Entry=auto\nAppend=loglevel=3")
    staged = alice.call("Stage", "", {})
    assert machine.kernel.cmdline == staged["cmdline"] == "root=/dev/vdb loglevel=3"


def test_uki_with_options_that_its_menu_passes(machine: Machine, root: Caller) -> None:
    machine.write("boot/images/test.efi", make_uki(make_kernel(NEW), cmdline="root=/dev/vdb"))
    machine.write("boot/loader/entries/test.conf",
                  "title Test\nefi /images/test.efi\noptions root=/dev/vdc quiet\n")
    machine.write("boot/images/test.efi.extra.d/a.addon.efi", make_uki(None, cmdline="more"))
    staged = root.call("Stage", "test.conf", {})
    assert machine.kernel.cmdline == staged["cmdline"] == "root=/dev/vdc quiet more"


def test_an_addon_that_anybody_can_write_is_not_trusted(machine: Machine, alice: Caller) -> None:
    for name in ("vmlinuz", "initrd.img"):
        machine.path(f"boot/{name}-{NEW}").unlink()
    path = f"boot/vmlinuz-{NEW}.efi"
    machine.write(path, make_uki(make_kernel(NEW), cmdline="root=/dev/vdb"))
    addon = machine.write(f"{path}.extra.d/a.addon.efi", make_uki(None, cmdline="init=/bin/sh"))
    addon.chmod(0o666)
    assert alice.error("Stage", "", {}).name == contract.CHALLENGE
    assert machine.kernel.loads == 0


def test_policy_that_refuses_a_copy_refuses_an_unwrapped_kernel(machine: Machine,
                                                                root: Caller) -> None:
    """No file holds it, so there is no original to try."""
    machine.kernel.fail("memfd", 13)
    path = machine.write("files/kernel", gzip.compress(make_kernel(NEW)))
    with open(path, "rb") as file:
        error = root.error("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[file.fileno()])
    assert error.name == contract.ERROR + "PolicyRefused"
    assert not machine.kernel.is_loaded


# Initrds

@pytest.mark.parametrize(("contents", "word"), [
    (make_initrd("cut", packed=True)[:-20], "truncated"),
    (make_initrd("old", release=OLD), OLD),
    (make_cpio({"etc/passwd": b"root"}), "init"),
    (make_initrd("x") + make_initrd("y", packed=True)[:-9], "truncated"),
], ids=["cut", "other-release", "no-init", "second-cut"])
def test_initrds_that_would_not_boot(machine: Machine, alice: Caller, contents: bytes,
                                     word: str) -> None:
    machine.write(f"boot/initrd.img-{NEW}", contents)
    ok, findings = alice.call("Check", "", {})
    assert not ok
    error = alice.error("Stage", "", {})
    assert error.name == contract.ERROR + "InvalidInitrd"
    assert error.message == findings[0]["text"]
    assert word in error.message, error.message
    assert machine.kernel.loads == 0
    assert machine.record() == {}


def test_both_releases_are_named(machine: Machine, alice: Caller) -> None:
    machine.write(f"boot/initrd.img-{NEW}", make_initrd("old", release=OLD))
    message = alice.error("Stage", "", {}).message
    assert OLD in message and NEW in message


def test_initrd_in_two_files(machine: Machine, root: Caller, kernel: Path) -> None:
    """Only together they have an init, and microcode comes first."""
    parts = [MICROCODE, make_cpio({"etc/fstab": b"/dev/vda / ext4"}), make_initrd("init")]
    paths = [machine.write(f"files/{number}", part) for number, part in enumerate(parts)]
    staged = root.stage_files(kernel, *paths)
    assert machine.kernel.initrd == joined(*parts)
    assert digests(staged) == [digest(kernel), *map(digest, paths)]
    with open(kernel, "rb") as first, open(paths[1], "rb") as second:
        error = root.error("StageFiles", 0, [1], "root=/dev/vda1", {},
                           fds=[first.fileno(), second.fileno()])
    assert error.name == contract.ERROR + "InvalidInitrd"


def test_only_microcode_is_a_warning(machine: Machine, root: Caller, kernel: Path) -> None:
    staged = root.stage_files(kernel, machine.write("files/microcode", MICROCODE))
    assert "initrd-only-early" in codes(staged["findings"])


CONFIG = "#\n# Linux/x86 6.12.0 Kernel Configuration\n#\nCONFIG_BLK_DEV_INITRD=y\n"
WITH_GZIP, WITHOUT_GZIP = CONFIG + "CONFIG_RD_GZIP=y\n", CONFIG + "# CONFIG_RD_GZIP is not set\n"


def test_compression_that_the_kernel_lacks(machine: Machine, alice: Caller) -> None:
    """Its configuration lies beside it."""
    machine.write(f"boot/initrd.img-{NEW}", make_initrd("packed", packed=True))
    machine.write(f"boot/config-{NEW}", WITH_GZIP)
    assert alice.call("Check", "", {})[0]
    machine.write(f"boot/config-{NEW}", WITHOUT_GZIP)
    error = alice.error("Stage", "", {})
    assert error.name == contract.ERROR + "InvalidInitrd"
    assert "gzip" in error.message


def test_a_configuration_that_anybody_can_write_does_not_count(machine: Machine,
                                                               alice: Caller) -> None:
    machine.write(f"boot/initrd.img-{NEW}", make_initrd("packed", packed=True))
    machine.write(f"boot/config-{NEW}", WITHOUT_GZIP).chmod(0o666)
    assert alice.call("Check", "", {})[0]


def test_a_release_leads_to_no_other_file(machine: Machine, alice: Caller) -> None:
    """An image can say anything, and its configuration is looked for by what it says."""
    machine.write(f"boot/initrd.img-{NEW}", make_initrd("packed", packed=True))
    machine.write(f"boot/vmlinuz-{NEW}", make_kernel("6/../../etc/secret"))
    machine.write("boot/config-6/file", "")
    machine.write("etc/secret", WITHOUT_GZIP)
    assert alice.call("Check", NEW, {})[0]


def test_an_initrd_that_does_not_fit_into_memory(machine: Machine, alice: Caller) -> None:
    machine.write("proc/meminfo", "MemTotal: 4000 kB\nMemAvailable: 4000000 kB\n")
    contents = gzip.compress(make_cpio({"init": bytes(8 << 20)}), mtime=0)
    machine.write(f"boot/initrd.img-{NEW}", contents)
    assert alice.error("Stage", "", {}).name == contract.ERROR + "OutOfMemory"


# What is remembered

def test_a_check_notices_every_change(machine: Machine, alice: Caller) -> None:
    path = machine.path(f"boot/initrd.img-{NEW}")
    wait_for(lambda: machine.has_settled(path), "the files to have been written for a while")
    for _ in range(3):
        assert alice.call("Check", "", {})[0]
    machine.write(f"boot/initrd.img-{NEW}", b"A letter.\n")
    assert not alice.call("Check", "", {})[0]
    machine.write(f"boot/initrd.img-{NEW}", make_initrd("again"))
    assert alice.call("Check", "", {})[0]
    assert alice.call("Check", "", options(cmdline=CMDLINE))[0]
    assert not alice.call("Check", "", options(append="x" * 2040))[0]
    alice.call("Stage", "", {})
    assert machine.kernel.initrd == make_initrd("again")

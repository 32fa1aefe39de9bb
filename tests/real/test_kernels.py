# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's own kernels, of every architecture that Debian has a kernel for."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import NamedTuple

import pytest

from . import oracle
from .debian import KERNELS, Packages
from .inspect import CANNOT_BOOT, GOOD, inspect


class Expected(NamedTuple):
    format: str
    architecture: str
    file: str  # what file(1) calls it
    cmdline_limit: int | None
    boots: bool = False


BZIMAGE = "Linux kernel x86 boot executable bzImage, version "
EXPECTED = {
    "amd64": Expected("bzImage", "x86_64", BZIMAGE, 2016, boots=True),
    "cloud": Expected("bzImage", "x86_64", BZIMAGE, 2016, boots=True),
    "rt": Expected("bzImage", "x86_64", BZIMAGE, 2016, boots=True),
    "i386": Expected("bzImage", "i686", BZIMAGE, 2016),
    "arm64": Expected("arm64-image", "aarch64", "Linux kernel ARM64 boot executable Image", 2047),
    # A zImage does not say more, and takes its command line from a device tree.
    "armhf": Expected("zImage", "arm", "Linux kernel ARM boot executable zImage", None),
    "ppc64el": Expected("ELF", "ppc64le", "ELF 64-bit LSB executable, 64-bit PowerPC", 2047),
    "s390x": Expected("s390-image", "s390x", "Linux S390", 4094),
}
X86 = ["amd64", "cloud", "rt", "i386"]
# Of a kernel for i386 no more is read than that it is one.
READ_WHOLE = [flavour for flavour in KERNELS if flavour != "i386"]
COMPRESSED = ["amd64", "cloud", "rt", "armhf", "s390x"]


def test_every_flavour_is_expected() -> None:
    assert EXPECTED.keys() == KERNELS.keys()


@pytest.mark.parametrize("flavour", KERNELS)
def test_facts(packages: Packages, flavour: str) -> None:
    kernel = packages.kernel(flavour)
    expected = EXPECTED[flavour]
    facts = inspect(kernel.path).facts

    assert facts["kind"] == "kernel"
    assert facts["format"] == expected.format
    assert facts["layers"] == [expected.format]
    assert facts["architecture"] == expected.architecture
    assert facts["release"] == kernel.release
    assert facts["cmdline_limit"] == expected.cmdline_limit
    assert facts["size"] == kernel.path.stat().st_size
    assert facts["sha256"] == oracle.sha256(kernel.path)


@pytest.mark.parametrize("flavour", KERNELS)
def test_can_boot_here(packages: Packages, flavour: str) -> None:
    """Here is an x86_64 machine. Of another's kernel, that is all that stands against it."""
    inspection = inspect(packages.kernel(flavour).path)

    if EXPECTED[flavour].boots:
        assert inspection.status == GOOD
        assert inspection.codes() == []
    else:
        assert inspection.status == CANNOT_BOOT
        assert inspection.codes() == ["kernel-other-architecture"]


@pytest.mark.parametrize("flavour", KERNELS)
def test_file_agrees(packages: Packages, flavour: str) -> None:
    path = packages.kernel(flavour).path
    facts = inspect(path).facts
    said = oracle.describe(path)

    assert said.startswith(EXPECTED[flavour].file)
    if flavour in X86:
        version = said.removeprefix(BZIMAGE).split(", ")[0]
        assert version == f"{facts['release']} {facts['version']}"
    if flavour == "arm64":
        assert f"{facts['page_size'] // 1024}K pages" in said


@pytest.mark.parametrize("flavour", READ_WHOLE)
def test_the_version_is_the_one_in_the_kernel(packages: Packages, flavour: str) -> None:
    """What the kernel prints first when it boots is in there, compressed or not."""
    path = packages.kernel(flavour).path
    facts = inspect(path).facts
    kernel = oracle.unpack_kernel(path, facts) if facts["payload"] else path.read_bytes()

    found = re.search(rb"Linux version ([!-~]+) \(", kernel)
    assert found and found[1].decode() == facts["release"]
    # The build's number and what follows it; the compiler stands between.
    assert facts["version"][facts["version"].index("#") :].encode() in kernel


@pytest.mark.parametrize("flavour", COMPRESSED)
def test_the_compressors_own_tool_agrees(packages: Packages, flavour: str) -> None:
    """The compressed kernel is where it is said to be, and unpacks to what is said."""
    path = packages.kernel(flavour).path
    facts = inspect(path).facts
    assert len(oracle.unpack_kernel(path, facts)) == facts["unpacked_size"]


@pytest.mark.parametrize("flavour", ["amd64", "cloud", "rt"])
def test_objdump_agrees(packages: Packages, flavour: str) -> None:
    """An x86_64 kernel is an EFI program, too."""
    path = packages.kernel(flavour).path
    assert _sections(path) == oracle.sections(path)


@pytest.mark.parametrize("flavour", X86)
def test_the_boot_protocols_fields(packages: Packages, flavour: str) -> None:
    path = packages.kernel(flavour).path
    facts = inspect(path).facts
    with path.open("rb") as file:
        header = file.read(0x264)
    cmdline_size, init_size = (struct.unpack_from("<I", header, at)[0] for at in (0x238, 0x260))

    assert facts["init_size"] == init_size
    # kexec_file_load(2) puts "elfcorehdr=0x… " before it, and counts the NUL.
    assert facts["cmdline_limit"] == cmdline_size - 30 - 1


def test_the_unsigned_build_boots(packages: Packages) -> None:
    kernel = packages.unsigned_kernel
    inspection = inspect(kernel.path)

    assert inspection.status == GOOD
    assert inspection.codes() == []
    assert inspection.facts["release"] == kernel.release


def _sections(path: Path) -> list[oracle.Section]:
    return [
        oracle.Section(
            section["name"], section["size"], section["virtual_address"], section["offset"]
        )
        for section in inspect(path).facts["sections"]
    ]

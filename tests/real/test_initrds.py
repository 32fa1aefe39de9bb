# SPDX-License-Identifier: LGPL-2.1-or-later
"""Initrds of initramfs-tools and of dracut with each compressor, and Debian's installer's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from . import oracle
from .debian import KERNELS, Packages
from .inspect import CANNOT_BOOT, GOOD, Facts, inspect

# The format that each compressor's output is called by.
FORMATS = {
    f"{tool}-{compressor}": "lzo" if compressor == "lzop" else compressor
    for tool in ("initramfs-tools", "dracut")
    for compressor in ("gzip", "xz", "lzma", "zstd", "lz4", "bzip2", "lzop")
}
FORMATS["dracut-none"] = "cpio"
WITH_MICROCODE = ["initramfs-tools-microcode", "dracut-microcode"]
# dracut runs "lzma -9", whose window of 64 MiB is all that a check may use: said, not verified.
TOO_LARGE_TO_VERIFY = ["dracut-lzma"]
VERIFIED = [name for name in FORMATS if name not in TOO_LARGE_TO_VERIFY]


@pytest.mark.parametrize("name", VERIFIED)
def test_facts(packages: Packages, made_initrds: Path, name: str) -> None:
    path = made_initrds / name
    inspection = inspect(path)
    facts = inspection.facts
    (segment,) = facts["segments"]

    assert inspection.status == GOOD
    assert inspection.codes("blocker", "warning", "note") == []
    assert (facts["kind"], facts["format"]) == ("initrd", FORMATS[name])
    assert (segment["format"], segment["offset"]) == (FORMATS[name], 0)
    assert not segment["early"] and not segment["microcode"]
    assert facts["verified"] and facts["init"]
    assert facts["releases"] == [packages.kernel("amd64").release]
    assert facts["size"] == path.stat().st_size


@pytest.mark.parametrize("name", VERIFIED)
def test_its_compressors_own_tool_agrees(made_initrds: Path, name: str) -> None:
    path = made_initrds / name
    (segment,) = inspect(path).facts["segments"]
    _check_segment(path.read_bytes(), segment)


@pytest.mark.parametrize("name", TOO_LARGE_TO_VERIFY)
def test_too_large_a_window(made_initrds: Path, name: str) -> None:
    inspection = inspect(made_initrds / name)

    assert inspection.status == GOOD
    assert inspection.codes() == ["initrd-not-verified"]
    assert (inspection.facts["kind"], inspection.facts["format"]) == ("initrd", FORMATS[name])
    assert not inspection.facts["verified"]


@pytest.mark.parametrize("name", WITH_MICROCODE)
def test_microcode_before_it(packages: Packages, made_initrds: Path, name: str) -> None:
    path = made_initrds / name
    inspection = inspect(path)
    facts = inspection.facts
    early, main = facts["segments"]

    assert inspection.status == GOOD
    assert inspection.codes() == []
    assert facts["format"] == "zstd"
    assert (early["format"], early["offset"]) == ("cpio", 0)
    assert early["early"] and early["microcode"]
    assert not main["early"] and not main["microcode"]
    assert facts["verified"] and facts["init"]
    assert facts["releases"] == [packages.kernel("amd64").release]
    data = path.read_bytes()
    for segment in facts["segments"]:
        _check_segment(data, segment)
    assert facts["unpacked_size"] == early["unpacked_size"] + main["unpacked_size"]


@pytest.mark.parametrize("name", [*VERIFIED, *WITH_MICROCODE])
def test_its_makers_own_lister_agrees(made_initrds: Path, name: str) -> None:
    """lsinitramfs and lsinitrd, which were asked when its archive was put together."""
    facts = inspect(made_initrds / name).facts
    listed = (made_initrds / f"{name}.list").read_text()
    if name.startswith("dracut"):
        # After some lines about the archive, it prints what ls -l would.
        names = re.findall(
            r"^[-bcdlps][-rwxstST]{9} .*? \d\d:\d\d (.*)$|^[-bcdlps][-rwxstST]{9} "
            r".*? \w{3} +\d+ +\d{4} (.*)$",
            listed,
            re.MULTILINE,
        )
        names = [first or second for first, second in names]
    else:
        names = listed.splitlines()

    assert sum(segment["files"] for segment in facts["segments"]) == len(names)
    assert facts["init"] == any(re.match(r"init( -> .*)?$", name) for name in names)
    assert facts["releases"] == _releases(names)


@pytest.mark.parametrize("flavour", KERNELS)
def test_for_every_kernel(packages: Packages, made_initrds: Path, flavour: str) -> None:
    """An initrd is no program: one for another architecture is as good as any."""
    release = packages.kernel(flavour).release
    path = made_initrds / f"release-{release}"
    inspection = inspect(path)

    assert inspection.status == GOOD
    assert inspection.codes() == []
    assert inspection.facts["releases"] == [release]
    assert inspection.facts["verified"]
    assert oracle.describe(path).startswith("Zstandard compressed data")


@pytest.mark.parametrize("flavour", KERNELS)
def test_with_its_kernel(packages: Packages, made_initrds: Path, flavour: str) -> None:
    kernel = packages.kernel(flavour)
    inspection = inspect(kernel.path, made_initrds / f"release-{kernel.release}")

    assert inspection.codes() == inspect(kernel.path).codes()


def test_with_another_kernel(packages: Packages, made_initrds: Path) -> None:
    """Debian's cloud kernel with the generic flavour's initrd: it boots to no root file system."""
    kernel, other = packages.kernel("cloud"), packages.kernel("amd64")
    inspection = inspect(kernel.path, made_initrds / f"release-{other.release}")

    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() == ["initrd-other-release"]
    assert kernel.release in inspection.text("initrd-other-release")
    assert other.release in inspection.text("initrd-other-release")


def test_installer(packages: Packages) -> None:
    """The largest one here, with everything that an installation needs."""
    (path,) = packages.tree.rglob("initrd.gz")
    inspection = inspect(path)
    facts = inspection.facts

    assert inspection.status == GOOD
    assert inspection.codes() == []
    assert facts["verified"] and facts["init"]
    assert facts["releases"] == [packages.kernel("armhf").release]
    (segment,) = facts["segments"]
    _check_segment(path.read_bytes(), segment)


def test_microcode_alone(made_initrds: Path) -> None:
    """Good as one of several; alone with a kernel it leads nowhere."""
    inspection = inspect(made_initrds / "microcode")
    (segment,) = inspection.facts["segments"]

    assert inspection.status == GOOD
    assert segment["early"] and segment["microcode"]
    assert not inspection.facts["init"]


def test_microcode_alone_with_a_kernel(packages: Packages, made_initrds: Path) -> None:
    kernel = packages.kernel("amd64")
    inspection = inspect(kernel.path, made_initrds / "microcode")
    assert inspection.codes() == ["initrd-only-early"]

    both = inspect(
        kernel.path, made_initrds / "microcode", made_initrds / f"release-{kernel.release}"
    )
    assert both.status == GOOD
    assert both.codes() == []


def test_files_without_an_init(packages: Packages, made_initrds: Path) -> None:
    kernel = packages.kernel("amd64")
    inspection = inspect(kernel.path, made_initrds / "extra")

    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() == ["initrd-no-init"]


def test_concatenation(packages: Packages, made_initrds: Path, tmp_path: Path) -> None:
    """Every compression once, one after another, as `cat` makes it; each begins at four bytes. lz4
    is the last: its legacy format has no end but the file's, to kernels too."""
    names = [name for name in VERIFIED if name.startswith("initramfs-tools")]
    names.sort(key=lambda name: FORMATS[name] == "lz4")
    data = (made_initrds / "microcode").read_bytes()
    offsets = [0]
    for name in names:
        data += bytes(-len(data) % 4)
        offsets.append(len(data))
        data += (made_initrds / name).read_bytes()
    path = tmp_path / "initrd"
    path.write_bytes(data)
    inspection = inspect(path)
    facts = inspection.facts

    assert inspection.status == GOOD
    assert inspection.codes() == []
    assert [segment["format"] for segment in facts["segments"]] == [
        "cpio",
        *(FORMATS[name] for name in names),
    ]
    assert [segment["offset"] for segment in facts["segments"]] == offsets
    for segment in facts["segments"]:
        _check_segment(data, segment)
    assert facts["releases"] == [packages.kernel("amd64").release]
    assert facts["verified"] and facts["init"]


def _check_segment(data: bytes, segment: Facts) -> None:
    """What the facts say of a segment, by the tools that unpack it."""
    packed = data[segment["offset"] : segment["offset"] + segment["size"]]
    archive = packed if segment["format"] == "cpio" else oracle.unpack(segment["format"], packed)
    assert len(archive) == segment["unpacked_size"]
    assert len(oracle.list_cpio(archive)) == segment["files"]


def _releases(names: list[str]) -> list[str]:
    found = (re.match(r"(?:usr/)?lib/modules/([^/]+)$", name) for name in names)
    return sorted({match[1] for match in found if match})

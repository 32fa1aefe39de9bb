# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kernels that are taken out of something first: compressed files, EFI zboots; and a vmlinux."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import oracle
from .debian import Packages
from .images import COMPRESSORS, ZBOOT_NAMES, Images
from .inspect import CANNOT_BOOT, GOOD, inspect


@pytest.mark.parametrize("compressor", COMPRESSORS)
def test_compressed_bzimage(packages: Packages, made_images: Images, compressor: str) -> None:
    kernel = packages.kernel("amd64")
    inspection = inspect(made_images[f"vmlinuz.{COMPRESSORS[compressor][0]}"])
    facts = inspection.facts
    plain = inspect(kernel.path).facts

    assert inspection.status == GOOD
    assert inspection.codes() == []
    assert inspection.codes("note") == ["kernel-wrapped"]
    assert (facts["kind"], facts["format"]) == ("kernel", compressor)
    assert facts["layers"] == [compressor, "bzImage"]
    # What is inside has the facts that it has on its own.
    same = ["architecture", "release", "version", "cmdline_limit", "init_size", "payload"]
    assert [facts[name] for name in same] == [plain[name] for name in same]
    assert not facts["signed"]
    assert facts["inner_signatures"] == plain["signatures"]


def test_lz4_frame(packages: Packages, made_images: Images) -> None:
    """lz4's own format, which no kernel's decompressor takes; but this is no kernel's work."""
    inspection = inspect(made_images["vmlinuz.lz4-frame"])

    assert inspection.status == GOOD
    assert inspection.facts["layers"] == ["lz4-frame", "bzImage"]
    assert inspection.facts["release"] == packages.kernel("amd64").release


@pytest.mark.parametrize("compressor", COMPRESSORS)
def test_compressed_arm64_image(packages: Packages, made_images: Images, compressor: str) -> None:
    kernel = packages.kernel("arm64")
    inspection = inspect(made_images[f"Image.{COMPRESSORS[compressor][0]}"])
    facts = inspection.facts

    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() == ["kernel-other-architecture"]
    assert (facts["kind"], facts["format"]) == ("kernel", compressor)
    assert facts["layers"] == [compressor, "arm64-image"]
    assert (facts["architecture"], facts["release"]) == ("aarch64", kernel.release)
    assert facts["page_size"] == 4096
    assert facts["unpacked_size"] == kernel.path.stat().st_size


@pytest.mark.parametrize("compressor", ZBOOT_NAMES)
def test_efi_zboot(packages: Packages, made_images: Images, compressor: str) -> None:
    kernel = packages.kernel("arm64")
    inspection = inspect(made_images[f"zboot.{compressor}"])
    facts = inspection.facts

    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() == ["kernel-other-architecture"]
    assert (facts["kind"], facts["format"]) == ("kernel", "efi-zboot")
    assert facts["layers"] == ["efi-zboot", compressor, "arm64-image"]
    assert (facts["architecture"], facts["release"]) == ("aarch64", kernel.release)
    assert facts["page_size"] == 4096
    # It is padded to the size that it has in memory before it is compressed.
    assert facts["unpacked_size"] == inspect(kernel.path).facts["init_size"]


def test_vmlinux(packages: Packages, tmp_path: Path) -> None:
    """What a bzImage unpacks to. kexec_file_load(2) does not take it on x86_64."""
    kernel = packages.kernel("amd64")
    vmlinux = tmp_path / "vmlinux"
    vmlinux.write_bytes(oracle.unpack_kernel(kernel.path, inspect(kernel.path).facts))
    inspection = inspect(vmlinux)
    facts = inspection.facts

    assert oracle.describe(vmlinux).startswith("ELF 64-bit LSB executable, x86-64")
    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() == ["kernel-unsupported"]
    assert (facts["kind"], facts["format"], facts["layers"]) == ("kernel", "ELF", ["ELF"])
    assert (facts["architecture"], facts["release"]) == ("x86_64", kernel.release)

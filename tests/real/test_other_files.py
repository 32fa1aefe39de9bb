# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files that are no kernels and no initrds: named for what they are."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from .debian import Packages
from .inspect import CANNOT_BOOT, inspect
from .run import run

# Programs that boot loaders start as well, and what has to be said of them.
PROGRAMS = {
    "boot/memtest86+ia32.bin": "memtest86+",
    "boot/memtest86+ia32.efi": "memtest86+",
    "boot/memtest86+x64.bin": "memtest86+",
    "boot/memtest86+x64.efi": "memtest86+",
    "boot/ipxe.efi": "an EFI program",
    "usr/lib/ipxe/snponly.efi": "an EFI program",
    "usr/lib/SYSLINUX.EFI/efi32/syslinux.efi": "an EFI program",
    "usr/lib/SYSLINUX.EFI/efi64/syslinux.efi": "an EFI program",
    "usr/lib/grub/x86_64-efi/monolithic/grubx64.efi": "the boot loader GRUB",
    "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed": "the boot loader GRUB",
    "usr/lib/shim/shimx64.efi": "shim",
    "usr/lib/shim/shimx64.efi.signed": "shim",
    "usr/lib/shim/mmx64.efi": "shim",
    "usr/lib/systemd/boot/efi/systemd-bootx64.efi": "the boot loader systemd-boot",
    "usr/lib/systemd/boot/efi/linuxx64.efi.stub": "the stub that unified kernel images are made of",
    "usr/libexec/fwupd/efi/fwupdx64.efi.signed": "an EFI program",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(packages: Packages, name: str) -> None:
    inspection = inspect(packages.tree / name)

    assert inspection.status == CANNOT_BOOT
    assert inspection.facts["kind"] == "unknown"
    assert inspection.codes() == ["not-a-kernel"]
    assert PROGRAMS[name] in inspection.text("not-a-kernel")


def test_ipxe_as_a_kernel(packages: Packages) -> None:
    """It begins like a kernel of 2006."""
    inspection = inspect(packages.tree / "boot/ipxe.lkrn")

    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() in (["kernel-unsupported"], ["not-a-kernel"])


def test_files_beside_kernels(packages: Packages) -> None:
    boot = packages.tree / "boot"
    for name, what in {"config": "configuration", "System.map": "System.map"}.items():
        inspection = inspect(next(boot.glob(f"{name}-*")))
        assert inspection.codes() == ["not-a-kernel"]
        assert what in inspection.text("not-a-kernel")


@pytest.mark.parametrize("name", ["kernel/lib/crc16.ko", "kernel/fs/jbd2/jbd2.ko"])
def test_kernel_module(packages: Packages, name: str) -> None:
    """An ELF file, but not one that boots."""
    release = packages.kernel("amd64").release
    inspection = inspect(packages.tree / "lib/modules" / release / name)

    assert inspection.status == CANNOT_BOOT
    assert inspection.facts["kind"] == "unknown"
    assert inspection.codes() == ["not-a-kernel"]


def test_ordinary_program() -> None:
    inspection = inspect(Path("/bin/true"))

    assert inspection.status == CANNOT_BOOT
    assert inspection.facts["kind"] == "unknown"
    assert inspection.codes() == ["not-a-kernel"]


HTML = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>\n"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 8222656\n" % (b"0" * 64)
CONTENTS = {
    "HTML": HTML,
    "Git LFS": LFS,
    "zeros": bytes(65536),
    "empty": b"",
    "text": b"#!/bin/sh\nexit 0\n",
}


@pytest.mark.parametrize("what", CONTENTS)
def test_content(tmp_path: Path, what: str) -> None:
    path = tmp_path / "vmlinuz"
    path.write_bytes(CONTENTS[what])
    inspection = inspect(path)

    assert inspection.status == CANNOT_BOOT
    assert inspection.facts["kind"] == "unknown"
    assert inspection.codes() == ["not-a-kernel"]
    assert what in inspection.text("not-a-kernel")


@pytest.mark.parametrize("compression", ["gz", "xz", "bz2"])
def test_compressed_tar(packages: Packages, tmp_path: Path, compression: str) -> None:
    """Of a kernel's modules, say."""
    path = tmp_path / f"modules.tar.{compression}"
    modules = packages.tree / "lib/modules" / packages.kernel("amd64").release
    with tarfile.open(path, f"w:{compression}") as archive:
        archive.add(modules, "modules")
    inspection = inspect(path)

    assert inspection.status == CANNOT_BOOT
    assert inspection.facts["kind"] == "unknown"
    assert inspection.codes() in (["not-a-kernel"], ["not-an-initrd"])
    assert "tar" in inspection.text(inspection.codes()[0])


def test_debian_package(packages: Packages, tmp_path: Path) -> None:
    """Somebody downloaded the kernel, and did not unpack it."""
    control = tmp_path / "package/DEBIAN/control"
    control.parent.mkdir(parents=True)
    control.write_text(
        "Package: test\nVersion: 1\nArchitecture: all\nMaintainer: Test\nDescription: test\n"
    )
    path = tmp_path / "linux-image.deb"
    run(["dpkg-deb", "--root-owner-group", "--build", tmp_path / "package", path])
    inspection = inspect(path)

    assert inspection.status == CANNOT_BOOT
    assert inspection.facts["kind"] == "unknown"
    assert inspection.codes() == ["not-a-kernel"]

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real files that were cut short, or in which a bit has flipped, at several places.

Not every flipped bit can be found. What is not: most of a kernel that is neither compressed nor
signed (arm64, ppc64: nothing in it is a checksum), the contents of files in a plain cpio archive
and in lz4's legacy format (neither has checksums), and fields that nobody reads (the time in a gzip
header, symbols, padding). Each of those is a test, too, where it is certain.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from . import damage, oracle
from .debian import Packages
from .images import COMPRESSORS, ZBOOT_NAMES, Images
from .inspect import CANNOT_BOOT, GOOD, inspect

HALF = 0.5
THIRD = 1 / 3


def _at(source: Path, where: float) -> int:
    """A part of the file's size, or a number of bytes; a negative one counts from the end."""
    return int(source.stat().st_size * where) if 0 < where < 1 else int(where)


# Kernels

CUT_KERNELS = {
    "amd64": [600, 5000, HALF, -5000, -1],
    "cloud": [600, 5000, HALF, -5000, -1],
    "i386": [600, 5000, HALF, -5000],
    "arm64": [600, 5000, HALF, -5000],
    "armhf": [100, 600, 5000, HALF, -5000, -1],
    "ppc64el": [600, 5000, HALF],  # behind what is loaded come symbols, which nobody needs
}


@pytest.mark.parametrize(
    ("flavour", "size"), [(name, size) for name, sizes in CUT_KERNELS.items() for size in sizes]
)
def test_cut_kernel(packages: Packages, tmp_path: Path, flavour: str, size: float) -> None:
    whole = packages.kernel(flavour).path
    inspection = inspect(damage.cut(whole, _at(whole, size), tmp_path))

    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() == ["kernel-truncated"]


@pytest.mark.parametrize("flavour", [*CUT_KERNELS, "s390x"])
@pytest.mark.parametrize("size", [1, 40])
def test_hardly_anything_of_a_kernel(
    packages: Packages, tmp_path: Path, flavour: str, size: int
) -> None:
    inspection = inspect(damage.cut(packages.kernel(flavour).path, size, tmp_path))

    assert inspection.status == CANNOT_BOOT
    assert len(inspection.blockers) == 1


@pytest.mark.parametrize("size", [600, 5000, HALF, -5000, -1])
def test_cut_unsigned_kernel(packages: Packages, tmp_path: Path, size: float) -> None:
    whole = packages.unsigned_kernel.path
    inspection = inspect(damage.cut(whole, _at(whole, size), tmp_path))
    assert inspection.codes() == ["kernel-truncated"]


@pytest.mark.parametrize("where", [0.01, THIRD, HALF, 0.9])
def test_flipped_bit_in_a_compressed_kernel(
    packages: Packages, tmp_path: Path, where: float
) -> None:
    """xz has checksums."""
    whole = packages.kernel("amd64").path
    inspection = inspect(damage.flip(whole, _at(whole, where), tmp_path))

    assert inspection.status == CANNOT_BOOT
    assert inspection.blockers == ["kernel-malformed"]
    assert "signature-mismatch" in inspection.codes()


@pytest.mark.parametrize("where", [0x238, ".text", ".data", THIRD, HALF, -100])
def test_flipped_bit_in_a_kernel_with_a_checksum(
    packages: Packages, tmp_path: Path, where: float | str
) -> None:
    """The cloud flavour is compressed with lz4, which has no checksums; but the whole file has one
    of its own behind it. Since distributions may change that, it is no blocker."""
    whole = packages.unsigned_kernel.path
    if isinstance(where, str):
        offset = next(part.offset for part in oracle.sections(whole) if part.name == where) + 100
    else:
        offset = _at(whole, where)
    inspection = inspect(damage.flip(whole, offset, tmp_path))

    assert "kernel-not-verified" in inspection.codes() or inspection.blockers


def test_zeros_in_a_kernel(packages: Packages, tmp_path: Path) -> None:
    """What a file system may leave after a crash: the size is right, the end was never written."""
    whole = packages.unsigned_kernel.path
    size = whole.stat().st_size
    path = damage.overwrite(whole, size // 2, bytes(size - size // 2), tmp_path)
    inspection = inspect(path)

    assert inspection.status == CANNOT_BOOT
    assert inspection.blockers == ["kernel-malformed"]


@pytest.mark.parametrize("flavour", ["arm64", "ppc64el"])
def test_flipped_bit_in_a_kernel_without_checksums(
    packages: Packages, tmp_path: Path, flavour: str
) -> None:
    """It cannot be seen, and nothing else may go wrong over it."""
    whole = packages.kernel(flavour).path
    damaged = inspect(damage.flip(whole, _at(whole, HALF), tmp_path))
    assert damaged.codes() == inspect(whole).codes()


# What kernels are wrapped in


@pytest.mark.parametrize("compressor", COMPRESSORS)
@pytest.mark.parametrize("size", [HALF, -1])
def test_cut_compressed_kernel(
    made_images: Images, tmp_path: Path, compressor: str, size: float
) -> None:
    whole = made_images[f"vmlinuz.{COMPRESSORS[compressor][0]}"]
    inspection = inspect(damage.cut(whole, _at(whole, size), tmp_path))

    assert inspection.status == CANNOT_BOOT
    # lz4's blocks are 8 MiB, and of a cut one not even the beginning tells what is in it.
    kind = "initrd" if compressor == "lz4" else "kernel"
    assert inspection.blockers == [f"{kind}-truncated"]


@pytest.mark.parametrize("compressor", COMPRESSORS)
def test_flipped_bit_in_a_file_of_a_kernel(
    made_images: Images, tmp_path: Path, compressor: str
) -> None:
    """Where lz4 or lzma let it pass, the kernel inside does not."""
    whole = made_images[f"vmlinuz.{COMPRESSORS[compressor][0]}"]
    inspection = inspect(damage.flip(whole, _at(whole, HALF), tmp_path))

    assert inspection.status == CANNOT_BOOT
    assert inspection.blockers == ["kernel-malformed"]


@pytest.mark.parametrize("compressor", ZBOOT_NAMES)
@pytest.mark.parametrize("size", [100, HALF, -1])
def test_cut_zboot(made_images: Images, tmp_path: Path, compressor: str, size: float) -> None:
    whole = made_images[f"zboot.{compressor}"]
    inspection = inspect(damage.cut(whole, _at(whole, size), tmp_path))
    assert inspection.blockers == ["kernel-truncated"]


@pytest.mark.parametrize("compressor", [name for name in ZBOOT_NAMES if name != "lz4"])
def test_flipped_bit_in_a_zboot(made_images: Images, tmp_path: Path, compressor: str) -> None:
    whole = made_images[f"zboot.{compressor}"]
    inspection = inspect(damage.flip(whole, _at(whole, HALF), tmp_path))
    assert inspection.blockers == ["kernel-malformed"]


@pytest.mark.parametrize("name", ["plain", "profiles", "signed"])
def test_cut_uki(made_images: Images, tmp_path: Path, name: str) -> None:
    whole = made_images[f"{name}.efi"]
    inspection = inspect(damage.cut(whole, _at(whole, HALF), tmp_path))

    assert inspection.status == CANNOT_BOOT
    assert inspection.blockers == ["uki-malformed"]


def test_flipped_bit_in_a_ukis_initrd(made_images: Images, tmp_path: Path) -> None:
    whole = made_images["plain.efi"]
    (section,) = (part for part in oracle.sections(whole) if part.name == ".initrd")
    path = damage.flip(whole, section.offset + section.size // 2, tmp_path)
    inspection = inspect(path)

    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() == ["initrd-damaged"]


def test_flipped_bit_in_a_ukis_kernel(made_images: Images, tmp_path: Path) -> None:
    whole = made_images["plain.efi"]
    (section,) = (part for part in oracle.sections(whole) if part.name == ".linux")
    path = damage.flip(whole, section.offset + section.size // 2, tmp_path)
    assert "signature-mismatch" in inspect(path).codes()


# Initrds

WITH_CHECKSUMS = ["gzip", "xz", "zstd", "bzip2", "lzop"]
# lzma has none, but a wrong bit makes all that follows wrong.
FLIPPED = [*WITH_CHECKSUMS, "lzma", "microcode"]


@pytest.mark.parametrize("compressor", [*FLIPPED, "lz4"])
@pytest.mark.parametrize("size", [100, HALF, -8, -1])
def test_cut_initrd(made_initrds: Path, tmp_path: Path, compressor: str, size: float) -> None:
    whole = made_initrds / f"initramfs-tools-{compressor}"
    inspection = inspect(damage.cut(whole, _at(whole, size), tmp_path))

    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() == ["initrd-truncated"]
    assert not inspection.facts["verified"]


@pytest.mark.parametrize("size", [100, 5000, HALF])
def test_cut_plain_initrd(made_initrds: Path, tmp_path: Path, size: float) -> None:
    whole = made_initrds / "dracut-none"
    inspection = inspect(damage.cut(whole, _at(whole, size), tmp_path))
    assert inspection.codes() == ["initrd-truncated"]


def test_cut_padding(made_initrds: Path, tmp_path: Path) -> None:
    """cpio fills up with zeros, which nobody misses."""
    whole = made_initrds / "dracut-none"
    assert whole.read_bytes().endswith(bytes(8))
    inspection = inspect(damage.cut(whole, -8, tmp_path))

    assert inspection.status == GOOD
    assert inspection.codes() == []
    assert inspection.facts["verified"]


@pytest.mark.parametrize("compressor", FLIPPED)
@pytest.mark.parametrize("where", [THIRD, HALF, 0.9])
def test_flipped_bit_in_an_initrd(
    made_initrds: Path, tmp_path: Path, compressor: str, where: float
) -> None:
    whole = made_initrds / f"initramfs-tools-{compressor}"
    inspection = inspect(damage.flip(whole, _at(whole, where), tmp_path))

    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() in (["initrd-damaged"], ["initrd-malformed"])
    assert not inspection.facts["verified"]


def test_flipped_bit_in_a_cpio_header(made_initrds: Path, tmp_path: Path) -> None:
    whole = made_initrds / "dracut-none"
    header = whole.read_bytes().index(b"070701", 100_000)
    inspection = inspect(damage.flip(whole, header + 2, tmp_path))
    assert inspection.codes() == ["initrd-malformed"]


def test_flipped_bit_in_a_file_of_plain_cpio(made_initrds: Path, tmp_path: Path) -> None:
    """Cannot be seen: the format has no checksum, and a file may hold anything."""
    whole = made_initrds / "dracut-none"
    program = whole.read_bytes().index(b"\x7fELF")
    inspection = inspect(damage.flip(whole, program + 1000, tmp_path))

    assert inspection.status == GOOD
    assert inspection.codes() == []


@pytest.mark.parametrize("compressor", [*WITH_CHECKSUMS, "lzma", "microcode"])
def test_garbage_behind_an_initrd(made_initrds: Path, tmp_path: Path, compressor: str) -> None:
    whole = made_initrds / f"initramfs-tools-{compressor}"
    inspection = inspect(damage.append(whole, b"garbage!", tmp_path))

    assert inspection.status == GOOD
    assert inspection.codes() == ["initrd-garbage"]


def test_garbage_behind_lz4(made_initrds: Path, tmp_path: Path) -> None:
    """To the kernel it is the size of one more block."""
    whole = made_initrds / "initramfs-tools-lz4"
    inspection = inspect(damage.append(whole, b"garbage!", tmp_path))
    assert inspection.codes() == ["initrd-damaged"]


@pytest.mark.parametrize("compressor", [*FLIPPED, "lz4"])
def test_zeros_behind_an_initrd(made_initrds: Path, tmp_path: Path, compressor: str) -> None:
    """Boot loaders and file systems fill up with them, and the kernel skips them."""
    whole = made_initrds / f"initramfs-tools-{compressor}"
    inspection = inspect(damage.append(whole, bytes(512), tmp_path))

    assert inspection.status == GOOD
    assert inspection.codes() == []

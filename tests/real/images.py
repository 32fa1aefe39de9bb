# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is made of Debian's kernels: compressed ones, EFI zboots, UKIs, signed ones."""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from vm import cache

from . import uki
from .debian import Packages
from .run import Command, convert, run

# How kernels are compressed: the file name's end, and the command. It is what Linux's build runs
# (scripts/Makefile.lib, scripts/xz_wrap.sh), less the patience; lz4's format is the legacy one.
COMPRESSORS: dict[str, tuple[str, Command]] = {
    "gzip": ("gz", ["gzip", "-n", "-6"]),
    "xz": ("xz", ["xz", "--check=crc32", "--lzma2=preset=1,dict=32MiB"]),
    "zstd": ("zst", ["zstd", "-q", "-9", "--long=27"]),
    "lzma": ("lzma", ["xz", "--format=lzma", "-1"]),
    "lz4": ("lz4", ["lz4", "-q", "-l", "-1", "-", "-"]),
    "bzip2": ("bz2", ["bzip2", "-1"]),
    "lzo": ("lzo", ["lzop"]),
}
# What an EFI zboot calls its compression (drivers/firmware/efi/libstub/Makefile.zboot).
ZBOOT_NAMES = {
    "gzip": b"gzip",
    "xz": b"xzkern",
    "zstd": b"zstd22",
    "lzma": b"lzma",
    "lz4": b"lz4",
    "lzo": b"lzo",
}

CMDLINE = "root=UUID=6b657865-6364-4000-8000-766d00000001 ro quiet"
OS_NAME = "Debian GNU/Linux 12 (bookworm)"
# The test keys: a name, the signer's, the years in which the certificate begins and ends.
KEYS = [
    ("test", "kexecd test key", (2020, 2049)),
    ("other", "kexecd other test key", (2020, 2049)),
    ("expired", "kexecd expired test key", (2020, 2021)),
]


@dataclass(frozen=True)
class Images:
    """The folder with all of them; who needs one names it."""

    folder: Path

    def __getitem__(self, name: str) -> Path:
        path = self.folder / name
        assert path.is_file(), f"there is no image {name}"
        return path


def get(packages: Packages, initrds: Path) -> Images:
    """The images, from the cache or made now."""
    key = cache.key_of(
        Path(__file__).read_bytes(),
        Path(uki.__file__).read_bytes(),
        cache.identity(packages.folder),
        cache.identity(initrds.parent),
    )
    return Images(cache.entry("images", key, lambda folder: _make(folder, packages, initrds)))


def _make(folder: Path, packages: Packages, initrds: Path) -> None:
    kernel = packages.kernel("amd64").path
    image = packages.kernel("arm64").path
    padded = folder / "Image.padded"
    _pad_to_size_in_memory(image, padded)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        steps = [pool.submit(_compress, name, kernel, folder, "vmlinuz") for name in COMPRESSORS]
        steps += [pool.submit(_compress, name, image, folder, "Image") for name in COMPRESSORS]
        steps += [pool.submit(_make_zboot, name, padded, folder) for name in ZBOOT_NAMES]
        for step in steps:
            step.result()
    convert(["lz4", "-q", "-1", "-", "-"], kernel, folder / "vmlinuz.lz4-frame")
    padded.unlink()

    _make_keys(folder)
    _make_signed_kernels(folder, packages)
    _make_ukis(folder, packages, initrds)


# Compressed kernels, and EFI zboots


def _compress(compressor: str, source: Path, folder: Path, name: str) -> None:
    end, command = COMPRESSORS[compressor]
    convert(command, source, folder / f"{name}.{end}")


def _pad_to_size_in_memory(image: Path, padded: Path) -> None:
    """As the kernel is before a zboot is made of it (Makefile.zboot, copy_and_pad)."""
    shutil.copyfile(image, padded)
    (size,) = struct.unpack_from("<Q", image.read_bytes(), 16)
    os.truncate(padded, size)


def _make_zboot(compressor: str, padded: Path, folder: Path) -> None:
    compressed = folder / f"payload.{compressor}"
    convert(COMPRESSORS[compressor][1], padded, compressed)
    payload = compressed.read_bytes()
    compressed.unlink()
    # All but gzip, which ends with the size by itself, have it behind them; it is not counted.
    size = b"" if compressor == "gzip" else struct.pack("<I", padded.stat().st_size)
    (folder / f"zboot.{compressor}").write_bytes(_wrap(ZBOOT_NAMES[compressor], payload, size))


def _wrap(compression: bytes, payload: bytes, size: bytes) -> bytes:
    """An arm64 EFI program with a compressed kernel in it, as in zboot-header.S and zboot.lds of
    Linux's drivers/firmware/efi/libstub. The program itself would be here, but is not needed."""
    page, sector = 4096, 512
    program = bytes(sector)
    text = program + payload + size
    text += bytes(-len(text) % sector)
    data = bytes(sector)
    end = page + len(text) + len(data)

    dos = struct.pack("<4s4sIIQ", b"MZ\0\0", b"zimg", page + len(program), len(payload), 0)
    dos += compression.ljust(32, b"\0") + b"\xcd\x23\x82\x81" + struct.pack("<I", 64)
    optional = struct.pack("<HBBIIIII", 0x20B, 0, 0, len(text), len(data), 0, page, page)
    optional += struct.pack("<QII6HI", 0, page, sector, 0, 0, 3, 0, 0, 0, 0)
    optional += struct.pack("<IIIHH4QII", end, page, 0, 10, 0x100, 0, 0, 0, 0, 0, 6)
    optional += bytes(6 * 8)  # the data directories
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0xAA64, 2, 0, 0, 0, len(optional), 0x206)
    sections = _section(b".text", len(text), page, 0x60000020)
    sections += _section(b".data", len(data), page + len(text), 0xC0000040)
    return (dos + coff + optional + sections).ljust(page, b"\0") + text + data


def _section(name: bytes, size: int, offset: int, flags: int) -> bytes:
    """A row of a section table; the section is loaded where it stands in the file."""
    return struct.pack("<8s6IHHI", name, size, offset, size, offset, 0, 0, 0, 0, flags)


# Signatures


def _make_keys(folder: Path) -> None:
    """A key whose certificate is good for years, and one whose certificate has expired."""
    configuration = "[ca]\ndefault_ca=c\n[c]\ndatabase=index\nserial=serial\nnew_certs_dir=.\n"
    configuration += "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n"
    with tempfile.TemporaryDirectory() as scratch:
        top = Path(scratch)
        (top / "configuration").write_text(configuration)
        (top / "index").touch()
        for number, (name, signer, years) in enumerate(KEYS):
            (top / "serial").write_text(f"{number + 1:02}\n")
            key = folder / f"{name}.key"
            request = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes"]
            run([*request, "-subj", f"/CN={signer}", "-keyout", key, "-out", top / "request"])
            # Of openssl's commands, this is the one that takes dates.
            first, last = (f"{year}0101000000Z" for year in years)
            issue = ["openssl", "ca", "-batch", "-notext", "-config", "configuration", "-selfsign"]
            dates = ["-startdate", first, "-enddate", last]
            files: list[str | Path] = ["-in", "request", "-out", folder / f"{name}.pem"]
            run([*issue, *dates, "-keyfile", key, *files], directory=top)


def _sign(folder: Path, key: str, source: Path, result: str) -> None:
    with_key: list[str | Path] = ["--key", folder / f"{key}.key", "--cert", folder / f"{key}.pem"]
    run(["sbsign", *with_key, "--output", folder / result, source])


def _make_signed_kernels(folder: Path, packages: Packages) -> None:
    unsigned = packages.unsigned_kernel.path
    _sign(folder, "test", unsigned, "vmlinuz.signed")
    _sign(folder, "expired", unsigned, "vmlinuz.expired")
    _sign(folder, "other", folder / "vmlinuz.signed", "vmlinuz.signed-twice")


# Unified kernel images


def _make_ukis(folder: Path, packages: Packages, initrds: Path) -> None:
    stub = packages.tree / "usr/lib/systemd/boot/efi/linuxx64.efi.stub"
    signed, unsigned = packages.kernel("cloud"), packages.unsigned_kernel
    initrd = initrds / f"release-{signed.release}"
    with tempfile.TemporaryDirectory() as scratch:

        def text(content: str) -> Path:
            path = Path(scratch) / cache.key_of(content)
            path.write_text(content)
            return path

        joined = Path(scratch) / "joined"
        joined.write_bytes((initrds / "extra").read_bytes() + initrd.read_bytes())
        uname: uki.Sections = [(".uname", text(signed.release))]
        osrel: uki.Sections = [(".osrel", text(f'ID=debian\nPRETTY_NAME="{OS_NAME}"\n'))]
        cmdline: uki.Sections = [(".cmdline", text(CMDLINE))]
        microcode: uki.Sections = [(".ucode", initrds / "microcode")]
        kernel: uki.Sections = [(".linux", signed.path), (".initrd", initrd)]
        plain = osrel + cmdline + uname + kernel
        profiles: uki.Sections = [
            (".profile", text("ID=main\nTITLE=The usual\n")),
            (".profile", text("ID=debug\nTITLE=With messages\n")),
            (".cmdline", text(f"{CMDLINE} debug")),
            (".profile", text("ID=rescue\nTITLE=Another initrd\n")),
            (".cmdline", text(f"{CMDLINE} rescue")),
            (".initrd", joined),
        ]
        other_release = osrel + cmdline + [(".uname", text("6.1.0-1-other"))] + kernel
        other_initrd: uki.Sections = [kernel[0], (".initrd", initrds / "dracut-zstd")]
        inner_unsigned: uki.Sections = [(".linux", unsigned.path), (".initrd", initrd)]
        for name, sections in {
            "plain": plain,
            "microcode": plain + microcode,
            "profiles": plain + profiles,
            "anonymous": cmdline + kernel,
            "other-release": other_release,
            "two-initrds": plain + [(".initrd", initrds / "extra")],
            "other-initrd": osrel + cmdline + uname + other_initrd,
            "inner-unsigned": osrel + cmdline + uname + inner_unsigned,
            "no-cmdline": osrel + uname + kernel,
            "addon-cmdline": [(".cmdline", text("quiet splash"))],
            "addon-initrd": microcode + [(".initrd", initrd)],
            "addon-devicetree": [(".dtb", text("a device tree"))],
        }.items():
            uki.make(stub, sections, folder / f"{name}.efi")
    _sign(folder, "test", folder / "inner-unsigned.efi", "signed.efi")
    _sign(folder, "test", folder / "plain.efi", "both-signed.efi")

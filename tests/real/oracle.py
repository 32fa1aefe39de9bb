# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks other people's programs the same questions."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from .inspect import Facts
from .run import run

DECOMPRESSORS = {
    "gzip": ["gzip", "-dc"],
    "xz": ["xz", "-dc"],
    "zstd": ["zstd", "-q", "-dc", "--long=27"],
    "lzma": ["xz", "--format=lzma", "-dc"],
    "lz4": ["lz4", "-q", "-dc"],
    "bzip2": ["bzip2", "-dc"],
    "lzo": ["lzop", "-dc"],
}


def describe(path: Path) -> str:
    """What file(1) says."""
    return run(["file", "--brief", path]).strip()


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Section(NamedTuple):
    name: str
    size: int
    address: int
    offset: int


def sections(path: Path) -> list[Section]:
    """A PE file's sections, by objdump."""
    rows = re.findall(
        r"^ +\d+ (\S+) +([0-9a-f]{8}) +([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]{8}) ",
        run(["objdump", "-h", path]),
        re.MULTILINE,
    )
    return [
        Section(name, int(size, 16), int(address, 16), int(offset, 16))
        for name, size, address, offset in rows
    ]


def unpack(compressor: str, data: bytes) -> bytes:
    """What the compressor's own tool makes of it."""
    command = DECOMPRESSORS[compressor]
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def unpack_kernel(path: Path, facts: Facts) -> bytes:
    """The kernel proper, which is compressed in the file where the facts say."""
    payload = facts["payload"]
    with path.open("rb") as file:
        file.seek(payload["offset"])
        data = file.read(payload["size"])
    if facts["format"] == "bzImage" and payload["format"] != "gzip":
        # The boot protocol counts the unpacked size, which stands behind the compressed data.
        data, size = data[:-4], data[-4:]
        assert int.from_bytes(size, "little") == facts["unpacked_size"]
    return unpack(payload["format"], data)


def list_cpio(data: bytes) -> list[str]:
    """The names in a cpio archive."""
    done = subprocess.run(["cpio", "--quiet", "-t"], input=data, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().splitlines()


def is_signed_by(path: Path, certificate: Path) -> bool:
    """Whether sbverify takes the file's signature."""
    done = subprocess.run(
        ["sbverify", "--cert", certificate, path], capture_output=True, check=False
    )
    return done.returncode == 0


class Signature(NamedTuple):
    """One signature, as OpenSSL's tools print it."""

    certificates: str
    structure: str


def signature(path: Path, number: int = 1) -> Signature:
    """Takes a signature off the file, and has OpenSSL look at it."""
    with tempfile.TemporaryDirectory() as scratch:
        detached = Path(scratch) / "signature"
        run(["sbattach", "--signum", str(number), "--detach", detached, path])
        certificates = run(
            ["openssl", "pkcs7", "-inform", "DER", "-in", detached, "-print_certs", "-noout"]
        )
        return Signature(
            certificates, run(["openssl", "asn1parse", "-inform", "DER", "-in", detached])
        )

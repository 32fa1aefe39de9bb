# SPDX-License-Identifier: LGPL-2.1-or-later
"""What it costs to verify an initrd whole, beside the compressors' own tests: prints ratios, asserts
nothing.

Run it with `PYTHONPATH=tests /usr/bin/python3 -m bench.initrd`. The initrds are made of files of this
machine, and kept in ~/.cache/kexecd.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import IO

SOURCE = Path(__file__).parents[2]
BUILD = SOURCE / "build-bench"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kexecd" / "bench"
PAIRS = 3
MIB = 1 << 20

# Quick to compress, and read back as what tools make with their defaults. What comes out has about
# 100 MB; xz takes so long that 60 have to do.
COMPRESSORS = {
    "zstd": ["zstd", "-q", "-3", "-c"],
    "xz": ["xz", "-1", "--check=crc32", "-c"],
    "gzip": ["gzip", "-n", "-3", "-c"],
}
UNPACKED = {"zstd": 440 * MIB, "xz": 310 * MIB, "gzip": 340 * MIB}


def build() -> Path:
    """The program that verifies, as it is installed: optimized, without sanitizers."""
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["meson", "setup", BUILD, SOURCE, "-Dbuildtype=release", "-Dtests=true"],
                       check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", BUILD, "tests/bench/verify-initrd"], check=True,
                   stdout=subprocess.DEVNULL)
    return BUILD / "tests" / "bench" / "verify-initrd"


def real_files() -> Iterator[Path]:
    """Programs, libraries and data, such as initrds are made of."""
    for folder in ("/usr/lib", "/usr/bin", "/usr/sbin", "/usr/share"):
        for path, folders, names in os.walk(folder):
            folders.sort()
            yield from (Path(path, name) for name in sorted(names))


def member(name: str, mode: int, body: bytes) -> bytes:
    fields = (0, mode, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name.encode()) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + body + bytes(-len(body) % 4)


def write_archive(file: IO[bytes], size: int) -> None:
    """A cpio archive of about `size` bytes."""
    written = file.write(member("init", stat.S_IFREG | 0o755, b"#!/bin/sh\n"))
    for path in real_files():
        if written >= size:
            break
        try:
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size < 16 * MIB:
                written += file.write(member(str(path)[1:], status.st_mode, path.read_bytes()))
        except (PermissionError, FileNotFoundError):
            continue
    file.write(member("TRAILER!!!", 0, b""))


def make_initrd(compressor: str) -> Path:
    """An initrd that is compressed with this, from the cache if it is there."""
    size = UNPACKED[compressor]
    path = CACHE / f"{size // MIB}.{compressor}"
    if path.exists():
        return path
    CACHE.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    with unfinished.open("wb") as out, subprocess.Popen(
            COMPRESSORS[compressor], stdin=subprocess.PIPE, stdout=out) as process:
        assert process.stdin is not None
        write_archive(process.stdin, size)
        process.stdin.close()
    if process.returncode != 0:
        raise RuntimeError(f"{compressor} failed")
    return unfinished.rename(path)


def seconds(command: list[str | Path]) -> tuple[float, str]:
    """The wall time of a command, and what it printed."""
    start = time.perf_counter()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return time.perf_counter() - start, output


def compare(title: str, ours: list[str | Path], theirs: list[str | Path]) -> None:
    """Run both in turn and print the medians."""
    ratios, our_times, their_times, memory = [], [], [], 0
    for _ in range(PAIRS):
        their_times.append(seconds(theirs)[0])
        took, output = seconds(ours)
        our_times.append(took)
        ratios.append(took / their_times[-1])
        memory = max(memory, int(output))
    print(f"{title}: {median(our_times):.2f} s, {' '.join(map(str, theirs[:2]))} "
          f"{median(their_times):.2f} s, ratio in pairs {median(ratios):.2f} "
          f"({min(ratios):.2f} to {max(ratios):.2f}), {memory / 1024:.1f} MiB at most")


def main() -> None:
    verify = build()
    for compressor in COMPRESSORS:
        if shutil.which(compressor) is None:
            print(f"{compressor}: not here, left out")
            continue
        initrd = make_initrd(compressor)
        compare(f"{compressor}, {initrd.stat().st_size / 1e6:.0f} MB", [verify, initrd],
                [compressor, "-t", "-q", initrd])
    initrd = make_initrd("zstd")
    compare("two files at once", [verify, initrd, initrd], ["zstd", "-t", "-q", initrd, initrd])
    double = initrd.with_name("double.zstd")
    if not double.exists():
        double.write_bytes(2 * initrd.read_bytes())
    compare("two archives in one file", [verify, double], ["zstd", "-t", "-q", double])


if __name__ == "__main__":
    main()

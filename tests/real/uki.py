# SPDX-License-Identifier: LGPL-2.1-or-later
"""Puts unified kernel images together with objcopy, the way it was done before there was ukify."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from .run import run

PAGE = 4096

# Sections in the order in which they stand in the file: a name, and the file with what it holds.
Sections = list[tuple[str, Path]]


def make(stub: Path, sections: Sections, result: Path) -> None:
    """Adds the sections to a copy of the stub."""
    address = _end_of_sections(stub)
    options: list[str | Path] = []
    for number, (_, content) in enumerate(sections):
        # objcopy takes no second section of the same name: add them under others.
        options += ["--add-section", f"{_placeholder(number)}={content}"]
        options += ["--change-section-vma", f"{_placeholder(number)}={address:#x}"]
        address += _rounded_up(content.stat().st_size)
    run(["objcopy", *options, stub, result])
    _rename_sections(result, [name for name, _ in sections])


def _placeholder(number: int) -> str:
    return f".kexec{number:02}"  # eight characters, all that a PE file has for a name


def _end_of_sections(path: Path) -> int:
    """The first free page behind the sections, in memory."""
    ends = [
        int(size, 16) + int(address, 16)
        for size, address in re.findall(
            r"^ +\d+ \S+ +([0-9a-f]{8}) +([0-9a-f]+) ", run(["objdump", "-h", path]), re.MULTILINE
        )
    ]
    return _rounded_up(max(ends))


def _rounded_up(size: int) -> int:
    return -(-size // PAGE) * PAGE


def _rename_sections(path: Path, names: list[str]) -> None:
    with path.open("r+b") as file:
        head = file.read(PAGE)
        (pe,) = struct.unpack_from("<I", head, 0x3C)
        (size_of_optional,) = struct.unpack_from("<H", head, pe + 20)
        table = pe + 24 + size_of_optional
        for number, name in enumerate(names):
            file.seek(head.index(_placeholder(number).encode(), table))
            file.write(name.encode().ljust(8, b"\0"))

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Damages copies of files."""

from __future__ import annotations

from pathlib import Path


def cut(source: Path, size: int, folder: Path) -> Path:
    """A copy of the first `size` bytes; of all but as many if it is negative."""
    return _write(source.read_bytes()[:size], source, folder)


def flip(source: Path, offset: int, folder: Path) -> Path:
    """A copy with one bit flipped; a negative offset counts from the end."""
    data = bytearray(source.read_bytes())
    data[offset] ^= 0x10
    return _write(data, source, folder)


def overwrite(source: Path, offset: int, content: bytes, folder: Path) -> Path:
    """A copy with other bytes somewhere."""
    data = bytearray(source.read_bytes())
    data[offset : offset + len(content)] = content
    return _write(data, source, folder)


def append(source: Path, content: bytes, folder: Path) -> Path:
    """A copy with something behind it."""
    return _write(source.read_bytes() + content, source, folder)


def _write(data: bytes, source: Path, folder: Path) -> Path:
    path = folder / source.name
    path.write_bytes(data)
    return path

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A FUSE file system of one file whose reads wait for as long as a test wants, or fail.

It speaks the kernel's protocol (linux/fuse.h) itself, as no FUSE library for Python is packaged
everywhere.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .wait import LIMIT, wait_for

LOOKUP, FORGET, GETATTR, OPEN, READ, RELEASE, FLUSH = 1, 2, 3, 14, 15, 18, 25
INIT, INTERRUPT, DESTROY, BATCH_FORGET = 26, 36, 38, 42
NO_REPLY = (FORGET, BATCH_FORGET, INTERRUPT)

IN_HEADER = struct.Struct("<IIQQIIIHH")
OUT_HEADER = struct.Struct("<IiQ")
READ_IN = struct.Struct("<QQI")
REQUEST = 1 << 20

ROOT, FILE = 1, 2  # inodes
DIRECT_IO = 1
MNT_DETACH, MS_BIND = 2, 4096

_libc = ctypes.CDLL(None, use_errno=True)


def _mount(fd: int, target: Path) -> None:
    data = f"fd={fd},rootmode=40000,user_id=0,group_id=0,allow_other"
    if _libc.mount(b"test", str(target).encode(), b"fuse", 0, data.encode()) != 0:
        raise OSError(ctypes.get_errno(), "Cannot mount FUSE")


class HangingFile:
    """The file, and what is to become of those who read it."""

    def __init__(self, folder: Path, contents: bytes) -> None:
        self.path = folder / "file"
        self._contents = contents
        self._held: list[bytes] | None = None
        self._hold_from = 0
        self.beginnings = 0  # how often somebody read its first byte
        self._error = 0
        self._lock = threading.Lock()
        self._fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        _mount(self._fd, folder)
        self._folder = folder
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    # What tests say

    def hold(self, first: int = 0) -> None:
        """Reads at or after this offset wait."""
        with self._lock:
            self._held, self._hold_from = [], first

    def wait_held(self) -> None:
        wait_for(lambda: self._held, "somebody to read the hanging file")

    def release(self) -> None:
        with self._lock:
            held, self._held = self._held or [], None
        for request in held:
            self._read(request)

    def fail(self) -> None:
        """Reads fail, as on a broken disk."""
        self._error = errno.EIO

    def replace(self, contents: bytes) -> None:
        """Somebody writes the file meanwhile."""
        self._contents = contents

    def close(self) -> None:
        self.release()
        _libc.umount2(str(self._folder).encode(), MNT_DETACH)
        self._thread.join(LIMIT)
        os.close(self._fd)

    # What the kernel asks

    def _serve(self) -> None:
        while True:
            try:
                request = os.read(self._fd, REQUEST)
            except OSError as error:
                if error.errno == errno.ENODEV:  # unmounted
                    return
                continue
            opcode = IN_HEADER.unpack_from(request)[1]
            if opcode == READ:
                self.beginnings += READ_IN.unpack_from(request, IN_HEADER.size)[1] == 0
                self._read(request)
            elif opcode not in NO_REPLY:
                self._answer(request, *self._result(opcode, request))

    def _read(self, request: bytes) -> None:
        _, offset, size = READ_IN.unpack_from(request, IN_HEADER.size)
        with self._lock:
            if self._held is not None and offset >= self._hold_from:
                self._held.append(request)
                return
        self._answer(request, self._error, self._contents[offset:offset + size])

    def _result(self, opcode: int, request: bytes) -> tuple[int, bytes]:
        node = IN_HEADER.unpack_from(request)[3]
        if opcode == INIT:
            return 0, struct.pack("<IIIIHHIIHH", 7, 31, 0, 0, 16, 12, 1 << 16, 1, 0, 0) + bytes(32)
        if opcode == LOOKUP and request[IN_HEADER.size:].rstrip(b"\0") == b"file":
            return 0, struct.pack("<QQQQII", FILE, 0, 0, 0, 0, 0) + self._attributes(FILE)
        if opcode == LOOKUP:
            return errno.ENOENT, b""
        if opcode == GETATTR:
            return 0, struct.pack("<QII", 0, 0, 0) + self._attributes(node)
        if opcode == OPEN:
            return 0, struct.pack("<QII", 0, DIRECT_IO, 0)
        if opcode in (RELEASE, FLUSH, DESTROY):
            return 0, b""
        return errno.ENOSYS, b""

    def _attributes(self, node: int) -> bytes:
        mode, size = (0o40755, 0) if node == ROOT else (0o100644, len(self._contents))
        return struct.pack("<QQQQQQIIIIIIIIII", node, size, 0, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0,
                           4096, 0)

    def _answer(self, request: bytes, error: int, payload: bytes) -> None:
        unique = IN_HEADER.unpack_from(request)[2]
        payload = b"" if error else payload
        try:
            os.write(self._fd, OUT_HEADER.pack(OUT_HEADER.size + len(payload), -error, unique)
                     + payload)
        except OSError as caught:
            if caught.errno != errno.ENOENT:  # the reader is gone
                raise


@contextmanager
def covered(path: Path, file: HangingFile) -> Iterator[None]:
    """Where `path` is, the hanging file is seen for a while."""
    if _libc.mount(str(file.path).encode(), str(path).encode(), None, MS_BIND, None) != 0:
        raise OSError(ctypes.get_errno(), f"Cannot mount over {path}")
    try:
        yield
    finally:
        _libc.umount2(str(path).encode(), MNT_DETACH)


@contextmanager
def hanging_file(folder: Path, contents: bytes) -> Iterator[HangingFile]:
    folder.mkdir()
    file = HangingFile(folder, contents)
    try:
        yield file
    finally:
        file.close()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Descriptors that callers pass to StageFiles: a descriptor can be anything, and an index too."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from gi.repository import GLib

from . import contract
from .caller import BusError, Caller
from .hanging import HangingFile
from .machine import NEW, Machine, joined, make_initrd, make_kernel
from .wait import wait_for

INVALID = contract.ERROR + "InvalidArgument"
MIB = 1 << 20


@pytest.fixture
def kernel(machine: Machine) -> Path:
    return machine.write("files/kernel", make_kernel(NEW))


@contextmanager
def opened(path: Path, flags: int = os.O_RDONLY) -> Iterator[int]:
    fd = os.open(path, flags)
    try:
        yield fd
    finally:
        os.close(fd)


def sparse(folder: Path, size: int) -> Path:
    path = folder / "sparse"
    with open(path, "wb") as file:
        file.truncate(size)
    return path


def pipe(folder: Path) -> int:
    reader, writer = os.pipe()
    os.close(writer)
    return reader


def fifo(folder: Path) -> int:
    os.mkfifo(folder / "fifo")
    return os.open(folder / "fifo", os.O_RDONLY | os.O_NONBLOCK)


def unix_socket(folder: Path) -> int:
    return socket.socket(socket.AF_UNIX).detach()


def empty(folder: Path) -> int:
    return os.open(sparse(folder, 0), os.O_RDONLY)


def write_only(folder: Path) -> int:
    (folder / "write-only").write_bytes(make_kernel(NEW))
    return os.open(folder / "write-only", os.O_WRONLY)


def path_only(folder: Path) -> int:
    (folder / "path-only").write_bytes(make_kernel(NEW))
    return os.open(folder / "path-only", os.O_PATH)


NOT_FILES: dict[str, Callable[[Path], int]] = {
    "pipe": pipe,
    "fifo": fifo,
    "socket": unix_socket,
    "directory": lambda folder: os.open(folder, os.O_RDONLY),
    "character device": lambda folder: os.open("/dev/zero", os.O_RDONLY),
    "terminal": lambda folder: os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY),
    "event counter": lambda folder: os.eventfd(1),
    "opened for writing only": write_only,
    "opened as a path only": path_only,
    "directory as a path": lambda folder: os.open(folder, os.O_PATH),
}


@pytest.mark.parametrize("kind", NOT_FILES)
def test_not_a_readable_file(kind: str, machine: Machine, root: Caller, kernel: Path) -> None:
    """Neither as a kernel nor as an initrd; and the daemon goes on as before."""
    fd = NOT_FILES[kind](machine.folder)
    try:
        error = root.error("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[fd])
        assert error.name == INVALID
        with opened(kernel) as good:
            error = root.error("StageFiles", 0, [1], "root=/dev/vda1", {}, fds=[good, fd])
        assert error.name == INVALID
    finally:
        os.close(fd)
    assert machine.kernel.loads == 0
    assert root.get("State") == "idle"


def test_empty_files(machine: Machine, root: Caller, kernel: Path) -> None:
    nothing = machine.write("files/nothing", b"")
    with pytest.raises(BusError, match=contract.ERROR + "InvalidImage.*empty"):
        root.stage_files(nothing)
    with pytest.raises(BusError, match=contract.ERROR + "InvalidInitrd.*empty"):
        root.stage_files(kernel, nothing)


def test_files_over_the_cap(machine: Machine, root: Caller, kernel: Path) -> None:
    """They are refused by their size, before a byte is read."""
    with pytest.raises(BusError, match=contract.ERROR + "InvalidImage.*at most 512 MiB"):
        root.stage_files(sparse(machine.folder, 512 * MIB + 1))
    with pytest.raises(BusError, match=contract.ERROR + "InvalidInitrd.*at most 2047 MiB"):
        root.stage_files(kernel, sparse(machine.folder, 2048 * MIB))


def test_initrds_over_the_cap_together(machine: Machine, root: Caller, kernel: Path) -> None:
    half = sparse(machine.folder, 1024 * MIB)
    with pytest.raises(BusError, match=contract.ERROR + "InvalidInitrd.*together"):
        root.stage_files(kernel, half, half)


@pytest.mark.parametrize("index", [-1, 1, 2, 15, 2**31 - 1, -2**31])
def test_index_that_leads_nowhere(index: int, machine: Machine, root: Caller,
                                  kernel: Path) -> None:
    with opened(kernel) as fd:
        as_kernel = root.error("StageFiles", index, [], "root=/dev/vda1", {}, fds=[fd])
        as_initrd = root.error("StageFiles", 0, [0, index], "root=/dev/vda1", {}, fds=[fd])
    assert as_kernel.name == as_initrd.name == INVALID
    assert "did not come with the message" in as_kernel.message


@pytest.mark.parametrize("index", [0, -1, 5])
def test_message_without_descriptors(index: int, machine: Machine, root: Caller) -> None:
    error = root.error("StageFiles", index, [index], "root=/dev/vda1", {})
    assert error.name == INVALID


def test_fifteen_initrds_are_loaded_in_order(machine: Machine, root: Caller, kernel: Path) -> None:
    initrds = [machine.write(f"files/initrd-{number}", make_initrd(f"{number}" * (number + 1)))
               for number in range(15)]
    root.stage_files(kernel, *initrds)
    assert machine.kernel.initrd == joined(*(path.read_bytes() for path in initrds))


def test_sixteen_initrds(machine: Machine, root: Caller, kernel: Path) -> None:
    with opened(kernel) as fd:
        error = root.error("StageFiles", 0, [0] * 16, "root=/dev/vda1", {}, fds=[fd])
    assert error.name == INVALID
    assert "at most 15" in error.message


def test_one_descriptor_in_two_places(machine: Machine, root: Caller, kernel: Path) -> None:
    """The same file may be an initrd twice; nothing is closed too often."""
    initrd = machine.write("files/initrd", make_initrd("abc"))
    with opened(kernel) as first, opened(initrd) as second:
        root.call("StageFiles", 0, [1, 1], "root=/dev/vda1", {}, fds=[first, second])
    assert machine.kernel.initrd is not None
    assert machine.kernel.initrd == joined(make_initrd("abc"), make_initrd("abc"))


def test_descriptors_are_closed(machine: Machine, root: Caller, kernel: Path) -> None:
    def open_files() -> int:
        assert machine.process is not None
        return len(os.listdir(f"/proc/{machine.process.pid}/fd"))

    root.stage_files(kernel)
    before = open_files()
    for _ in range(5):
        root.stage_files(kernel)
        with opened(kernel) as fd:
            root.error("StageFiles", 0, [7], "root=/dev/vda1", {}, fds=[fd])
    wait_for(lambda: open_files() <= before, "the descriptors to be closed")


def test_offset_of_the_caller_does_not_matter(machine: Machine, root: Caller,
                                              kernel: Path) -> None:
    with opened(kernel) as fd:
        os.lseek(fd, 4096, os.SEEK_SET)
        root.call("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[fd])
        assert os.lseek(fd, 0, os.SEEK_CUR) == 4096
    assert machine.kernel.image == make_kernel(NEW)


def test_file_that_changes_while_it_is_read(off: Machine, hanging: HangingFile,
                                            root: Caller) -> None:
    """The copy and the file must be the same at the end."""
    off.start()
    hanging.hold()
    with opened(hanging.path) as fd:
        call = root.begin("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[fd])
        hanging.wait_held()
        hanging.replace(make_kernel(NEW)[:-16])
        hanging.release()
        error = call.error()
    assert error.name == contract.ERROR + "IOError"
    assert "changed while it was read" in error.message


def test_file_that_never_answers(off: Machine, hanging: HangingFile, root: Caller) -> None:
    """Everybody else is served meanwhile, the caller gets an error, and then all is as before."""
    off.start("--stall=4")
    hanging.hold()
    with opened(hanging.path) as fd:
        call = root.begin("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[fd])
        hanging.wait_held()
        assert root.get("State") == "staging"
        assert not call.is_over()
        error = call.error()
        assert error.name == contract.ERROR + "IOError"
        assert "gave no data" in error.message
        assert root.get("State") == "idle"
        root.call("Stage", "", {})
        hanging.release()
    assert off.kernel.loads == 1


def test_late_data_of_a_hung_file_is_not_loaded(off: Machine, hanging: HangingFile,
                                                root: Caller) -> None:
    off.start("--stall=4")
    hanging.hold()
    with opened(hanging.path) as fd:
        error = root.error("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[fd])
        assert error.name == contract.ERROR + "IOError"
        hanging.release()
    root.stage_files(off.write("files/other", make_kernel("9.9.9")))
    assert off.kernel.loads == 1
    assert off.kernel.image == make_kernel("9.9.9")


def test_record_tells_what_was_loaded(machine: Machine, root: Caller, kernel: Path) -> None:
    initrd = machine.write("files/initrd", make_initrd("abc"))
    staged: dict[str, Any] = root.stage_files(kernel, initrd, title="Mine")
    assert staged["title"] == "Mine"
    assert staged["id"] == ""
    assert [file["path"] for file in staged["files"]] == ["", ""]
    assert [file["size"] for file in staged["files"]] == [len(make_kernel(NEW)),
                                                         len(make_initrd("abc"))]
    for file, contents in zip(staged["files"], (make_kernel(NEW), make_initrd("abc"))):
        assert file["sha256"] == GLib.compute_checksum_for_data(GLib.ChecksumType.SHA256, contents)

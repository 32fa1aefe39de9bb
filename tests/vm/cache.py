# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cache of what takes long to make: images, saved machines, the build directory.

An entry is a folder `KIND-KEY`, complete or absent: it is built under another name, then renamed.
Its key is a hash of what it is made from, so an entry never needs refreshing; old ones are removed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# How many entries of one kind stay: two builds that are compared, and no more.
KEPT_PER_KIND = 2

# Locks on entries in use, held until this process ends.
_in_use: dict[Path, int] = {}


def directory() -> Path:
    """The folder that holds the cache."""
    home_cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(os.environ.get("KEXECD_CACHE") or Path(home_cache) / "kexecd")
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


def as_root() -> list[str]:
    """What to put before a command that works on files of a guest, which belong to many users."""
    if os.geteuid() == 0:
        return []
    return ["unshare", "--user", "--map-auto", "--map-root-user", "--"]


def key_of(*parts: bytes | str) -> str:
    """A short name for a list of texts."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:16]


def key_of_tree(top: Path) -> str:
    """The same for a folder: names, modes and contents of everything in it."""
    parts: list[bytes | str] = []
    for path in sorted(top.rglob("*")):
        parts += [str(path.relative_to(top)), oct(path.lstat().st_mode)]
        if path.is_symlink():
            parts.append(os.readlink(path))
        elif path.is_file():
            parts.append(path.read_bytes())
    return key_of(*parts)


def identity(entry: Path) -> str:
    """What tells this entry from one that was made again from the same recipe."""
    return (entry / "id").read_text()


def entry(kind: str, key: str, build: Callable[[Path], None]) -> Path:
    """Return the entry, built with `build(folder)` if it is not there, and keep it while we run."""
    path = directory() / f"{kind}-{key}"
    with locked(kind):
        if not path.exists():
            _build(path, build)
        os.utime(path)
        _keep_while_running(path)
        _remove_old(kind)
    return path


def _build(path: Path, build: Callable[[Path], None]) -> None:
    partial_prefix = f".partial-{path.name.rpartition('-')[0]}-"
    for left_over in _of_kind(partial_prefix[:-1]):
        _remove(left_over)

    start = time.monotonic()
    _say(f"Making {path.name} ...")
    partial = Path(tempfile.mkdtemp(prefix=partial_prefix, dir=directory()))
    try:
        build(partial)
        (partial / "id").write_text(str(uuid.uuid4()))
        partial.rename(path)
    except BaseException:
        _remove(partial)
        raise
    _say(f"Made {path.name} in {time.monotonic() - start:.0f} s")


@contextmanager
def locked(kind: str) -> Iterator[None]:
    with open(directory() / f"{kind}.lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say(f"Waiting for another run to finish with its {kind} ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _of_kind(kind: str) -> list[Path]:
    """What is named KIND-KEY: "openrc-init.login" is another kind than "openrc"."""
    return [path for path in directory().iterdir() if path.name.rpartition("-")[0] == kind]


def _keep_while_running(path: Path) -> None:
    if path not in _in_use:
        _in_use[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(_in_use[path], fcntl.LOCK_SH)


def _remove_old(kind: str) -> None:
    newest_first = sorted(_of_kind(kind), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest_first[KEPT_PER_KIND:]:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(path)
        except BlockingIOError:
            pass  # another run is using it
        finally:
            os.close(fd)


def _remove(path: Path) -> None:
    subprocess.run([*as_root(), "rm", "-rf", "--", str(path)], check=True)


def _say(text: str) -> None:
    print(text, file=sys.__stderr__, flush=True)

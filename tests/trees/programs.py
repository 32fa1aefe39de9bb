# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs of the build: the one under test, and those that make kernels and the like."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

SOURCE = Path(__file__).parents[2]
BUILD = SOURCE / os.environ.get("BUILD", "build-check")


def find(variable: str, program: str) -> Path:
    path = Path(os.environ.get(variable, BUILD / program)).resolve()
    assert path.is_file(), f"{path} is not there; build it, or set ${variable}"
    return path


def run(program: Path, *arguments: str | Path) -> bytes:
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, check=True).stdout


@functools.lru_cache(maxsize=None)
def make_kernel(release: str) -> bytes:
    return run(find("MAKE_KERNEL", "tests/unit/make-kernel"), release)


@functools.lru_cache(maxsize=None)
def make_initrd() -> bytes:
    return run(find("MAKE_INITRD", "tests/unit/make-initrd"))


def make_uki(*arguments: str | Path) -> bytes:
    return run(find("MAKE_UKI", "tests/unit/make-uki"), *arguments)

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures: a place that everybody may read, the program in it, and an empty tree for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import programs
from .tree import Tree


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """pytest's own folders are for their owner alone."""
    umask = os.umask(0o022)
    path = Path(tempfile.mkdtemp(prefix="kexecd-trees-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)
    os.umask(umask)


@pytest.fixture(scope="session")
def client(folder: Path) -> Path:
    """A copy: the build directory may be one that not everybody can enter."""
    path = folder / "program" / "kexecctl"
    path.parent.mkdir()
    shutil.copy(programs.find("KEXECCTL", "client/kexecctl"), path)
    path.chmod(0o755)
    coverage = path.parent / "coverage"
    coverage.mkdir()
    coverage.chmod(0o777)  # a build that measures coverage writes there, without privileges
    return path


@pytest.fixture
def tree(folder: Path, client: Path) -> Iterator[Tree]:
    root = Path(tempfile.mkdtemp(prefix="tree-", dir=folder))
    root.chmod(0o755)
    yield Tree(root, client)
    shutil.rmtree(root)

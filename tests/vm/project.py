# SPDX-License-Identifier: LGPL-2.1-or-later
"""The project as a distribution would build it, installed into a folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from . import cache

SOURCE = Path(__file__).parents[2]
OPTIONS = ["--prefix=/usr", "--buildtype=release", "-Dtests=false", "-Dopenrc=enabled"]


def build() -> Path:
    """Build what has changed, and return the folder that `meson install` filled.

    It is named by what is in it: others may build beside us, and read theirs meanwhile.
    """
    folder = cache.directory() / f"build-{cache.key_of(str(SOURCE), *OPTIONS)}"
    tree = folder / "installed"
    with cache.locked("build"):
        if not (folder / "build.ninja").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run("meson", "setup", *OPTIONS, str(folder), str(SOURCE))
        _run("meson", "compile", "-C", str(folder))
        shutil.rmtree(tree, ignore_errors=True)
        _run("meson", "install", "-C", str(folder), "--no-rebuild", "--destdir", str(tree))
        key = cache.key_of_tree(tree)
        return cache.entry("project", key, lambda entry: _move(tree, entry)) / "installed"


def _move(tree: Path, entry: Path) -> None:
    tree.rename(entry / "installed")


def _run(*command: str) -> None:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-6000:]}")

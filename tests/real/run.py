# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the programs that make the files, and those that are asked what is in them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

Command = Sequence[str | Path]


def run(
    command: Command,
    environment: dict[str, str] | None = None,
    *,
    directory: Path | None = None,
    text: str | None = None,
) -> str:
    """What the program printed; its complaints are shown if it fails."""
    done = subprocess.run(
        command,
        env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
        cwd=directory,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-4000:]
        raise RuntimeError(f"{' '.join(map(str, command))} failed ({done.returncode}):\n{said}")
    return done.stdout


def convert(command: Command, source: Path, result: Path) -> None:
    """Runs a program that reads its input and writes its output, as compressors do."""
    with source.open("rb") as stdin, result.open("wb") as stdout:
        subprocess.run(command, stdin=stdin, stdout=stdout, check=True)

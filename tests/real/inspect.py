# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks the program under test what files are."""

from __future__ import annotations

import functools
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[2]
CLIENT = os.environ.get("KEXECCTL", str(SOURCE / "build-check/client/kexecctl"))

Facts = dict[str, Any]  # as kexecctl(1) documents them

GOOD, CANNOT_BOOT = 0, 4


@dataclass(frozen=True)
class Inspection:
    """What `kexecctl inspect --json` said about some files."""

    status: int
    files: list[Facts]

    @property
    def facts(self) -> Facts:
        """Of the only file."""
        (facts,) = self.files
        return facts

    def codes(self, *severities: str) -> list[str]:
        """The findings' codes, of all files; by default of those that matter."""
        wanted = severities or ("blocker", "warning")
        return [
            finding["code"]
            for facts in self.files
            for finding in facts["findings"]
            if finding["severity"] in wanted
        ]

    @property
    def blockers(self) -> list[str]:
        return self.codes("blocker")

    def text(self, code: str) -> str:
        """The sentence of a finding."""
        texts: list[str] = [
            finding["text"]
            for facts in self.files
            for finding in facts["findings"]
            if finding["code"] == code
        ]
        assert texts, f"{code} is not among {self.codes('blocker', 'warning', 'note')}"
        return texts[0]


@functools.cache
def inspect(*files: Path) -> Inspection:
    """Inspects files, which have to stay as they are."""
    done = subprocess.run(
        [CLIENT, "inspect", "--json", "--", *files],
        env={**os.environ, **SANITIZERS},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode in (GOOD, CANNOT_BOOT), f"exit {done.returncode}: {done.stderr[-4000:]}"
    assert done.stderr == "", done.stderr[-4000:]
    inspection = Inspection(done.returncode, json.loads(done.stdout))
    assert [facts["file"] for facts in inspection.files] == [str(file) for file in files]
    assert (inspection.status == CANNOT_BOOT) == bool(inspection.blockers)
    return inspection


SANITIZERS = {
    "ASAN_OPTIONS": "abort_on_error=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
}

# SPDX-License-Identifier: LGPL-2.1-or-later
"""The clock that benchmarks measure with, however seldom it is looked at."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from .clock import HERTZ, PORT, ROUND, Clock
from .machine import Machine

BEGUN = 1798761588.75  # shortly before a year ends
TICKS_THEN = ROUND - 1000


class Counting:
    """A machine's two clocks, as its monitor shows them."""

    def __init__(self, between: float = 0) -> None:
        self.now = 0.0
        self._between = between  # seconds that pass at each look

    def monitor(self, line: str) -> str:
        assert line == f"i /1xw {PORT:#x}"
        self.now += self._between
        ticks = (TICKS_THEN + int(self.now * HERTZ)) % ROUND
        return f"portw[0x0608] = {ticks:#010x}"

    def command(self, name: str, **arguments: Any) -> Any:
        assert (name, arguments) == ("qom-get", {"path": "/machine", "property": "rtc-time"})
        date = time.gmtime(int(BEGUN + self.now))
        return {
            "tm_year": date.tm_year - 1900,
            "tm_mon": date.tm_mon - 1,
            "tm_mday": date.tm_mday,
            "tm_hour": date.tm_hour,
            "tm_min": date.tm_min,
            "tm_sec": date.tm_sec,
        }


@pytest.mark.parametrize("passed", [0, 0.01, 0.3, 2.3, 2.4, 4.6, 4.7, 5.0, 21.54, 26.23, 40.9, 300])
def test_rounds_that_nobody_saw(passed: float) -> None:
    machine = Counting()
    clock = Clock(cast(Machine, SimpleNamespace(qmp=machine)))
    machine.now = passed
    assert clock.seconds() == pytest.approx(passed, abs=1e-6)


def test_machine_that_goes_on_between_two_looks() -> None:
    machine = Counting(between=0.9)
    clock = Clock(cast(Machine, SimpleNamespace(qmp=machine)))
    begun = machine.now
    machine.now += 11
    assert clock.seconds() == pytest.approx(machine.now - begun, abs=1e-6)

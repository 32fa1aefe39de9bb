# SPDX-License-Identifier: LGPL-2.1-or-later
"""The time of a machine that counts (`kind.COUNTED`), read from outside.

There every instruction takes 4 ns, and only where the machine waits does its clock go with the
host's: about as fast as such a machine runs anyway, and hardly disturbed by what else its host does.
What it cannot show is what caches and a second processor change.
"""

from __future__ import annotations

import re
import time

from .machine import Machine

# The ACPI power management timer: 24 bits, which come round after 4.7 s. (Where Linux finds it is on
# the guest's console: "ACPI: PM-Timer IO Port: 0x608".)
PORT = 0x608
HERTZ = 3_579_545
ROUND = 1 << 24
# Looked at less often, a fast host's could have come round unseen.
LONGEST_GAP = 1.0


class Clock:
    """Seconds since this was made, if it is asked several times a second."""

    def __init__(self, machine: Machine) -> None:
        self._qmp = machine.qmp
        self._ticks = 0
        self._last = self._read()
        self._looked = time.monotonic()

    def seconds(self) -> float:
        ticks = self._read()
        now = time.monotonic()
        if now - self._looked > LONGEST_GAP:
            raise RuntimeError("The host was too busy to follow the machine's clock: measure again")
        self._ticks += (ticks - self._last) % ROUND
        self._last = ticks
        self._looked = now
        return self._ticks / HERTZ

    def _read(self) -> int:
        answer = self._qmp.monitor(f"i /1xw {PORT:#x}")
        match = re.search(r"= (0x[0-9a-f]+)", answer)
        assert match, answer
        return int(match[1], 16) % ROUND

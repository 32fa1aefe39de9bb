# SPDX-License-Identifier: LGPL-2.1-or-later
"""The time of a machine that counts (`kind.COUNTED`), read from outside.

There every instruction takes 4 ns, and only where the machine waits does its clock go with the
host's: about as fast as such a machine runs anyway, and hardly disturbed by what else its host does.
What it cannot show is what caches and a second processor change.
"""

from __future__ import annotations

import calendar
import re

from .machine import Machine

# The ACPI power management timer: 24 bits, which come round after 4.7 s. (Where Linux finds it is on
# the guest's console: "ACPI: PM-Timer IO Port: 0x608".)
PORT = 0x608
HERTZ = 3_579_545
ROUND = 1 << 24


class Clock:
    """Seconds since this was made.

    How often the timer came round, the real-time clock tells: a machine that counts can make many of
    its seconds out of one of the host's, and so out of a moment in which nobody looked.
    """

    def __init__(self, machine: Machine) -> None:
        self._qmp = machine.qmp
        self._date, self._ticks = self._read()

    def seconds(self) -> float:
        date, ticks = self._read()
        part = (ticks - self._ticks) % ROUND
        rounds = round(((date - self._date) * HERTZ - part) / ROUND)
        return (part + rounds * ROUND) / HERTZ

    def _read(self) -> tuple[int, int]:
        """The real-time clock's seconds, and the timer's ticks at about that time."""
        before = self._real_time()
        while True:
            answer = self._qmp.monitor(f"i /1xw {PORT:#x}")
            after = self._real_time()
            if after - before <= 1:
                break
            before = after
        match = re.search(r"= (0x[0-9a-f]+)", answer)
        assert match, answer
        return after, int(match[1], 16) % ROUND

    def _real_time(self) -> int:
        date = self._qmp.command("qom-get", path="/machine", property="rtc-time")
        day = (1900 + date["tm_year"], 1 + date["tm_mon"], date["tm_mday"])
        return calendar.timegm((*day, date["tm_hour"], date["tm_min"], date["tm_sec"]))

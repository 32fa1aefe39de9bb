# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waiting for a condition, with a limit; nothing in these tests sleeps for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LIMIT = 30.0  # seconds: generous, for sanitizers on a busy machine; only a failure waits so long
PAUSE = 0.004


class Expired(AssertionError):
    """What was waited for did not happen within its limit."""


def wait_for(look: Callable[[], T], what: str, limit: float = LIMIT) -> T:
    """Call `look` until it returns something true, and return that.

    `what` completes the sentence "Waited N s for …".
    """
    end = time.monotonic() + limit
    while True:
        if found := look():
            return found
        if time.monotonic() > end:
            raise Expired(f"Waited {limit:.0f} s for {what}")
        time.sleep(PAUSE)

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waiting for a condition, with a limit; nothing in these tests sleeps for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Expired(AssertionError):
    """What was waited for did not happen within its limit."""


def wait_for(look: Callable[[], T | None], what: str, limit: float, pause: float = 0.1) -> T:
    """Call `look` until it returns something true, and return that.

    `what` completes the sentence "Waited N s for …". `limit` is in seconds; without KVM everything
    takes ten times as long, so limits are there to end a test, not to judge it.
    """
    end = time.monotonic() + limit
    while True:
        if found := look():
            return found
        if time.monotonic() > end:
            raise Expired(f"Waited {limit:.0f} s for {what}")
        time.sleep(pause)

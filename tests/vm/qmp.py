# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small client of QEMU's machine protocol (QMP): commands, and the events QEMU reports."""

from __future__ import annotations

import json
import queue
import socket
import threading
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class Qmp:
    """One connection. Events are collected in `events` as they come."""

    def __init__(self, path: Path) -> None:
        self.events: list[Json] = []
        self._answers: queue.Queue[Json] = queue.Queue()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._stream = self._socket.makefile("r", encoding="utf-8")
        self._stream.readline()  # the greeting
        threading.Thread(target=self._read, daemon=True).start()
        self.command("qmp_capabilities")

    def command(self, name: str, **arguments: Any) -> Any:
        """Run a command and return its result."""
        request = {"execute": name, "arguments": arguments}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        answer = self._answers.get(timeout=120)
        if "error" in answer:
            raise RuntimeError(f"QEMU's {name} failed: {answer['error']['desc']}")
        return answer["return"]

    def monitor(self, line: str) -> str:
        """Run a line of the human monitor, for what QMP has no command for."""
        return str(self.command("human-monitor-command", **{"command-line": line}))

    def seen(self, event: str) -> list[Json]:
        """All events of this name so far."""
        return [item for item in self.events if item["event"] == event]

    def close(self) -> None:
        self._socket.close()

    def _read(self) -> None:
        try:
            for line in self._stream:
                message = json.loads(line)
                if "event" in message:
                    self.events.append(message)
                else:
                    self._answers.put(message)
        except (OSError, ValueError):
            pass  # QEMU ended, or we closed

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Callers on the bus: processes of different users, each with a connection of its own."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gi.repository import GLib

from . import contract
from .bus import Bus, Polkit
from .users import User
from .wait import LIMIT, Expired

PROGRAM = Path(__file__).with_name("caller_process.py")
PACKET = 1 << 20


class BusError(Exception):
    """A call ended in an error."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


def options(**values: str | bool | int) -> dict[str, GLib.Variant]:
    """The options of a method: options(stage_id="…") is {"stage-id": <"…">}."""
    types = {str: "s", bool: "b", int: "t"}
    return {key.replace("_", "-"): GLib.Variant(types[type(value)], value)
            for key, value in values.items()}


@dataclass
class Dialog:
    """An authentication dialog that is open."""

    action: str
    message: str
    details: dict[str, str]
    cookie: str
    caller: Caller

    def authorize(self) -> None:
        """The administrator gives the password."""
        self.caller.polkit.respond(self.cookie, self.caller.user.uid)
        self.caller.send("end_dialog", self.cookie, False)

    def dismiss(self) -> None:
        self.caller.send("end_dialog", self.cookie, True)


class Call:
    """A call that is under way."""

    def __init__(self, caller: Caller, number: int) -> None:
        self._caller = caller
        self._number = number

    def result(self, limit: float = LIMIT) -> Any:
        """What it returns: nothing, one value, or a tuple. BusError if it fails."""
        kind, *rest = self._caller.wait_event(lambda event: event[0] in ("reply", "error")
                                              and event[1] == self._number, limit)
        if kind == "error":
            raise BusError(rest[1], rest[2])
        body = rest[1]
        return None if body == () else body[0] if len(body) == 1 else body

    def error(self, limit: float = LIMIT) -> BusError:
        """The error that it ends in."""
        try:
            result = self.result(limit)
        except BusError as error:
            return error
        raise AssertionError(f"The call succeeded with {result}")

    def is_over(self) -> bool:
        return self._caller.has_event(lambda event: event[0] in ("reply", "error")
                                      and event[1] == self._number)


class Caller:
    """One user's process on the bus."""

    def __init__(self, user: User, bus: Bus, polkit: Polkit) -> None:
        self.user = user
        self.polkit = polkit
        self._events: list[tuple[Any, ...]] = []
        self._number = 0
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-B", str(PROGRAM), str(theirs.fileno()), str(user.uid),
                 bus.address], pass_fds=[theirs.fileno()])
        self._socket = ours
        self.name = self._wait_name()

    # The process

    def send(self, *request: Any, fds: Sequence[int] = ()) -> None:
        socket.send_fds(self._socket, [pickle.dumps(request)], list(fds))

    def _receive(self, limit: float) -> bool:
        """Takes one event. Returns whether there was one."""
        self._socket.settimeout(max(limit, 0.0001))
        try:
            packet = self._socket.recv(PACKET)
        except (socket.timeout, BlockingIOError):
            return False
        assert packet, "the caller's process has ended"
        self._events.append(pickle.loads(packet))
        return True

    def wait_event(self, fits: Any, limit: float = LIMIT) -> tuple[Any, ...]:
        """Waits for an event, and takes it out."""
        end = time.monotonic() + limit
        seen = 0
        while True:
            for index in range(seen, len(self._events)):
                if fits(self._events[index]):
                    return self._events.pop(index)
            seen = len(self._events)
            if not self._receive(end - time.monotonic()) and time.monotonic() > end:
                raise Expired(f"Waited {limit:.0f} s for an answer to {self.user.name}")

    def has_event(self, fits: Any) -> bool:
        while self._receive(0):
            pass
        return any(fits(event) for event in self._events)

    def _wait_name(self) -> str:
        return str(self.wait_event(lambda event: event[0] == "name")[1])

    def leave(self) -> None:
        """Leaves the bus, whatever is under way, and comes back under another name."""
        self.send("leave")
        self.name = self._wait_name()
        self._events.clear()

    def end(self) -> None:
        self._socket.close()
        self._process.wait(LIMIT)

    # Calls

    def begin_to(self, destination: str, path: str, interface: str, method: str,
                 body: GLib.Variant, *, fds: Sequence[int] = (), interactive: bool = False) -> Call:
        """Begins a call of anybody's method."""
        self._number += 1
        self.send("call", self._number, destination, path, interface, method,
                  body.get_type_string(), body.get_data_as_bytes().get_data(), interactive, fds=fds)
        return Call(self, self._number)

    def begin_raw(self, method: str, body: GLib.Variant, *, fds: Sequence[int] = (),
                  interactive: bool = False, interface: str = contract.NAME) -> Call:
        """Begins a call of a method of our object with exactly these arguments."""
        return self.begin_to(contract.NAME, contract.PATH, interface, method, body, fds=fds,
                             interactive=interactive)

    def begin(self, method: str, *values: Any, fds: Sequence[int] = (),
              interactive: bool = False) -> Call:
        """Begins a call of one of our methods."""
        return self.begin_raw(method, contract.arguments(method, *values), fds=fds,
                              interactive=interactive)

    def call(self, method: str, *values: Any, fds: Sequence[int] = (),
             interactive: bool = False) -> Any:
        return self.begin(method, *values, fds=fds, interactive=interactive).result()

    def error(self, method: str, *values: Any, fds: Sequence[int] = (),
              interactive: bool = False) -> BusError:
        """The error that a call ends in."""
        return self.begin(method, *values, fds=fds, interactive=interactive).error()

    def stage_files(self, kernel: Path, *initrds: Path, cmdline: str = "root=/dev/vda1",
                    **extra: Any) -> Any:
        """StageFiles with files that are opened here."""
        fds = [os.open(path, os.O_RDONLY) for path in (kernel, *initrds)]
        try:
            return self.call("StageFiles", 0, list(range(1, len(fds))), cmdline, options(**extra),
                             fds=fds)
        finally:
            for fd in fds:
                os.close(fd)

    # Properties and signals

    def get(self, name: str) -> Any:
        call = self.begin_raw("Get", GLib.Variant("(ss)", (contract.NAME, name)),
                              interface="org.freedesktop.DBus.Properties")
        return call.result()

    def properties(self) -> dict[str, Any]:
        call = self.begin_raw("GetAll", GLib.Variant("(s)", (contract.NAME,)),
                              interface="org.freedesktop.DBus.Properties")
        result: dict[str, Any] = call.result()
        return result

    def signals(self, name: str) -> list[Any]:
        """The arguments of the signals of this name so far."""
        self.get("Version")  # what was sent before the answer has arrived with it
        return [event[2] for event in self._events if event[0] == "signal" and event[1] == name]

    # Authentication dialogs

    def register_agent(self) -> None:
        """From now on this process has an authentication agent, and dialogs can be shown."""
        self.send("agent")
        self.wait_event(lambda event: event[0] == "agent")

    def wait_dialog(self) -> Dialog:
        _, action, message, details, cookie = self.wait_event(lambda event: event[0] == "dialog")
        return Dialog(action, message, details, cookie, self)

    def wait_dialog_cancelled(self, dialog: Dialog) -> None:
        self.wait_event(lambda event: event == ("dialog-cancelled", dialog.cookie))


class Callers:
    """All callers of a run: one process for each user, made when it is needed first."""

    def __init__(self, bus: Bus, polkit: Polkit) -> None:
        self._bus = bus
        self._polkit = polkit
        self._callers: dict[User, Caller] = {}

    def of(self, user: User) -> Caller:
        if user not in self._callers:
            self._callers[user] = self.fresh(user)
        return self._callers[user]

    def fresh(self, user: User) -> Caller:
        """A process of its own, which polkit has never seen; whoever asks for it ends it."""
        return Caller(user, self._bus, self._polkit)

    def forget_events(self) -> None:
        for caller in self._callers.values():
            caller.has_event(lambda event: False)
            caller._events.clear()

    def end(self) -> None:
        for caller in self._callers.values():
            caller.end()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mock logind: what tests put into it it tells, and what it is asked to do it notes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gi.repository import Gio, GLib

from .bus import Bus
from .wait import LIMIT, wait_for

NAME = "org.freedesktop.login1"
PATH = "/org/freedesktop/login1"
SESSIONS = 8  # how many session objects there are

INTERFACE = """
<node>
  <interface name="org.freedesktop.login1.Manager">
    <method name="ListSessions"><arg type="a(susso)" direction="out"/></method>
    <method name="ListInhibitors"><arg type="a(ssssuu)" direction="out"/></method>
    <method name="SetWallMessage">
      <arg type="s" direction="in"/><arg type="b" direction="in"/>
    </method>
    <method name="RebootWithFlags"><arg type="t" direction="in"/></method>
    <method name="ScheduleShutdown">
      <arg type="s" direction="in"/><arg type="t" direction="in"/>
    </method>
    <method name="CancelScheduledShutdown"><arg type="b" direction="out"/></method>
    <property name="ScheduledShutdown" type="(st)" access="read"/>
    <property name="PreparingForShutdown" type="b" access="read"/>
    <property name="PreparingForSleep" type="b" access="read"/>
    <signal name="PrepareForShutdown"><arg type="b"/></signal>
  </interface>
  <interface name="org.freedesktop.DBus.Properties">
    <method name="GetAll"><arg type="s" direction="in"/><arg type="a{sv}" direction="out"/></method>
    <method name="Get">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/>
    </method>
  </interface>
</node>
"""


@dataclass
class Session:
    uid: int
    user: str
    seat: str = ""
    kind: str = "user"
    state: str = "active"


@dataclass
class Inhibitor:
    uid: int
    who: str
    why: str
    what: str = "shutdown"
    mode: str = "block"
    pid: int = 4711


@dataclass
class Login:
    """The state of logind; tests read and write it between calls."""

    bus: Bus
    sessions: list[Session] = field(default_factory=list)
    inhibitors: list[Inhibitor] = field(default_factory=list)
    scheduled: tuple[str, int] = ("", 0)
    follows: tuple[float, tuple[str, int]] | None = None  # what is scheduled from a time on
    trace: Path | None = None  # the file that shutdown(8) reads
    preparing: bool = False
    falling_asleep: bool = False
    reboots: list[int] = field(default_factory=list)  # the flags of each
    wall_messages: list[str] = field(default_factory=list)
    refuse: Callable[[str, Any], tuple[str, str] | None] = lambda method, arguments: None
    held: dict[str, list[Gio.DBusMethodInvocation]] = field(default_factory=dict)
    _owner: int = 0
    _lock: Any = field(default_factory=threading.RLock, repr=False)

    # The thread

    def start(self) -> None:
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop(self._context)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        wait_for(self._loop.is_running, "the mock logind")

    def _run(self) -> None:
        self._context.push_thread_default()
        self._connection = self.bus.connect()
        node = Gio.DBusNodeInfo.new_for_xml(INTERFACE)
        manager, session = node.interfaces
        self._connection.register_object(PATH, manager, self._on_call, self._get_manager, None)
        for number in range(SESSIONS):
            self._connection.register_object(self._session_path(number), session,
                                             self._on_session, None, None)
        self._loop.run()

    def stop(self) -> None:
        self._loop.quit()
        self._thread.join(LIMIT)
        self._connection.close_sync(None)

    def reset(self) -> None:
        """As if this machine had just come up, with nobody logged in."""
        self.sessions, self.inhibitors, self.reboots, self.wall_messages = [], [], [], []
        self.scheduled, self.preparing, self.trace = ("", 0), False, None
        self.follows = None
        self.falling_asleep = False
        self.refuse = lambda method, arguments: None
        self.held = {}
        self.appear()

    # On the bus

    def appear(self) -> None:
        self._connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                   "org.freedesktop.DBus", "RequestName",
                                   GLib.Variant("(su)", (NAME, 4)), None,
                                   Gio.DBusCallFlags.NONE, -1, None)

    def vanish(self) -> None:
        self._connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                   "org.freedesktop.DBus", "ReleaseName",
                                   GLib.Variant("(s)", (NAME,)), None,
                                   Gio.DBusCallFlags.NONE, -1, None)

    def hold(self, method: str) -> None:
        """From now on calls of this method wait until they are released."""
        self.held[method] = []

    def wait_held(self, method: str) -> None:
        wait_for(lambda: self.held[method], f"a call of {method}")

    def release_newest(self, method: str) -> None:
        """Only the one that came last; the others wait on."""
        invocation = self.held[method].pop()
        self._answer(method, invocation.get_parameters().unpack(), invocation)

    def release(self, method: str) -> None:
        for invocation in self.held.pop(method):
            self._answer(method, invocation.get_parameters().unpack(), invocation)

    def emit_prepare(self, begins: bool) -> None:
        self.preparing = begins
        self._connection.emit_signal(None, PATH, "org.freedesktop.login1.Manager",
                                     "PrepareForShutdown", GLib.Variant("(b)", (begins,)))
        self._connection.flush_sync(None)

    # What users do with its own tools

    def schedule(self, kind: str, when: int) -> None:
        """As shutdown(8) does: an earlier schedule is overwritten, whoever it is from."""
        if self.trace is not None:
            self.trace.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.trace.with_suffix(".new")
            fresh.write_text(f"USEC={when}\nMODE={kind}\n")
        with self._lock:
            # Whoever sees the file change is told what is scheduled now.
            if self.trace is not None:
                fresh.rename(self.trace)
            self.scheduled = (kind, when)

    def cancel(self) -> bool:
        """As 'shutdown -c' does. Returns whether there was anything to cancel."""
        with self._lock:
            was, self.scheduled = self.scheduled, ("", 0)
            if self.trace is not None:
                self.trace.unlink(missing_ok=True)
        return was != ("", 0)

    # What it answers

    def _on_call(self, connection: Gio.DBusConnection, sender: str, path: str, interface: str,
                 method: str, arguments: GLib.Variant,
                 invocation: Gio.DBusMethodInvocation) -> None:
        if method in self.held:
            self.held[method].append(invocation)
        else:
            self._answer(method, arguments.unpack(), invocation)

    def _answer(self, method: str, arguments: Any, invocation: Gio.DBusMethodInvocation) -> None:
        refusal = self.refuse(method, arguments)
        if refusal is not None:
            if method == "RebootWithFlags":
                self.scheduled = ("kexec", 0)  # as 252 leaves it
            invocation.return_dbus_error(*refusal)
            return
        if method == "ListSessions":
            result = GLib.Variant("(a(susso))", ([
                (f"c{number}", session.uid, session.user, session.seat, self._session_path(number))
                for number, session in enumerate(self.sessions)],))
        elif method == "ListInhibitors":
            result = GLib.Variant("(a(ssssuu))", ([
                (i.what, i.who, i.why, i.mode, i.uid, i.pid) for i in self.inhibitors],))
        elif method == "RebootWithFlags":
            self.reboots.append(arguments[0])
            result = None
        elif method == "ScheduleShutdown":
            self.schedule(*arguments)
            result = None
        elif method == "CancelScheduledShutdown":
            result = GLib.Variant("(b)", (self.cancel(),))
        else:
            self.wall_messages.append(arguments[0])
            result = None
        invocation.return_value(result)

    def _get_manager(self, connection: Gio.DBusConnection, sender: str, path: str, interface: str,
                     name: str) -> GLib.Variant:
        if name == "ScheduledShutdown":
            with self._lock:
                kind, when = self.scheduled
                if kind.startswith("dry-") and when <= time.time() * 10**6:
                    self.cancel()  # its time has come, and nothing happens
                if self.follows is not None and time.time() >= self.follows[0]:
                    self.scheduled, self.follows = self.follows[1], None
                return GLib.Variant("(st)", self.scheduled)
        return GLib.Variant("b", {"PreparingForShutdown": self.preparing,
                                  "PreparingForSleep": self.falling_asleep}[name])

    @staticmethod
    def _session_path(number: int) -> str:
        return f"{PATH}/session/c{number}"

    def _on_session(self, connection: Gio.DBusConnection, sender: str, path: str, interface: str,
                    method: str, arguments: GLib.Variant,
                    invocation: Gio.DBusMethodInvocation) -> None:
        refusal = self.refuse("GetAll", path)
        number = int(path.rpartition("/c")[2])
        if refusal is not None:
            invocation.return_dbus_error(*refusal)
        elif number >= len(self.sessions):
            invocation.return_dbus_error("org.freedesktop.DBus.Error.UnknownObject", "Gone")
        else:
            session = self.sessions[number]
            invocation.return_value(GLib.Variant("(a{sv})", ({
                "Class": GLib.Variant("s", session.kind),
                "State": GLib.Variant("s", session.state)},)))

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mock systemd: what tests put into it it tells, and which units it is asked to start it notes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from gi.repository import Gio, GLib

from .bus import Bus
from .wait import LIMIT, wait_for

NAME = "org.freedesktop.systemd1"
PATH = "/org/freedesktop/systemd1"
LOGIND = "/org/freedesktop/systemd1/unit/logind"
LOGIND_UNIT = "systemd-logind.service"

INTERFACE = """
<node>
  <interface name="org.freedesktop.systemd1.Manager">
    <method name="LoadUnit">
      <arg type="s" direction="in"/><arg type="o" direction="out"/>
    </method>
    <method name="StartUnit">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="o" direction="out"/>
    </method>
    <property name="SystemState" type="s" access="read"/>
  </interface>
  <interface name="org.freedesktop.systemd1.Unit">
    <property name="LoadState" type="s" access="read"/>
  </interface>
</node>
"""


@dataclass
class Systemd:
    """The state of systemd; tests read and write it between calls."""

    bus: Bus
    logind: str = "masked"  # its LoadState
    state: str = "running"
    started: list[tuple[str, str]] = field(default_factory=list)  # units, and the mode of each job
    refusal: tuple[str, str] | None = None  # of StartUnit
    ignores: bool = False  # a job is taken, and nothing comes of it

    def start(self) -> None:
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop(self._context)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        wait_for(lambda: self.bus.owner_of(NAME), "the mock systemd")

    def _run(self) -> None:
        self._context.push_thread_default()
        self._connection = self.bus.connect()
        manager, unit = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces
        self._connection.register_object(PATH, manager, self._on_call, self._get, None)
        self._connection.register_object(LOGIND, unit, None, self._get, None)
        self._connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                   "org.freedesktop.DBus", "RequestName",
                                   GLib.Variant("(su)", (NAME, 4)), None,
                                   Gio.DBusCallFlags.NONE, -1, None)
        self._loop.run()

    def stop(self) -> None:
        self._loop.quit()
        self._thread.join(LIMIT)
        self._connection.close_sync(None)
        wait_for(lambda: self.bus.owner_of(NAME) is None, "the end of the mock systemd")

    def _on_call(self, connection: Gio.DBusConnection, sender: str, path: str, interface: str,
                 method: str, arguments: GLib.Variant,
                 invocation: Gio.DBusMethodInvocation) -> None:
        if method == "LoadUnit":
            assert arguments.unpack() == (LOGIND_UNIT,)
            invocation.return_value(GLib.Variant("(o)", (LOGIND,)))
        elif self.refusal is not None:
            invocation.return_dbus_error(*self.refusal)
        else:
            self.started.append(arguments.unpack())
            self.state = self.state if self.ignores else "stopping"
            invocation.return_value(GLib.Variant("(o)", (f"{PATH}/job/1",)))

    def _get(self, connection: Gio.DBusConnection, sender: str, path: str, interface: str,
             name: str) -> GLib.Variant:
        return GLib.Variant("s", self.state if name == "SystemState" else self.logind)

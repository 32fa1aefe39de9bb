# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the interface promises, read from the files that declare it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from gi.repository import Gio, GLib

SOURCE = Path(__file__).resolve().parents[2]

NAME = "org.kexec.Manager"
PATH = "/org/kexec/Manager"
ACTION = "org.kexec.manager."
ERROR = "org.kexec.Error."
DENIED = "org.freedesktop.DBus.Error.AccessDenied"
CHALLENGE = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"

INTERFACE_FILE = SOURCE / "data/dbus-1/org.kexec.Manager.xml"
INTERFACE = Gio.DBusNodeInfo.new_for_xml(INTERFACE_FILE.read_text()).lookup_interface(NAME)
BUS_POLICY = SOURCE / "data/dbus-1/org.kexec.Manager.conf"
POLKIT_POLICY = SOURCE / "data/polkit-1/org.kexec.manager.policy"


def method_names() -> list[str]:
    return [method.name for method in INTERFACE.methods]


def property_names() -> list[str]:
    return [prop.name for prop in INTERFACE.properties]


def arguments(method: str, *values: Any) -> GLib.Variant:
    """The arguments of one of our methods, of the types that the interface declares."""
    types = "".join(arg.signature for arg in INTERFACE.lookup_method(method).in_args)
    return GLib.Variant(f"({types})", values)


def error_names() -> list[str]:
    """Every name of the table of errors, "InvalidImage"."""
    table = (SOURCE / "image/error.c").read_text()
    return re.findall(r'^\s*\[KEXEC_ERROR_\w+\] = "(\w+)"', table, re.MULTILINE)


def dispatch_names() -> list[str]:
    """Every method that has a row in the dispatch table."""
    table = (SOURCE / "daemon/methods.c").read_text()
    return re.findall(r'^\s*\.name = "(\w+)"', table, re.MULTILINE)


def actions() -> list[str]:
    """Every action of our polkit policy, without its prefix."""
    root = ElementTree.parse(POLKIT_POLICY).getroot()
    return [action.attrib["id"].removeprefix(ACTION) for action in root.iter("action")]


def policy_of_active() -> dict[str, str]:
    """What our policy grants to whoever sits at the machine: action → "yes", "auth_admin" …"""
    root = ElementTree.parse(POLKIT_POLICY).getroot()
    return {action.attrib["id"].removeprefix(ACTION): action.findtext("defaults/allow_active", "no")
            for action in root.iter("action")}

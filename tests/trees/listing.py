# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `kexecctl list --json` said, in the words that the tests compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Facts = dict[str, Any]  # as kexecctl(1) documents them

KEYS = {
    "id",
    "title",
    "version",
    "source",
    "kernel",
    "initrds",
    "cmdline",
    "default",
    "running",
    "trusted",
    "findings",
}


@dataclass(frozen=True)
class Entry:
    facts: Facts

    def __getitem__(self, key: str) -> Any:
        return self.facts[key]

    def codes(self, *severities: str) -> list[str]:
        """The codes of its findings; by default of all. Whether the place where the tests write can
        be trusted says nothing."""
        return [
            finding["code"]
            for finding in self["findings"]
            if finding["code"] != "untrusted"
            and (not severities or finding["severity"] in severities)
        ]

    @property
    def is_blocked(self) -> bool:
        return self.codes("blocker") != []


@dataclass(frozen=True)
class Listing:
    entries: list[Entry]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def rows(self, *keys: str) -> list[Any]:
        """These facts of every entry; with one key its values, with more tuples of them."""
        if len(keys) == 1:
            return [entry[keys[0]] for entry in self]
        return [tuple(entry[key] for key in keys) for entry in self]

    @property
    def default(self) -> Entry | None:
        defaults = [entry for entry in self if entry["default"]]
        assert len(defaults) <= 1, [entry["id"] for entry in defaults]
        return defaults[0] if defaults else None

    def default_of(self, key: str) -> Any:
        """A fact of the default entry; None if there is no such entry."""
        return self.default[key] if self.default is not None else None

    @property
    def only(self) -> Entry:
        assert len(self) == 1, self.rows("id")
        return self.entries[0]

    def of(self, source: str) -> Listing:
        return Listing([entry for entry in self if entry["source"] == source])

    def where(self, key: str, value: Any) -> Entry:
        """The only entry of which this is true."""
        found = [entry for entry in self if entry[key] == value]
        assert len(found) == 1, f"{key}={value} is not once among {self.rows(key)}"
        return found[0]

    def usable(self) -> Listing:
        """Those that nothing stands against."""
        return Listing([entry for entry in self if not entry.is_blocked])

    def codes(self, *severities: str) -> set[str]:
        return {code for entry in self for code in entry.codes(*severities)}

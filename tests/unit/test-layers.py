#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the sources against the rules of who may include whom, and who may do what.

test-layers.py ROOT: first breaks every rule in a made-up tree, to see that it is noticed, then looks
at the tree in ROOT.
"""
from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Whose headers the files of a folder may include.
LAYERS: dict[str, set[str]] = {
    "image": {"image"},
    "boot": {"image", "boot"},
    "daemon": {"image", "boot", "daemon"},
    "client": {"image", "boot", "client"},
}

# Headers that are generated, and the folders that may use them.
GENERATED: dict[str, set[str]] = {
    "config.h": {"image", "daemon", "client"},
    "kexec-bus.h": {"daemon", "client"},
}


@dataclass(frozen=True)
class Reserved:
    """What few files may have in them."""

    what: str
    pattern: re.Pattern[str]
    folders: frozenset[str]  # where it may be, in `files` of them at most
    files: int


RESERVED = [
    Reserved("includes polkit", re.compile(r"#\s*include\s*<polkit/"), frozenset({"daemon"}), 1),
    Reserved("includes the polkit agent", re.compile(r"#\s*include\s*<polkitagent/"),
             frozenset({"client"}), 1),
    Reserved("includes GIO", re.compile(r"#\s*include\s*<gio/"),
             frozenset({"boot", "daemon", "client"}), 1000),
    Reserved("includes libmount", re.compile(r"#\s*include\s*<libmount"), frozenset({"boot"}), 1000),
    Reserved("includes libblkid", re.compile(r"#\s*include\s*<blkid/"), frozenset({"boot"}), 1000),
    Reserved("makes a kexec or reboot system call",
             re.compile(r"\b(__NR_|SYS_)(kexec\w*|reboot)\b|\bLINUX_REBOOT_\w+|\bRB_(AUTOBOOT|KEXEC)\b"
                        r"|#\s*include\s*<(linux/kexec|linux/reboot|sys/reboot)\.h>"),
             frozenset({"daemon"}), 1),
    Reserved("reads /sys/kernel/kexec", re.compile(r'"/?sys/kernel/kexec'), frozenset({"daemon"}), 1),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|("(?:\\.|[^"\\\n])*")', re.DOTALL)


def without_comments(source: str) -> str:
    """The source with comments blanked; what looks like one in a string stays."""
    return COMMENT_OR_STRING.sub(lambda match: match.group(1) or " ", source)


def sources(root: Path, folder: str) -> Iterator[tuple[str, str]]:
    for path in sorted((root / folder).rglob("*.[ch]")):
        yield str(path.relative_to(root)), without_comments(path.read_text(encoding="utf-8"))


def find_includes(root: Path) -> Iterator[str]:
    for folder, allowed in LAYERS.items():
        for name, source in sources(root, folder):
            for header in INCLUDE.findall(source):
                top = header.split("/")[0]
                if top in GENERATED:
                    if folder not in GENERATED[top]:
                        yield f"{name} includes {header}, which is not for {folder}/"
                elif (top in LAYERS or top == "tests") and top not in allowed:
                    yield f"{name} includes {header}, but {folder}/ may not include {top}/"


def find_reserved(root: Path) -> Iterator[str]:
    for rule in RESERVED:
        found = [(folder, name) for folder in LAYERS for name, source in sources(root, folder)
                 if rule.pattern.search(source)]
        for folder, name in found:
            if folder not in rule.folders:
                yield f"{name} {rule.what}, which {folder}/ may not"
        inside = [name for folder, name in found if folder in rule.folders]
        if len(inside) > rule.files:
            yield f"{', '.join(inside)}: only {rule.files} file {rule.what}"


def find_problems(root: Path) -> list[str]:
    return [*find_includes(root), *find_reserved(root)]


# A tree that keeps the rules, and what breaks each of them when it is put on top.
GOOD = {
    "image/kernel/kernel.c": '#include "image/kernel/kernel.h"\n#include <glib.h>\n',
    "boot/catalog.c": '#include "image/kernel/kernel.h"\n#include <gio/gio.h>\n#include <libmount.h>\n',
    "boot/block-device.c": "#include <blkid/blkid.h>\n",
    "daemon/authority.c": '#include <polkit/polkit.h>\n#include "boot/catalog.h"\n',
    "daemon/kernel-ops.c": '#include <linux/reboot.h>\nSYS_kexec_file_load "/sys/kernel/kexec_loaded"\n',
    "daemon/other.c": '/* reads /sys/kernel/kexec: "/sys/kernel/kexec" */ // SYS_reboot\nreboot (1);\n',
    "client/agent.c": '#include <polkitagent/polkitagent.h>\n#include "kexec-bus.h"\n',
    "client/list.c": '#include "client/list.h"\nlogind_reboot ("/* not a comment");\n',
}
BAD = {
    "image/a.c": '#include "boot/catalog.h"\n',
    "image/b.c": "#include <gio/gio.h>\n",
    "image/c.c": '#include "kexec-bus.h"\n',
    "image/d.c": "#include <libmount.h>\n",
    "image/s.c": "#include <blkid/blkid.h>\n",
    "boot/e.c": '#include "daemon/service.h"\n',
    "boot/f.h": '#  include "client/json.h"\n',
    "boot/g.c": 'open ("/sys/kernel/kexec/loaded");\n',
    "boot/h.c": '#include "tests/unit/make-tree.h"\n',
    "daemon/i.c": '#include "client/json.h"\n',
    "daemon/j.c": "#include <polkit/polkit.h>\n",
    "daemon/k.c": "syscall (__NR_kexec_file_load, fd);\n",
    "daemon/l.c": "syscall (SYS_reboot, LINUX_REBOOT_CMD_KEXEC);\n",
    "daemon/m.c": 'read (root_fd, "sys/kernel/kexec_loaded");\n',
    "client/n.c": '#include "daemon/names.h"\n',
    "client/o.c": "#include <polkit/polkit.h>\n",
    "client/p.c": "#include <sys/reboot.h>\n",
    "client/q.c": "#include <polkitagent/polkitagent.h>\n",
    "client/r.c": '/* fine */ #include <libmount.h>\n',
    "daemon/t.c": "#include <blkid/blkid.h>\n",
}


def problems_of(files: dict[str, str]) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        for path, source in files.items():
            (Path(name) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(name) / path).write_text(source, encoding="utf-8")
        return find_problems(Path(name))


def test_itself() -> Iterator[str]:
    for problem in problems_of(GOOD):
        yield f"this test finds fault with a good tree: {problem}"
    for path, source in BAD.items():
        if not problems_of({**GOOD, path: source}):
            yield f"this test does not see what is wrong with {path}: {source.strip()}"


def main() -> int:
    root = Path(sys.argv[1])
    problems = [*test_itself(), *find_problems(root)]
    if not any(sources(root, "image")):
        problems.append(f"there are no sources in {root}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

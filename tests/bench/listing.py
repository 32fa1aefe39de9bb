# SPDX-License-Identifier: LGPL-2.1-or-later
"""What it costs to list a thousand entries, beside bootctl on the same tree: prints ratios, asserts
nothing.

Run it with `PYTHONPATH=tests /usr/bin/python3 -m bench.listing`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from .initrd import BUILD, SOURCE, build

ENTRIES = 1000
KERNELS = 20
PAIRS = 15
MACHINE_ID = "0123456789abcdef0123456789abcdef"

# That the tree is no partition is all that bootctl is told to overlook.
RELAXED = {**os.environ, "SYSTEMD_RELAX_ESP_CHECKS": "1", "SYSTEMD_RELAX_XBOOTLDR_CHECKS": "1",
           "SYSTEMD_PAGER": "cat"}


def fill(root: Path) -> None:
    """A thousand snippets that share twenty kernels, as snapshots of one system do."""
    make_kernel = BUILD / "tests" / "unit" / "make-kernel"
    (root / "boot").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "none", root / "boot"], check=True)
    entries = root / "boot" / "loader" / "entries"
    entries.mkdir(parents=True)
    (root / "boot" / "EFI" / "Linux").mkdir(parents=True)
    (root / "etc").mkdir()
    (root / "etc" / "machine-id").write_text(f"{MACHINE_ID}\n")
    for number in range(KERNELS):
        kernel = subprocess.run([make_kernel, f"6.1.{number}"], check=True, capture_output=True)
        (root / "boot" / f"vmlinuz-6.1.{number}").write_bytes(kernel.stdout)
        (root / "boot" / f"initrd-6.1.{number}").write_bytes(b"070701")
    for number in range(ENTRIES):
        release = f"6.1.{number % KERNELS}"
        (entries / f"snapshot-{number}.conf").write_text(
            f"title Snapshot {number}\nversion {release}-{number}\nmachine-id {MACHINE_ID}\n"
            f"sort-key debian\nlinux /vmlinuz-{release}\ninitrd /initrd-{release}\n"
            f"options root=UUID=6b657865-6364-4000-8000-766d00000001 ro quiet snapshot={number}\n")


def seconds(command: list[str | Path]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env=RELAXED)
    return time.perf_counter() - start


def compare(title: str, ours: list[str | Path], theirs: list[str | Path]) -> None:
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(PAIRS)]
    ratios = [our / their for our, their in pairs]
    print(f"{title}: kexecctl {1000 * median(our for our, _ in pairs):.1f} ms, bootctl "
          f"{1000 * median(their for _, their in pairs):.1f} ms, ratio in pairs "
          f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def main() -> None:
    build()
    subprocess.run(["ninja", "-C", BUILD, "client/kexecctl", "tests/unit/make-kernel",
                    "tests/unit/make-uki", "tests/integration/test-daemon"], check=True,
                   stdout=subprocess.DEVNULL)
    kexecctl = BUILD / "client" / "kexecctl"
    with tempfile.TemporaryDirectory(prefix="kexecd-bench-") as folder:
        root = Path(folder)
        fill(root)
        ours: list[str | Path] = [kexecctl, f"--root={root}", "list"]
        bootctl = subprocess.run([SOURCE / "tools" / "get-bootctl"], check=True,
                                 stdout=subprocess.PIPE, text=True).stdout.strip()
        theirs: list[str | Path] = [bootctl, f"--esp-path={root}/boot", "list"]
        compare(f"{ENTRIES} entries, for people", ours, theirs)
        compare(f"{ENTRIES} entries, as JSON", [*ours, "--json"], [*theirs, "--json=short"])
        subprocess.run(["umount", root / "boot"], check=True)


def enter_namespace() -> None:
    """bootctl wants a file system of its own: here it gets one, seen by nobody else."""
    if os.environ.get("KEXECD_BENCH_NAMESPACE"):
        return
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    os.execvpe("unshare", ["unshare", "--mount", "--propagation", "private", *user, "--",
                           sys.executable, "-m", "bench.listing"],
               {**os.environ, "KEXECD_BENCH_NAMESPACE": "1"})


if __name__ == "__main__":
    enter_namespace()
    main()

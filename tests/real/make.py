# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fetch and make all files that the tests of real ones look at.

The tests do so by themselves; done before, other things can be done meanwhile. Run it with
`PYTHONPATH=tests /usr/bin/python3 -m real.make`.
"""

from __future__ import annotations

from . import debian, images, initrds


def main() -> None:
    packages = debian.get()
    images.get(packages, initrds.get(packages))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Make all machines that the tests start from, as many at once as there are processors.

The tests make what is missing by themselves, but wait for one another then. Run it with
`PYTHONPATH=tests /usr/bin/python3 -m vm.make`.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from . import image, project, recipe, saved
from .kind import BOOT, GRUB, OPENRC_INIT, PLAIN, SYSTEMD_BOOT, SYSV_RC, SYSVINIT

# First those that others begin as, one of each image.
KINDS = (PLAIN, SYSVINIT, SYSTEMD_BOOT, GRUB, OPENRC_INIT, SYSV_RC, BOOT)


def main() -> None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        images = [pool.submit(image.get, each) for each in (recipe.SYSTEMD, recipe.OPENRC)]
        tree = project.build()
        machines = [pool.submit(saved.with_project, tree, kind) for kind in KINDS]
        for made in (*images, *machines):
            made.result()


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures: the files, fetched and made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import debian, images, initrds
from .debian import Packages
from .images import Images


@pytest.fixture(scope="session")
def packages() -> Packages:
    """Debian's own files."""
    return debian.get()


@pytest.fixture(scope="session")
def made_initrds(packages: Packages) -> Path:
    """The folder with the initrds that Debian's tools make."""
    return initrds.get(packages)


@pytest.fixture(scope="session")
def made_images(packages: Packages, made_initrds: Path) -> Images:
    """Kernels in every wrapping."""
    return images.get(packages, made_initrds)

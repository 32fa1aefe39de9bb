# SPDX-License-Identifier: LGPL-2.1-or-later
"""Unified kernel images on systemd-boot's stub, and their addons."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from . import oracle
from .debian import Packages
from .images import CMDLINE, OS_NAME, Images
from .inspect import CANNOT_BOOT, GOOD, Facts, inspect

UKIS = ["plain", "microcode", "profiles", "anonymous", "no-cmdline", "inner-unsigned"]
SIGNED = ["signed", "both-signed"]


@pytest.mark.parametrize("name", UKIS)
def test_facts(packages: Packages, made_images: Images, name: str) -> None:
    kernel = packages.kernel("cloud")
    inspection = inspect(made_images[f"{name}.efi"])
    facts = inspection.facts

    assert inspection.status == GOOD
    assert inspection.codes() == []
    assert inspection.codes("note") == ["kernel-wrapped"]
    assert (facts["kind"], facts["format"]) == ("kernel", "uki")
    assert facts["layers"] == ["uki", "bzImage"]
    # The release is the kernel's own, whatever .uname says.
    assert (facts["architecture"], facts["release"]) == ("x86_64", kernel.release)
    assert facts["cmdline_limit"] == 2016
    assert not facts["signed"]


@pytest.mark.parametrize("name", [*UKIS, *SIGNED])
def test_objdump_agrees(made_images: Images, name: str) -> None:
    path = made_images[f"{name}.efi"]
    sections = [
        oracle.Section(
            section["name"], section["size"], section["virtual_address"], section["offset"]
        )
        for section in inspect(path).facts["sections"]
    ]
    assert sections == oracle.sections(path)


def test_plain(packages: Packages, made_images: Images, made_initrds: Path) -> None:
    path = made_images["plain.efi"]
    release = packages.kernel("cloud").release
    (profile,) = inspect(path).facts["profiles"]

    assert profile["cmdline"] == CMDLINE
    assert (profile["release"], profile["os_name"]) == (release, OS_NAME)
    assert profile["microcode"] == []
    assert _contents(path, profile["initrds"]) == [_initrd(made_initrds, release)]
    assert not profile["devicetree"]


def test_microcode(packages: Packages, made_images: Images, made_initrds: Path) -> None:
    path = made_images["microcode.efi"]
    (profile,) = inspect(path).facts["profiles"]

    assert _contents(path, profile["microcode"]) == [(made_initrds / "microcode").read_bytes()]
    assert _contents(path, profile["initrds"]) == [
        _initrd(made_initrds, packages.kernel("cloud").release)
    ]


def test_three_profiles(packages: Packages, made_images: Images, made_initrds: Path) -> None:
    path = made_images["profiles.efi"]
    release = packages.kernel("cloud").release
    profiles = inspect(path).facts["profiles"]
    initrd = _initrd(made_initrds, release)
    extra = (made_initrds / "extra").read_bytes()

    assert [(profile["id"], profile["title"], profile["cmdline"]) for profile in profiles] == [
        ("main", "The usual", CMDLINE),
        ("debug", "With messages", f"{CMDLINE} debug"),
        ("rescue", "Another initrd", f"{CMDLINE} rescue"),
    ]
    # What a profile does not have of its own it takes from before the first.
    assert {(profile["release"], profile["os_name"]) for profile in profiles} == {
        (release, OS_NAME)
    }
    assert [_contents(path, profile["initrds"]) for profile in profiles] == [
        [initrd],
        [initrd],
        [extra + initrd],
    ]


def test_without_uname_and_osrel(made_images: Images) -> None:
    (profile,) = inspect(made_images["anonymous.efi"]).facts["profiles"]
    assert (profile["release"], profile["os_name"]) == (None, None)
    assert profile["cmdline"] == CMDLINE


def test_without_cmdline(made_images: Images) -> None:
    (profile,) = inspect(made_images["no-cmdline.efi"]).facts["profiles"]
    assert profile["cmdline"] is None


def test_uname_of_another_release(packages: Packages, made_images: Images) -> None:
    inspection = inspect(made_images["other-release.efi"])

    assert inspection.status == GOOD
    assert inspection.codes() == ["uki-other-release"]
    assert "6.1.0-1-other" in inspection.text("uki-other-release")
    assert packages.kernel("cloud").release in inspection.text("uki-other-release")


def test_initrd_of_another_release(packages: Packages, made_images: Images) -> None:
    inspection = inspect(made_images["other-initrd.efi"])

    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() == ["initrd-other-release"]
    for flavour in ("cloud", "amd64"):
        assert packages.kernel(flavour).release in inspection.text("initrd-other-release")


def test_two_initrds(made_images: Images) -> None:
    """The specification wants one at most, and boot loaders differ in which they take."""
    inspection = inspect(made_images["two-initrds.efi"])

    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() == ["uki-malformed"]


def test_signed_around_an_unsigned_kernel(made_images: Images) -> None:
    """The kernel that is loaded is the inner one, and its signature is what counts."""
    inspection = inspect(made_images["signed.efi"])

    assert inspection.status == GOOD
    assert inspection.codes() == ["uki-signature-lost"]
    assert inspection.facts["signed"]
    assert inspection.facts["inner_signatures"] == []


def test_signed_around_a_signed_kernel(made_images: Images) -> None:
    inspection = inspect(made_images["both-signed.efi"])

    assert inspection.status == GOOD
    assert inspection.codes() == []
    assert inspection.facts["signed"]
    assert len(inspection.facts["inner_signatures"]) == 1


ADDONS = {
    "cmdline": {"cmdline": "quiet splash", "microcode": 0, "initrds": 0, "devicetree": False},
    "initrd": {"cmdline": None, "microcode": 1, "initrds": 1, "devicetree": False},
    "devicetree": {"cmdline": None, "microcode": 0, "initrds": 0, "devicetree": True},
}


@pytest.mark.parametrize("name", ADDONS)
def test_addon(made_images: Images, name: str) -> None:
    inspection = inspect(made_images[f"addon-{name}.efi"])
    facts = inspection.facts

    assert inspection.status == GOOD
    assert facts["kind"] == "addon"
    assert facts["architecture"] == "x86_64"
    assert _counted(facts["addon"]) == ADDONS[name]


def test_uki_with_addons(made_images: Images, tmp_path: Path) -> None:
    """Addons that lie where the boot loader looks for them are inspected with the image."""
    path = tmp_path / "plain.efi"
    shutil.copy(made_images["plain.efi"], path)
    folder = tmp_path / "plain.efi.extra.d"
    folder.mkdir()
    for name in ("cmdline", "initrd"):
        shutil.copy(made_images[f"addon-{name}.efi"], folder / f"{name}.addon.efi")
    (folder / "notes.txt").write_text("not an addon")
    inspection = inspect(path)
    addons = inspection.facts["addons"]

    assert inspection.status == GOOD
    assert [Path(addon["file"]).name for addon in addons] == [
        "cmdline.addon.efi",
        "initrd.addon.efi",
    ]
    assert [_counted(addon["addon"]) for addon in addons] == [ADDONS["cmdline"], ADDONS["initrd"]]


def test_an_addon_with_a_damaged_initrd(made_images: Images, tmp_path: Path) -> None:
    path = tmp_path / "plain.efi"
    shutil.copy(made_images["plain.efi"], path)
    addon = bytearray(made_images["addon-initrd.efi"].read_bytes())
    addon[-len(addon) // 2] ^= 1
    (tmp_path / "plain.efi.extra.d").mkdir()
    (tmp_path / "plain.efi.extra.d/bad.addon.efi").write_bytes(addon)

    inspection = inspect(path)
    assert inspection.status == CANNOT_BOOT
    assert inspection.codes() == ["initrd-damaged"]


def _counted(addon: dict[str, Any]) -> Facts:
    counted = {name: len(addon[name]) for name in ("microcode", "initrds")}
    return {**addon, **counted, "cmdline": addon["cmdline"] or None}


def _initrd(made_initrds: Path, release: str) -> bytes:
    return (made_initrds / f"release-{release}").read_bytes()


def _contents(path: Path, parts: list[dict[str, int]]) -> list[bytes]:
    data = path.read_bytes()
    return [data[part["offset"] : part["offset"] + part["size"]] for part in parts]

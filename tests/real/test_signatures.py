# SPDX-License-Identifier: LGPL-2.1-or-later
"""Authenticode signatures: Debian's, test keys', several, none, and broken ones."""

from __future__ import annotations

import re
from calendar import timegm
from pathlib import Path

import pytest

from . import damage, oracle
from .debian import Packages
from .images import KEYS, Images
from .inspect import CANNOT_BOOT, GOOD, inspect
from .run import run

SIGNERS = {name: f"CN={signer}" for name, signer, _ in KEYS}
YEARS = {name: years for name, _, years in KEYS}
DEBIAN_CA = "CN=Debian Secure Boot CA"
MICROSECONDS = 1_000_000


@pytest.fixture(scope="module")
def debian_ca(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate that Debian's shim carries: what its kernels are signed with leads to it."""
    certificate = tmp_path_factory.mktemp("ca") / "debian.pem"
    der = packages.tree / "usr/share/shim/debian-uefi-ca.der"
    run(["openssl", "x509", "-inform", "DER", "-in", der, "-out", certificate])
    return certificate


@pytest.mark.parametrize("flavour", ["amd64", "cloud", "rt"])
def test_debians_kernels(packages: Packages, debian_ca: Path, flavour: str) -> None:
    path = packages.kernel(flavour).path
    facts = inspect(path).facts
    (signature,) = facts["signatures"]

    assert facts["signed"]
    assert signature["algorithm"] == "sha256"
    assert signature["matches"] and signature["digest"] == signature["actual_digest"]
    assert re.match("CN=Debian Secure Boot Signer .* - linux$", signature["signer"])
    assert signature["issuer"] == DEBIAN_CA
    # sbverify works the digest out for itself.
    assert oracle.is_signed_by(path, debian_ca)
    _check_with_openssl(path, signature)


@pytest.mark.parametrize("flavour", ["i386", "arm64"])
def test_debians_kernels_of_other_architectures(packages: Packages, flavour: str) -> None:
    """Debian signs these, too; but they cannot boot here, so that nothing hangs on it."""
    assert inspect(packages.kernel(flavour).path).blockers == ["kernel-other-architecture"]


def test_unsigned(packages: Packages) -> None:
    facts = inspect(packages.unsigned_kernel.path).facts
    assert not facts["signed"]
    assert facts["signatures"] == []


def test_a_test_key(made_images: Images) -> None:
    path = made_images["vmlinuz.signed"]
    inspection = inspect(path)
    (signature,) = inspection.facts["signatures"]

    assert inspection.status == GOOD
    assert inspection.codes() == []
    assert signature["matches"]
    assert signature["signer"] == signature["issuer"] == SIGNERS["test"]
    assert (signature["not_before"], signature["not_after"]) == tuple(
        timegm((year, 1, 1, 0, 0, 0)) * MICROSECONDS for year in YEARS["test"]
    )
    assert oracle.is_signed_by(path, made_images["test.pem"])
    assert not oracle.is_signed_by(path, made_images["other.pem"])
    _check_with_openssl(path, signature)


def test_an_expired_key(made_images: Images) -> None:
    """Kernels do not look at the dates."""
    inspection = inspect(made_images["vmlinuz.expired"])
    (signature,) = inspection.facts["signatures"]

    assert inspection.status == GOOD
    assert inspection.codes("blocker", "warning", "note") == ["signature-expired"]
    assert str(YEARS["expired"][1]) in inspection.text("signature-expired")
    assert signature["matches"] and signature["signer"] == SIGNERS["expired"]


def test_two_signatures(made_images: Images) -> None:
    path = made_images["vmlinuz.signed-twice"]
    inspection = inspect(path)
    signatures = inspection.facts["signatures"]

    assert inspection.status == GOOD
    assert inspection.codes() == []
    assert [signature["signer"] for signature in signatures] == [SIGNERS["test"], SIGNERS["other"]]
    assert all(signature["matches"] for signature in signatures)
    for number, signature in enumerate(signatures, 1):
        _check_with_openssl(path, signature, number)


@pytest.mark.parametrize("name", ["signed", "both-signed"])
def test_a_signed_uki(made_images: Images, name: str) -> None:
    path = made_images[f"{name}.efi"]
    facts = inspect(path).facts
    (signature,) = facts["signatures"]

    assert signature["matches"] and signature["signer"] == SIGNERS["test"]
    assert oracle.is_signed_by(path, made_images["test.pem"])
    _check_with_openssl(path, signature)
    assert [inner["issuer"] for inner in facts["inner_signatures"]] == (
        [DEBIAN_CA] if name == "both-signed" else []
    )


# Where a byte changes, and whether the digest sees it. It leaves out the checksum of the PE header,
# the certificate table's place and the table itself; a change in there is another matter.
TAMPERED: dict[str, int | str] = {
    "the command line's limit": 0x238,
    "the code": ".text",
    "the data": ".data",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampered(made_images: Images, tmp_path: Path, what: str) -> None:
    whole = made_images["vmlinuz.signed"]
    offset = _offset_of(whole, TAMPERED[what])
    path = damage.flip(whole, offset, tmp_path)
    (signature,) = inspect(path).facts["signatures"]

    assert not oracle.is_signed_by(path, made_images["test.pem"])
    assert not signature["matches"]
    assert signature["digest"] != signature["actual_digest"]
    assert signature["digest"] == inspect(whole).facts["signatures"][0]["digest"]
    assert "signature-mismatch" in inspect(path).codes()


def test_a_broken_signature_is_no_blocker(made_images: Images, tmp_path: Path) -> None:
    """The file would boot, where nobody asks for signatures."""
    whole = made_images["vmlinuz.signed"]
    path = damage.flip(whole, _offset_of(whole, ".data"), tmp_path)
    inspection = inspect(path)

    assert inspection.status == GOOD
    assert "signature-mismatch" in inspection.codes("warning")


def test_the_checksum_is_not_signed(made_images: Images, tmp_path: Path) -> None:
    whole = made_images["vmlinuz.signed"]
    pe = int.from_bytes(whole.read_bytes()[0x3C:0x40], "little")
    path = damage.flip(whole, pe + 24 + 64, tmp_path)
    (signature,) = inspect(path).facts["signatures"]

    assert oracle.is_signed_by(path, made_images["test.pem"])
    assert signature["matches"]


def test_a_flipped_bit_in_the_signature(made_images: Images, tmp_path: Path) -> None:
    """In the RSA signature at its end, which only a kernel with the key can judge: the file and the
    digest in the signature still agree."""
    whole = made_images["vmlinuz.signed"]
    # The last bytes may be padding, to a multiple of eight.
    path = damage.flip(whole, -32, tmp_path)
    (signature,) = inspect(path).facts["signatures"]

    assert not oracle.is_signed_by(path, made_images["test.pem"])
    assert signature["digest"] == inspect(whole).facts["signatures"][0]["digest"]


def test_a_signature_that_is_none(made_images: Images, tmp_path: Path) -> None:
    """The PKCS#7 structure is not one any more."""
    whole = made_images["vmlinuz.signed"]
    table = _certificate_table(whole)
    path = damage.overwrite(whole, table + 8, bytes(64), tmp_path)
    inspection = inspect(path)

    assert "signature-malformed" in inspection.codes()


def test_a_cut_signature(made_images: Images, tmp_path: Path) -> None:
    whole = made_images["vmlinuz.signed"]
    inspection = inspect(damage.cut(whole, -100, tmp_path))

    assert inspection.status == CANNOT_BOOT
    assert inspection.blockers == ["kernel-truncated"]


def test_tampered_uki(made_images: Images, tmp_path: Path) -> None:
    """Its command line was changed."""
    whole = made_images["both-signed.efi"]
    path = damage.flip(whole, _offset_of(whole, ".cmdline") + 40, tmp_path)
    facts = inspect(path).facts
    (signature,) = facts["signatures"]
    (inner,) = facts["inner_signatures"]

    assert not oracle.is_signed_by(path, made_images["test.pem"])
    assert not signature["matches"]
    assert inner["matches"]


def _offset_of(path: Path, where: int | str) -> int:
    if isinstance(where, int):
        return where
    (section,) = (section for section in oracle.sections(path) if section.name == where)
    return section.offset + min(section.size // 2, 2000)


def _certificate_table(path: Path) -> int:
    head = path.read_bytes()[:4096]
    pe = int.from_bytes(head[0x3C:0x40], "little")
    directory = pe + 24 + 112 + 4 * 8  # PE32+: the fifth of the data directories
    return int.from_bytes(head[directory : directory + 4], "little")


def _check_with_openssl(path: Path, facts: dict[str, str], number: int = 1) -> None:
    """OpenSSL finds the same people and the same digest in the signature."""
    signature = oracle.signature(path, number)
    assert f"subject={facts['signer']}".replace("=CN=", "=CN = ") in signature.certificates
    assert f"issuer={facts['issuer']}".replace("=CN=", "=CN = ") in signature.certificates
    assert f"[HEX DUMP]:{facts['digest'].upper()}" in signature.structure

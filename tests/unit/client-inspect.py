#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs kexecctl inspect on made files: what people read, what programs read, and exit codes.

client-inspect.py KEXECCTL MAKE_KERNEL MAKE_INITRD MAKE_UKI ROOT
"""
from __future__ import annotations

import gzip
import hashlib
import json
import lzma
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

KEXECCTL, MAKE_KERNEL, MAKE_INITRD, MAKE_UKI, ROOT = [os.path.abspath(word) for word in sys.argv[1:]]

RELEASE = "6.1.0-30-amd64"
OTHER = "6.1.0-29-amd64"
CMDLINE = "root=/dev/vda1 quiet"

DONE, FAILED, REFUSED = 0, 1, 4

Facts = dict[str, Any]

PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "xz": lzma.compress}


def run(*command: str | Path) -> bytes:
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def make_arm64_image() -> bytes:
    """The header of Linux's Documentation/arch/arm64/booting.rst, with pages of 4 KiB."""
    size = 64 * 1024
    head = struct.pack("<IIQQQQQQ4sI", 0, 0, 0, size, 0b1010, 0, 0, 0, b"ARM\x64", 0)
    banner = b"Linux version 6.1.0-30-arm64 (builder@example.org) (gcc) #1 SMP 2026-01-01\n\0"
    return (head + banner).ljust(size, b"\0")


class Machine:
    """Makes files in a folder and inspects them there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("kernel", run(MAKE_KERNEL, RELEASE))
        self.write("signed", run(MAKE_KERNEL, RELEASE, "signed"))
        self.write("initrd", run(MAKE_INITRD, "--microcode", f"--release={RELEASE}"))
        self.write("other-initrd", gzip.compress(run(MAKE_INITRD, f"--release={OTHER}")))
        self.write("osrel", b'NAME=Debian\nPRETTY_NAME="Debian GNU/Linux 12"\n')
        self.write("arm64", make_arm64_image())
        self.make_uki("uki.efi", "--cmdline", CMDLINE, "--osrel", "osrel", "--uname", RELEASE,
                      "--initrd", "initrd", "--profile", "main", "Main", "--profile", "rescue",
                      "Rescue", "--cmdline", "rescue")
        self.write("extra.addon.efi", self.make_addon("--cmdline", "debug", "--initrd", "initrd"))

    def write(self, name: str, contents: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)

    def make_addon(self, *arguments: str) -> bytes:
        return subprocess.run([MAKE_UKI, *arguments], stdout=subprocess.PIPE, check=True,
                              cwd=self.folder).stdout

    def make_uki(self, name: str, *arguments: str) -> None:
        self.write(name, self.make_addon("--linux", "kernel", *arguments))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "LC_ALL": "C.UTF-8",
                       "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.folder}/no-bus"}
        return subprocess.run([KEXECCTL, "inspect", *arguments], cwd=self.folder, text=True,
                              env=environment, capture_output=True, stdin=subprocess.DEVNULL,
                              check=False)


def keys_in(value: Any) -> Iterator[str]:
    """The keys of all objects in a JSON value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_in(inner)


def manual_of_keys() -> dict[str, set[str]]:
    """What the manual says of inspect --json: its keys, and what is said of them to be inside."""
    page = Path(ROOT, "man", "kexecctl.1").read_text(encoding="utf-8")
    section = page[page.index(".It Cm inspect --json"):page.index(".It Cm stage --json")]
    documented: dict[str, set[str]] = {}
    for item in section.split("\n.It Cm ")[1:]:
        heading, body = item.split("\n", 1)
        names = re.findall(r"\w+", heading)
        inside = {word for line in re.findall(r"^\.Cm (.*)$", body, re.MULTILINE)
                  for word in re.findall(r"\w+", line)}
        documented.update({name: inside for name in names})
    return documented


class TestInspect(unittest.TestCase):
    temporary: tempfile.TemporaryDirectory[str]
    machine: Machine

    @classmethod
    def setUpClass(cls) -> None:
        cls.temporary = tempfile.TemporaryDirectory()
        cls.machine = Machine(Path(cls.temporary.name))

    @classmethod
    def tearDownClass(cls) -> None:
        cls.temporary.cleanup()

    def say(self, code: int, *arguments: str) -> str:
        """What people read."""
        done = self.machine.run(*arguments)
        self.assertEqual(done.returncode, code, done)
        self.assertEqual(done.stderr == "", code != FAILED, done)
        return done.stdout

    def facts(self, code: int, *arguments: str) -> list[Facts]:
        """What programs read."""
        facts: list[Facts] = json.loads(self.say(code, "--json", *arguments))
        return facts

    def codes(self, facts: Facts) -> list[str]:
        return [finding["code"] for finding in facts["findings"]]

    # --- kernels ---

    def test_kernel(self) -> None:
        (facts,) = self.facts(DONE, "kernel")
        contents = (self.machine.folder / "kernel").read_bytes()
        expected = {"file": "kernel", "kind": "kernel", "format": "bzImage", "layers": ["bzImage"],
                    "architecture": "x86_64", "release": RELEASE, "size": len(contents),
                    "sha256": hashlib.sha256(contents).hexdigest(), "signed": False,
                    "signatures": [], "inner_signatures": [], "cmdline_limit": 2016,
                    "profiles": [], "segments": [], "init": None, "releases": [],
                    "verified": None, "addon": None, "addons": [], "findings": []}
        self.assertEqual({key: facts[key] for key in expected}, expected)
        self.assertEqual(facts["payload"]["format"], "gzip")

    def test_kernel_for_people(self) -> None:
        text = self.say(DONE, "kernel")
        self.assertTrue(text.startswith("kernel: a Linux kernel that can boot here\n"), text)
        self.assertIn("\n        Format: bzImage, for x86_64\n", text)
        self.assertIn(f"\n       Release: {RELEASE}\n", text)
        self.assertIn("\n        Signed: no\n", text)
        self.assertIn("\n  Command line: up to 2016 bytes\n", text)
        self.assertNotIn("offset", text)
        self.assertIn(" at offset 2304\n", self.say(DONE, "-v", "kernel"))

    def test_signed_kernel(self) -> None:
        (facts,) = self.facts(DONE, "signed")
        self.assertTrue(facts["signed"])
        self.assertEqual([(one["status"], one["matches"]) for one in facts["signatures"]],
                         [("malformed", None)])
        self.assertIn("Signed: by an unknown signer, but", self.say(DONE, "signed"))

    def test_truncated_kernel(self) -> None:
        contents = (self.machine.folder / "kernel").read_bytes()
        self.machine.write("cut", contents[:-1])
        text = self.say(REFUSED, "cut")
        self.assertTrue(text.startswith("cut: a Linux kernel that cannot boot here\n"), text)
        self.assertIn("\n  blocker: cut is ", text)

    def test_compressed_kernel(self) -> None:
        """A compressed file can be a kernel, or an initrd."""
        for suffix, pack in PACKERS.items():
            self.machine.write(f"kernel.{suffix}",
                               pack((self.machine.folder / "kernel").read_bytes()))
            (facts,) = self.facts(DONE, f"kernel.{suffix}")
            self.assertEqual(facts["kind"], "kernel")
            self.assertEqual(facts["layers"][1:], ["bzImage"])
            self.assertEqual(facts["release"], RELEASE)
            self.assertEqual(self.codes(facts), ["kernel-wrapped"])

    def test_foreign_kernel(self) -> None:
        (facts,) = self.facts(REFUSED, "arm64")
        self.assertEqual((facts["kind"], facts["architecture"]), ("kernel", "aarch64"))
        self.assertEqual(facts["page_size"], 4096)
        self.assertIn("kernel-other-architecture", self.codes(facts))

    # --- initrds ---

    def test_initrd(self) -> None:
        (facts,) = self.facts(DONE, "initrd")
        expected = {"kind": "initrd", "format": "cpio", "layers": [], "architecture": None,
                    "release": None, "version": None, "signed": False, "init": True,
                    "releases": [RELEASE], "verified": True, "sections": [], "payload": None}
        self.assertEqual({key: facts[key] for key in expected}, expected)
        early, main = facts["segments"]
        self.assertEqual((early["early"], early["microcode"], early["offset"]), (True, True, 0))
        self.assertEqual((main["early"], main["microcode"]), (False, False))
        self.assertLess(early["size"], main["offset"])
        self.assertLessEqual(main["offset"] + main["size"], facts["size"])
        self.assertEqual(facts["unpacked_size"], early["unpacked_size"] + main["unpacked_size"])

    def test_initrd_for_people(self) -> None:
        text = self.say(DONE, "initrd")
        self.assertTrue(text.startswith("initrd: an initrd that can be used\n"), text)
        self.assertIn("\n       Archive: cpio with microcode, ", text)
        self.assertIn(f"\n        Kernel: {RELEASE}\n", text)
        self.assertIn("\n          Init: yes\n", text)
        self.assertIn("files, at offset 0\n", self.say(DONE, "-v", "initrd"))

    def test_damaged_initrd(self) -> None:
        contents = bytearray((self.machine.folder / "other-initrd").read_bytes())
        contents[len(contents) // 2] ^= 0xFF
        self.machine.write("damaged", bytes(contents))
        (facts,) = self.facts(REFUSED, "damaged")
        self.assertEqual((facts["kind"], facts["verified"]), ("initrd", False))
        self.assertIn("damaged: an initrd that cannot be used\n", self.say(REFUSED, "damaged"))

    def test_initrd_without_modules(self) -> None:
        self.machine.write("bare", run(MAKE_INITRD, "--no-init"))
        text = self.say(DONE, "bare")
        self.assertIn("Kernel: any: it has no modules\n", text)
        self.assertIn("Init: no\n", text)

    # --- unified kernel images ---

    def test_uki(self) -> None:
        (facts,) = self.facts(DONE, "uki.efi")
        self.assertEqual((facts["kind"], facts["format"]), ("kernel", "uki"))
        self.assertEqual(facts["layers"], ["uki", "bzImage"])
        main, rescue = facts["profiles"]
        offsets = {section["name"]: section["offset"] for section in facts["sections"]}
        size = (self.machine.folder / "initrd").stat().st_size
        expected = {"id": "main", "title": "Main", "release": RELEASE, "cmdline": CMDLINE,
                    "initrds": [{"offset": offsets[".initrd"], "size": size}],
                    "os_name": "Debian GNU/Linux 12", "devicetree": False, "microcode": []}
        self.assertEqual(main, expected)
        self.assertEqual(rescue, {**expected, "id": "rescue", "title": "Rescue",
                                  "cmdline": "rescue"})
        (finding,) = [one for one in facts["findings"] if one["code"] == "cmdline-no-root"]
        self.assertEqual(finding["subject"], "uki.efi@rescue")

    def test_uki_for_people(self) -> None:
        text = self.say(DONE, "uki.efi")
        self.assertTrue(text.startswith("uki.efi: a unified kernel image that can boot here\n"))
        self.assertIn("\n       Profile: 0, main, the default\n", text)
        self.assertIn("\n       Profile: 1, rescue\n", text)
        self.assertIn("\n        System: Debian GNU/Linux 12\n", text)
        self.assertIn(f"\n  Command line: {CMDLINE}\n", text)
        self.assertIn("\n        Initrd: cpio with microcode, ", text)
        self.assertIn("\n  warning: uki.efi@rescue: The command line ", text)
        self.assertNotIn("Section", text)
        self.assertIn("\n       Section: .initrd ", self.say(DONE, "-v", "uki.efi"))

    def test_uki_with_another_initrd(self) -> None:
        """The finding names the profile that has it."""
        self.machine.make_uki("wrong.efi", "--cmdline", CMDLINE, "--profile", "good", "",
                              "--initrd", "initrd", "--profile", "bad", "", "--initrd",
                              "other-initrd")
        (facts,) = self.facts(REFUSED, "wrong.efi")
        found = [(one["code"], one["subject"]) for one in facts["findings"]
                 if one["severity"] == "blocker"]
        self.assertEqual(found, [("initrd-other-release", "wrong.efi@bad")])

    def test_uki_with_a_kernel_for_a_profile(self) -> None:
        contents = (self.machine.folder / "kernel").read_bytes()
        self.machine.write("bad-kernel", contents[:-1])
        self.machine.make_uki("two.efi", "--cmdline", CMDLINE, "--profile", "good", "",
                              "--profile", "bad", "", "--linux", "bad-kernel")
        (facts,) = self.facts(REFUSED, "two.efi")
        self.assertEqual(self.codes(facts).count("kernel-wrapped"), 1)
        self.assertEqual(len([one for one in facts["findings"] if one["severity"] == "blocker"]), 1)

    def test_uki_with_a_damaged_initrd(self) -> None:
        self.machine.write("cut-initrd",
                           (self.machine.folder / "initrd").read_bytes()[:-600])
        # The profiles share the initrd, so it is found once.
        self.machine.make_uki("damaged.efi", "--cmdline", CMDLINE, "--initrd", "cut-initrd",
                              "--profile", "a", "", "--profile", "b", "")
        (facts,) = self.facts(REFUSED, "damaged.efi")
        self.assertEqual([one["subject"] for one in facts["findings"]
                          if one["severity"] == "blocker"], ["damaged.efi (.initrd)"])

    def test_uki_with_a_long_command_line(self) -> None:
        self.machine.make_uki("long.efi", "--cmdline", "root=/dev/vda1 " + "x" * 2010)
        (facts,) = self.facts(REFUSED, "long.efi")
        self.assertIn("cmdline-too-long", self.codes(facts))

    def test_uki_without_a_command_line(self) -> None:
        self.machine.make_uki("plain.efi")
        (facts,) = self.facts(DONE, "plain.efi")
        self.assertIsNone(facts["profiles"][0]["cmdline"])
        self.assertNotIn("cmdline-no-root", self.codes(facts))

    # --- addons ---

    def test_addon(self) -> None:
        (facts,) = self.facts(DONE, "extra.addon.efi")
        self.assertEqual((facts["kind"], facts["format"]), ("addon", "PE"))
        self.assertEqual(facts["addon"]["cmdline"], "debug")
        self.assertEqual([one["name"] for one in facts["sections"]], [".cmdline", ".initrd"])
        self.assertIn("an addon of a unified kernel image that can be used\n",
                      self.say(DONE, "extra.addon.efi"))

    def test_damaged_addon(self) -> None:
        contents = bytearray((self.machine.folder / "extra.addon.efi").read_bytes())
        # The section table is the first place with this name; its offset in the file follows.
        offset = contents.index(b".cmdline") + 20
        contents[offset:offset + 4] = b"\xff\xff\xff\xff"
        self.machine.write("damaged.addon.efi", bytes(contents))
        (facts,) = self.facts(REFUSED, "damaged.addon.efi")
        self.assertEqual((facts["kind"], facts["addon"]), ("addon", None))
        self.assertEqual(self.codes(facts), ["uki-addon-unusable"])
        self.assertIn("an addon of a unified kernel image that cannot be used\n",
                      self.say(REFUSED, "damaged.addon.efi"))

    def test_addons_beside_a_uki(self) -> None:
        self.machine.make_uki("with.efi", "--cmdline", CMDLINE)
        contents = (self.machine.folder / "extra.addon.efi").read_bytes()
        self.machine.write("with.efi.extra.d/b.addon.efi", contents)
        self.machine.write("with.efi.extra.d/a.ADDON.EFI",
                           self.machine.make_addon("--cmdline", "x" * 2010))
        self.machine.write("with.efi.extra.d/c.addon.efi", b"junk")
        self.machine.write("with.efi.extra.d/readme", b"not looked at")
        (facts,) = self.facts(REFUSED, "with.efi")
        self.assertEqual([(one["file"], one["kind"]) for one in facts["addons"]],
                         [("with.efi.extra.d/a.ADDON.EFI", "addon"),
                          ("with.efi.extra.d/b.addon.efi", "addon"),
                          ("with.efi.extra.d/c.addon.efi", "unknown")])
        # The addons' words count, and so does their initrd, which has an init and modules.
        self.assertIn("cmdline-too-long", self.codes(facts))
        self.assertIn("uki-addon-unusable", self.codes(facts))
        text = self.say(REFUSED, "with.efi")
        self.assertIn("Addon: with.efi.extra.d/c.addon.efi, which cannot be used\n", text)
        self.assertIn("  Command line: … debug\n", text)

    def test_addon_that_cannot_be_read(self) -> None:
        self.machine.make_uki("hard.efi", "--cmdline", CMDLINE)
        folder = self.machine.folder / "hard.efi.extra.d"
        (folder / "directory.addon.efi").mkdir(parents=True)
        (facts,) = self.facts(DONE, "hard.efi")
        self.assertNotIn("uki-addon-unusable", self.codes(facts))
        (folder / "lost.addon.efi").symlink_to("nowhere")
        (facts,) = self.facts(DONE, "hard.efi")
        self.assertEqual(facts["addons"], [])
        self.assertIn("uki-addon-unusable", self.codes(facts))

    def test_addons_for_others(self) -> None:
        """The image's architecture counts, not that of the kernel in it."""
        self.machine.write("arm.efi", self.machine.make_addon("--linux", "arm64"))
        self.machine.write("arm.efi.extra.d/a.addon.efi", self.machine.make_addon("--cmdline", "a"))
        (facts,) = self.facts(REFUSED, "arm.efi")
        self.assertNotIn("uki-addons-passed-over", self.codes(facts))
        self.machine.make_uki("old.efi", "--cmdline", CMDLINE, "--uname", RELEASE,
                              "--profile", "main", "Main", "--profile", "rescue", "Rescue")
        for name in ("a", "b"):
            self.machine.write(f"old.efi.extra.d/{name}.addon.efi",
                               self.machine.make_addon("--cmdline", "x", "--uname", OTHER))
        (facts,) = self.facts(DONE, "old.efi")
        self.assertEqual(self.codes(facts).count("uki-addons-passed-over"), 1)
        self.assertNotIn("uki-addon-unusable", self.codes(facts))

    def test_addon_with_another_root(self) -> None:
        self.machine.make_uki("roots.efi", "--cmdline", CMDLINE)
        self.machine.write("roots.efi.extra.d/a.addon.efi",
                           self.machine.make_addon("--cmdline", "root=/dev/vdb1"))
        (facts,) = self.facts(DONE, "roots.efi")
        self.assertIn("cmdline-two-roots", self.codes(facts))

    def test_companions(self) -> None:
        self.machine.make_uki("more.efi", "--cmdline", CMDLINE)
        self.machine.write("more.efi.extra.d/a.cred", b"x")
        self.machine.write("more.efi.extra.d/b.sysext.raw", b"x")
        (facts,) = self.facts(DONE, "more.efi")
        (finding,) = [one for one in facts["findings"] if one["code"] == "uki-companions-ignored"]
        self.assertEqual(finding["args"]["kinds"], "credentials, system extensions")

    def test_too_many_addons(self) -> None:
        self.machine.make_uki("many.efi", "--cmdline", CMDLINE)
        addon = self.machine.make_addon("--cmdline", "a")
        for number in range(65):
            self.machine.write(f"many.efi.extra.d/{number:02}.addon.efi", addon)
        (facts,) = self.facts(DONE, "many.efi")
        self.assertEqual(len(facts["addons"]), 64)
        self.assertIn("uki-addon-unusable", self.codes(facts))

    # --- several files ---

    def test_together(self) -> None:
        text = self.say(DONE, "kernel", "initrd")
        self.assertTrue(text.endswith("\n\nTogether: they fit\n"), text)
        text = self.say(REFUSED, "other-initrd", "kernel")
        self.assertIn("\n\nTogether: they do not fit\n  blocker: other-initrd: The initrd has "
                      f"modules for {OTHER} ", text)
        _, kernel = self.facts(REFUSED, "other-initrd", "kernel")
        self.assertEqual([(one["code"], one["subject"]) for one in kernel["findings"]],
                         [("initrd-other-release", "other-initrd")])

    def test_together_are_one_kernel_and_initrds(self) -> None:
        for names in (("kernel", "signed", "initrd"), ("initrd",), ("kernel",),
                      ("uki.efi", "initrd")):
            self.assertNotIn("Together", self.say(DONE, *names))
        self.assertIn("Together: they fit", self.say(DONE, "kernel", "initrd", "other-initrd"))

    def test_together_with_one_that_cannot_be_read_to_its_end(self) -> None:
        """Its dictionary is larger than a check may use."""
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 128 << 20}]
        contents = lzma.compress(run(MAKE_INITRD), check=lzma.CHECK_CRC32, filters=filters)
        self.machine.write("large", contents)
        text = self.say(DONE, "kernel", "large")
        self.assertIn("xz, ", text)
        self.assertNotIn("unpacks to", text)
        self.assertTrue(text.endswith("\n\nTogether: whether they fit cannot be told\n"), text)

    def test_together_with_a_configuration(self) -> None:
        """What the kernel was built without is in config-RELEASE beside it."""
        config = "".join(f"CONFIG_OPTION_{i}=y\n" for i in range(200))
        config = "#\n# Linux/x86 6.1.0 Kernel Configuration\n#\nCONFIG_BLK_DEV_INITRD=y\n" + config
        self.machine.write("boot/kernel", (self.machine.folder / "kernel").read_bytes())
        self.machine.write("packed", gzip.compress(run(MAKE_INITRD, f"--release={RELEASE}")))
        self.assertIn("Together: they fit", self.say(DONE, "boot/kernel", "packed"))
        self.machine.write(f"boot/config-{RELEASE}",
                           (config + "# CONFIG_RD_GZIP is not set\n").encode())
        kernel, _ = self.facts(REFUSED, "boot/kernel", "packed")
        self.assertEqual(self.codes(kernel), ["initrd-compression"])

    def test_order_is_kept(self) -> None:
        names = ["kernel", "initrd", "uki.efi", "other-initrd", "extra.addon.efi"] * 4
        self.assertEqual([one["file"] for one in self.facts(DONE, *names)], names)

    def test_unreadable_among_others(self) -> None:
        done = self.machine.run("--json", "kernel", "none", "initrd")
        self.assertEqual(done.returncode, FAILED)
        self.assertEqual([one["file"] for one in json.loads(done.stdout)], ["kernel", "initrd"])
        self.assertIn("none", done.stderr)

    # --- other files ---

    def test_neither(self) -> None:
        for contents in (b"", b"text\n", bytes(5000), b"\xffabc", gzip.compress(b"text\n")):
            self.machine.write("neither", contents)
            (facts,) = self.facts(REFUSED, "neither")
            self.assertEqual(facts["kind"], "unknown")
            self.assertEqual(len(facts["findings"]), 1)
            text = self.say(REFUSED, "neither")
            self.assertTrue(text.startswith("neither: neither a kernel nor an initrd\n"), text)

    def test_name_with_escapes(self) -> None:
        """Neither a terminal nor a program gets what it would obey."""
        name = "a\033[2J\n\u202eb"
        self.machine.write(name, (self.machine.folder / "kernel").read_bytes())
        for arguments in ((), ("--json",)):
            text = self.say(DONE, *arguments, name)
            self.assertNotIn("\033", text)
            self.assertNotIn("\u202e", text)
        (facts,) = self.facts(DONE, name)
        self.assertEqual(facts["file"], name)

    # --- the manual ---

    def every_kind(self) -> list[Facts]:
        self.machine.make_uki("all.efi", "--ucode", "initrd", "--cmdline", CMDLINE)
        self.machine.write("all.efi.extra.d/x.addon.efi",
                           (self.machine.folder / "extra.addon.efi").read_bytes())
        done = self.machine.run("--json", "kernel", "signed", "initrd", "uki.efi", "all.efi",
                                "extra.addon.efi", "arm64", "osrel")
        everything: list[Facts] = json.loads(done.stdout)
        return everything

    def test_every_file_has_the_keys_of_the_manual(self) -> None:
        documented = manual_of_keys()
        self.assertGreater(len(documented), 20)
        for facts in self.every_kind():
            self.assertEqual(set(facts), set(documented), facts["file"])
            for addon in facts["addons"]:
                self.assertEqual(set(addon), set(documented))

    def test_inner_keys_are_those_of_the_manual(self) -> None:
        found: dict[str, set[str]] = {}
        for facts in self.every_kind():
            for key, value in facts.items():
                found.setdefault(key, set()).update(keys_in(value))
        found["signed"] = found["inner_signatures"] = found["signatures"]
        for key, inside in manual_of_keys().items():
            if key not in ("addons", "findings"):
                self.assertEqual(found[key], inside, key)

    def test_every_key_of_the_manual_says_something(self) -> None:
        everything = self.every_kind()
        for key in set(manual_of_keys()) - {"inner_signatures"}:
            self.assertTrue(any(facts[key] not in (None, [], "") for facts in everything), key)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

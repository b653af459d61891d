"""The Sec-WebSocket-Accept samples of /protocol/handshake/, run as a reader would run them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from websockets.utils import accept_key

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "protocol" / "handshake.md"
SAMPLES = DOCS / "protocol" / "handshake"

# The first is the vector of RFC 6455 section 1.3. The key of the second is the one printed in
# section 4.1: its last character is wrong base64 (erratum 3150), so a program that decodes the
# key and encodes it again, instead of hashing the text it was given, gets another result.
VECTORS = {
    "dGhlIHNhbXBsZSBub25jZQ==": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    "AQIDBAUGBwgJCgsMDQ4PEC==": "OfS0wDaT5NoxF2gqm7Zj2YtetzM=",
}


def tool(name: str) -> str:
    """Return the path of a toolchain's command, or skip the test where it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def build_go(folder: Path) -> list[str]:
    program = folder / "accept"
    compile_sample([tool("go"), "build", "-o", str(program), str(SAMPLES / "accept.go")])
    return [str(program)]


def build_rust(folder: Path) -> list[str]:
    manifest = SAMPLES / "Cargo.toml"
    compile_sample(
        [tool("cargo"), "build", "--quiet", "--locked", "--manifest-path", str(manifest)],
        CARGO_TARGET_DIR=str(folder),
    )
    return [str(folder / "debug" / "accept")]


def compile_sample(command: list[str], **environment: str) -> None:
    result = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stderr


# How each sample is run: given an empty folder, a function returns the command that takes the key.
RUN: dict[str, Callable[[Path], list[str]]] = {
    "accept.py": lambda _: [sys.executable, str(SAMPLES / "accept.py")],
    "accept.mjs": lambda _: [tool("node"), str(SAMPLES / "accept.mjs")],
    "accept.go": build_go,
    "Accept.java": lambda _: [tool("java"), str(SAMPLES / "Accept.java")],
    "accept.rs": build_rust,
    "accept.sh": lambda _: [tool("sh"), str(SAMPLES / "accept.sh")] if tool("openssl") else [],
}


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """Return a function that gives a sample's command, having compiled the sample once."""

    @cache
    def prepare(sample: str) -> list[str]:
        return RUN[sample](tmp_path_factory.mktemp("sample"))

    return prepare


@pytest.mark.parametrize(("key", "expected"), VECTORS.items())
@pytest.mark.parametrize("sample", RUN)
def test_a_sample_prints_the_accept_value(
    command: Callable[[str], list[str]], sample: str, key: str, expected: str
) -> None:
    result = subprocess.run([*command(sample), key], capture_output=True, text=True, timeout=180)
    assert (result.stdout, result.stderr, result.returncode) == (f"{expected}\n", "", 0)


@pytest.mark.parametrize("sample", RUN)
def test_a_sample_without_a_key_says_how_to_use_it(
    command: Callable[[str], list[str]], sample: str
) -> None:
    result = subprocess.run(command(sample), capture_output=True, text=True, timeout=180)
    assert result.returncode != 0
    assert result.stdout == ""
    assert result.stderr.startswith("usage: ")


@pytest.mark.parametrize(("key", "expected"), VECTORS.items())
def test_the_page_and_the_library_agree_with_the_vectors(key: str, expected: str) -> None:
    assert accept_key(key) == expected
    text = PAGE.read_text(encoding="utf-8")
    assert key in text
    assert expected in text


def test_the_page_shows_and_lists_exactly_the_samples_that_are_run() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = set(re.findall(r'--8<-- "protocol/handshake/([^":]+)', text))
    listed = set(re.findall(r"^  - protocol/handshake/(\S+)$", text, re.MULTILINE))
    assert shown == listed == set(RUN)

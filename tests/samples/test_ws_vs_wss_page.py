"""/protocol/ws-vs-wss/: its authority signs what its client accepts, and nothing else is accepted.

The samples are certificates.sh, server.py, client.py and cost.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, Running, free_port, run_client

FOLDER = DOCS / "protocol" / "ws-vs-wss"
PAGE = FOLDER.with_suffix(".md").read_text("utf-8")
START_LIMIT = 30.0  # seconds


@pytest.fixture(scope="module")
def samples(programs: Build) -> dict[str, Program]:
    return programs(load(FOLDER / "samples.toml"))


@contextmanager
def server(program: Program) -> Iterator[int]:
    """Run the server; gives its port."""
    port = free_port()
    running = Running(program.command(str(port)), program.folder)
    try:
        assert running.line(START_LIMIT) == f"listening on wss://localhost:{port}"
        yield port
        assert running.stop() == 0
    finally:
        running.end()


def test_the_client_gets_its_echo_over_tls(samples: dict[str, Program]) -> None:
    with server(samples["server.py"]) as port:
        result = run_client(samples["client.py"], f"wss://localhost:{port}")
    assert (result.status, result.err) == (0, "")
    assert f'wss://localhost:8443"\n{result.out}```' in PAGE


def test_a_client_without_the_authority_says_why_it_fails(
    samples: dict[str, Program], tmp_path: Path
) -> None:
    client = samples["client.py"]
    text = (client.folder / "client.py").read_text("utf-8")
    (tmp_path / "client.py").write_text(text.replace('cafile="ca.pem"', ""), "utf-8")
    with server(samples["server.py"]) as port:
        result = run_client(replace(client, folder=tmp_path), f"wss://localhost:{port}")
    assert result.status == 1
    assert result.err.partition(" (_ssl")[0] in PAGE


def test_a_name_that_is_not_in_the_certificate_is_refused(samples: dict[str, Program]) -> None:
    with server(samples["server.py"]) as port:
        result = run_client(samples["client.py"], f"wss://127.0.0.2:{port}")
    assert result.status == 1


def test_the_cost_of_tls_is_what_the_page_says(samples: dict[str, Program]) -> None:
    result = run_client(samples["cost.py"])
    assert (result.status, result.err) == (0, "")
    now = [int(number) for number in re.findall(r"\d+", result.out)]
    block = re.search(r'```text title="Output of cost.py"\n(.*?)```', PAGE, re.DOTALL)
    assert block is not None
    then = [int(number) for number in re.findall(r"\d+", block[1])]
    assert now[2:] == then[2:]
    # What a version of OpenSSL offers, and how long a signature happens to be, differs a little;
    # one that offers a post-quantum key exchange sends more than a kilobyte more each way.
    for measured, printed in zip(now[:2], then[:2], strict=True):
        assert printed * 0.8 < measured < printed + 2500

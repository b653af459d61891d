"""Malformed bytes: the server answers or closes; it hangs, complains and keeps nothing."""

from __future__ import annotations

from tests.echo.fuzz import run


def test_malformed_bytes() -> None:
    run(1000, seed=2026)

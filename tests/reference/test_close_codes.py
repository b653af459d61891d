"""The page of close codes against the registry and the library."""

from __future__ import annotations

import csv

from websockets.exceptions import ProtocolError
from websockets.frames import EXTERNAL_CLOSE_CODES, Close, CloseCode

from tests.reference.tables import rows
from tests.site import ROOT

PAGE = "reference/close-codes.md"
TABLE = rows(PAGE, "Code")
# The registry's own short forms.
SPELT_OUT = {
    "No Status Rcvd": "No Status Received",
    "Mandatory Ext.": "Mandatory Extension",
    "Reserved for Private Use": "Private use",
}


def span(written: str) -> range:
    low, _, high = written.partition("-")
    return range(int(low), int(high or low) + 1)


def registry() -> dict[str, str]:
    lines = (ROOT / "docs/reference/close-codes/registry.csv").read_text("utf-8").splitlines()
    return {
        row["value"]: row["meaning"]
        for row in csv.DictReader(line for line in lines if not line.startswith("#"))
    }


def test_table_is_the_registry() -> None:
    named = {code: SPELT_OUT.get(name, name).lower() for code, name in registry().items()}
    assert {row[0]: row[1].lower() for row in TABLE} == named | {"0-999": "not used"}


def test_every_code_has_one_row() -> None:
    assert [code for row in TABLE for code in span(row[0])] == list(range(5000))


def test_library_knows_the_same_codes() -> None:
    below = {code for row in TABLE for code in span(row[0]) if len(span(row[0])) == 1}
    assert {code for code in below if code < 3000} == {int(code) for code in CloseCode} | {1004}


def test_what_may_travel_is_what_the_library_accepts() -> None:
    for row in TABLE:
        for code in {span(row[0])[0], span(row[0])[-1]}:
            try:
                Close(code, "").check()
            except ProtocolError:
                assert row[4] in ("no", "never"), row
                assert row[2].startswith("nobody"), row
            else:
                assert row[4] == "yes", row
                assert not row[2].startswith("nobody"), row
            assert (row[4] == "yes") == (code in EXTERNAL_CLOSE_CODES or 3000 <= code < 5000)

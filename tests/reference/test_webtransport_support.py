"""The browsers in /compare/webtransport/ are those of the committed compatibility data."""

from __future__ import annotations

import json
import re

from tests.reference.support import BROWSERS, EXTRACT, cell
from tests.reference.tables import rows
from tests.site import ROOT

PAGE = "compare/webtransport.md"
DATA = json.loads(EXTRACT.read_text("utf-8"))
BASELINE = DATA["baseline"]["webtransport"]
CERTIFICATE = "api.WebTransport.WebTransport.options_serverCertificateHashes_parameter"


def test_the_table_is_what_the_data_says() -> None:
    hashes = BASELINE["by_compat_key"][CERTIFICATE]["support"]
    expected = [
        [
            name,
            cell(DATA["support"]["api.WebTransport"][browser]),
            hashes[browser],
            cell(DATA["support"]["api.WebTransport.local_network_access"][browser]),
        ]
        for browser, name in BROWSERS.items()
        if browser in hashes
    ]
    tag = re.compile("<[^<>]+>")
    assert rows(PAGE, "Browser") == [[tag.sub("", text) for text in row] for row in expected]


def test_what_the_text_says_of_baseline_and_of_members_is_in_the_data() -> None:
    text = (ROOT / "docs" / PAGE).read_text("utf-8")
    assert BASELINE["baseline"] == "low"
    assert BASELINE["baseline_low_date"] == "2026-03-24"
    assert "24 March 2026" in text
    for member in (
        "getStats",
        "congestionControl",
        "createBidirectionalStream.options_sendOrder_parameter",
    ):
        support = BASELINE["by_compat_key"][f"api.WebTransport.{member}"]["support"]
        assert "safari" in support
        assert "chrome" not in support

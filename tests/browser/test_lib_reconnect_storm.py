"""lib/reconnect-storm.js: what clients of each policy do to a server."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.modules import Modules
from tests.site import Site

MODULE = "lib/reconnect-storm.js"
RUN = """(m, setting) => m.POLICIES.map((policy) => {
  const run = m.simulate(policy, { ...m.DEFAULT, ...setting });
  const { attempts, ...rest } = run;
  return { name: policy.name, ...rest, words: m.whenBack(run), attempts: [...attempts] };
})"""
POLICIES = [
    "Every 5 s",
    "Exponential, no jitter",
    "Equal jitter",
    "Full jitter",
    "Full jitter after 1012",
]


@pytest.fixture
def module(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


def run(module: Modules, **setting: float) -> dict[str, dict[str, Any]]:
    runs = module.run(MODULE, RUN, setting)
    return {one["name"]: one for one in runs}


def test_who_waits_the_same_comes_at_the_same_moments(module: Modules) -> None:
    found = run(module)
    assert list(found) == POLICIES
    # From the sample's policy: 1 s after the loss, then 2, 4, 8, 16, 32 and 60 later.
    when = [slot for slot, count in enumerate(found["Exponential, no jitter"]["attempts"]) if count]
    assert when[:8] == [10, 30, 70, 150, 310, 630, 1230, 1830]
    fixed = [slot for slot, count in enumerate(found["Every 5 s"]["attempts"]) if count]
    assert fixed == [50 * number for number in range(1, 20)]


def test_a_server_admits_what_it_can_and_counts_add_up(module: Modules) -> None:
    for name, found in run(module, refusal=0).items():
        assert found["busiest"] == max(found["attempts"]), name
        assert found["total"] == sum(found["attempts"]), name
        # 10,000 at 500 a second, of which a second's worth waits.
        ended = found["back"] or 600
        assert 10_000 - found["missing"] <= 500 * (ended - 5) + 500, name
    # A server with room for all takes each at its first attempt.
    for name, found in run(module, clients=1000, capacity=2000, away=0).items():
        assert (found["total"], found["missing"]) == (1000, 0), name


def test_pauses_of_the_sample_spread_attempts(module: Modules) -> None:
    found = run(module, away=60)
    first = found["Full jitter"]["attempts"][:10]
    assert sum(first) > 10_000 * 0.99
    assert max(first) < 2 * min(first)
    equal = found["Equal jitter"]["attempts"]
    assert sum(equal[:5]) == 0, "half of the first second is certain"
    after = found["Full jitter after 1012"]["attempts"]
    assert sum(after[:50]) == 0
    assert sum(after[50:300]) > 10_000


def test_refusals_that_cost_keep_a_server_down(module: Modules) -> None:
    free, dear = run(module, refusal=0), run(module, refusal=0.5)
    assert free["Every 5 s"]["missing"] == 0
    assert dear["Every 5 s"]["missing"] > 9_000
    assert dear["Full jitter"]["missing"] == 0


def test_a_simulation_is_the_same_each_time(module: Modules) -> None:
    assert run(module) == run(module)


@pytest.mark.parametrize(
    ("fragment", "changed"),
    [
        ("", {}),
        ("clients=1000&away=60", {"clients": 1000, "away": 60}),
        ("clients=999&capacity=&away=-1&refusal=x", {}),
        ("clients=1e3", {"clients": 1000}),
        ("refusal=0&x=%3Cimg%3E", {"refusal": 0}),
    ],
)
def test_setting_from_an_address(module: Modules, fragment: str, changed: dict[str, float]) -> None:
    script = "(m, text) => [m.settingFrom(text), { ...m.DEFAULT }]"
    setting, default = module.run(MODULE, script, fragment)
    assert setting == {**default, **changed}
    again = "(m, text) => m.settingFrom(m.fragmentFrom(m.settingFrom(text)))"
    assert module.run(MODULE, again, fragment) == setting


def test_heights_and_columns(module: Modules) -> None:
    heights = module.run(MODULE, "(m) => [0, 9, 99].map((count) => m.height(count, 99))")
    assert heights == pytest.approx([0, 0.5, 1])
    columns = (
        "(m) => m.columnsOf({ attempts: Uint32Array.from({ length: 40 }, (_, i) => i) }, 4, 4)"
    )
    assert module.run(MODULE, columns) == [9, 19, 29, 39]

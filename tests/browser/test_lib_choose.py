"""lib/choose*.js: what the chooser recommends, in cases written down before their rules."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.modules import Modules
from tests.site import Site

SCENARIOS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("choose_scenarios.json").read_text("utf-8")
)
MODULE = "lib/choose.js"
# The ids of a choice, without its sentences.
IDS = """(m, cases) => cases.map((answers) => {
  const choice = m.choose(answers);
  return choice && {
    ranking: choice.ranking.map(({ candidate, points }) => [candidate.id, points]),
    excluded: choice.excluded.map(({ candidate }) => candidate.id),
    together: choice.together?.candidate.id ?? null,
  };
})"""


@pytest.fixture
def module(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


@pytest.fixture
def questions(module: Modules) -> dict[str, list[str]]:
    """The ids of the options of each question."""
    found: list[dict[str, Any]] = module.run("lib/choose-questions.js", "(m) => m.QUESTIONS")
    return {one["id"]: [option["id"] for option in one["options"]] for one in found}


@pytest.fixture
def candidates(module: Modules) -> list[str]:
    found: list[str] = module.run("lib/choose-questions.js", "(m) => m.CANDIDATES.map((c) => c.id)")
    return found


def chosen(module: Modules, cases: list[dict[str, str]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = module.run(MODULE, IDS, cases)
    return found


def first(choice: dict[str, Any]) -> str:
    return str(choice["ranking"][0][0]) if choice["ranking"] else ""


def choice_of(module: Modules, answers: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = module.run(MODULE, "(m, answers) => m.choose(answers)", answers)
    return found


def test_each_case_gets_what_was_expected(module: Modules) -> None:
    wrong = []
    choices = chosen(module, [case["answers"] for case in SCENARIOS])
    for case, choice in zip(SCENARIOS, choices, strict=True):
        if first(choice) != case["first"]:
            wrong.append(f"{case['id']}: {first(choice)} instead of {case['first']}")
        if first(choice) in case["never"]:
            wrong.append(f"{case['id']}: {first(choice)} must not be")
        if "with" in case and choice["together"] != case["with"]:
            wrong.append(f"{case['id']}: with {choice['together']} instead of {case['with']}")
    assert wrong == []


def test_the_cases_are_many_and_each_candidate_wins_one(
    candidates: list[str], questions: dict[str, list[str]]
) -> None:
    assert len(SCENARIOS) >= 40
    assert len({case["id"] for case in SCENARIOS}) == len(SCENARIOS)
    assert {case["first"] for case in SCENARIOS} == set(candidates)
    for case in SCENARIOS:
        assert case["answers"], case["id"]
        assert case["first"] not in case["never"], case["id"]
        assert {*case["never"], case.get("with", "http")} <= set(candidates), case["id"]
        assert all(option in questions[name] for name, option in case["answers"].items()), case
        assert case["source"].startswith("https://"), case["id"]
    for name, options in questions.items():
        given = {case["answers"].get(name) for case in SCENARIOS} - {None}
        assert given == set(options), f"no case answers {name} with {set(options) - given}"


def test_websocket_is_neither_always_nor_never_the_answer(module: Modules) -> None:
    cases = [case["answers"] for case in SCENARIOS]
    named = [(first(choice), choice["together"]) for choice in chosen(module, cases)]
    without = [pair for pair in named if "websocket" not in pair]
    assert len(without) > len(named) / 2
    assert sum(winner == "websocket" for winner, _ in named) >= 10
    assert sum(winner in ("http", "polling", "web-push") for winner, _ in named) >= 10
    assert {("sse", "http"), ("webrtc", "websocket"), ("web-push", "websocket")} <= set(named)


def test_what_cannot_be_is_never_ranked(module: Modules, questions: dict[str, list[str]]) -> None:
    chance = random.Random(6)
    cases = [
        {
            name: pick
            for name, options in questions.items()
            if (pick := chance.choice([*options, ""]))
        }
        for _ in range(400)
    ]
    for answers, choice in zip(cases, chosen(module, cases), strict=True):
        if not answers:
            assert choice is None
            continue
        ranked = [name for name, _ in choice["ranking"]]
        points = [points for _, points in choice["ranking"]]
        assert points == sorted(points, reverse=True), answers
        assert not set(ranked) & set(choice["excluded"]), answers
        # Where more speaks against each than for it, none is recommended.
        assert not ranked or points[0] >= 0, answers


def test_any_single_answer_gets_a_recommendation(
    module: Modules, questions: dict[str, list[str]]
) -> None:
    cases = [{name: option} for name, options in questions.items() for option in options]
    assert all(first(choice) for choice in chosen(module, cases))


@pytest.mark.parametrize(
    ("answers", "way_out"),
    [
        ({"direction": "peers", "clients": "closed"}, "WebRTC data channel"),
        ({"direction": "server", "payload": "media", "clients": "closed"}, "Web Push"),
    ],
)
def test_answers_that_exclude_each_other_are_not_forced_into_a_recommendation(
    module: Modules, answers: dict[str, str], way_out: str
) -> None:
    choice = choice_of(module, answers)
    assert choice["ranking"] == []
    assert choice["together"] is None
    assert way_out in [change["winner"] for change in choice["changes"]], "what to change"


def test_reasons_come_from_the_answers_and_add_up(module: Modules) -> None:
    for case in SCENARIOS:
        labels = {
            module.run(MODULE, "(m, q, o) => m.labelOf(q, o)", name, option)
            for name, option in itertools.islice(case["answers"].items(), 9)
        }
        for ranked in choice_of(module, case["answers"])["ranking"]:
            reasons = [*ranked["reasons"], *ranked["doubts"]]
            assert all(set(reason["given"]) <= labels for reason in reasons), case["id"]
            total = ranked["candidate"]["cost"] + sum(reason["points"] for reason in reasons)
            assert total == ranked["points"], case["id"]


def test_a_change_of_one_answer_that_is_told_changes_the_winner(
    module: Modules, questions: dict[str, list[str]]
) -> None:
    titles = {
        one["title"]: one for one in module.run("lib/choose-questions.js", "(m) => m.QUESTIONS")
    }
    told = 0
    for case in SCENARIOS:
        choice = choice_of(module, case["answers"])
        before = choice["ranking"][0]["candidate"]["name"]
        for change in choice["changes"]:
            question = titles[change["question"]]
            (option,) = [o["id"] for o in question["options"] if o["label"] == change["answer"]]
            after = choice_of(module, {**case["answers"], question["id"]: option})
            assert after["ranking"][0]["candidate"]["name"] == change["winner"] != before
            told += 1
    assert told > len(SCENARIOS)


def test_chat_that_may_lose_messages_or_has_no_server_is_told_apart(module: Modules) -> None:
    (case,) = [case for case in SCENARIOS if case["id"] == "chat"]
    winners = {change["winner"] for change in choice_of(module, case["answers"])["changes"]}
    assert winners == {"Server-sent events", "WebTransport", "A managed service"}


def test_address_holds_the_answers_and_nothing_else(module: Modules) -> None:
    read = "(m, query) => m.answersFrom(query)"
    assert module.run(MODULE, read, "direction=both&rate=fast") == {
        "direction": "both",
        "rate": "fast",
    }
    assert module.run(MODULE, read, "direction=sideways&x=1&rate=<b>&delay=") == {}
    for case in SCENARIOS:
        query = module.run(MODULE, "(m, answers) => m.queryFrom(answers)", case["answers"])
        assert module.run(MODULE, read, query) == case["answers"]


def test_rules_name_what_there_is_and_speak_in_sentences(
    module: Modules, candidates: list[str], questions: dict[str, list[str]]
) -> None:
    data = module.run(
        "lib/choose-rules.js", "(m) => ({ rules: m.RULES, pairs: m.PAIRS, sources: m.SOURCES })"
    )
    used = set()
    for rule in data["rules"]:
        assert all(option in questions[name] for name, option in rule["when"].items())
        for name, (points, text, *source) in rule["effects"].items():
            assert name in candidates
            assert points == "out" or points != 0
            assert text.endswith("."), text
            used.update(source)
    assert used == set(data["sources"])
    for pair in data["pairs"]:
        assert {pair["first"], pair["second"]} <= set(candidates)
        assert pair["text"].endswith(".")
    asked = {(name, option) for rule in data["rules"] for name, option in rule["when"].items()}
    everything = {(name, option) for name, options in questions.items() for option in options}
    assert everything - asked == {("network", "ordinary")}, "each other answer matters"


def test_links_lead_to_pages_that_exist(module: Modules, site: Site) -> None:
    for candidate in module.run("lib/choose-questions.js", "(m) => m.CANDIDATES"):
        assert len(candidate["links"]) >= 2
        for link in candidate["links"]:
            if not link["href"].startswith("https://"):
                assert (site.folder / link["href"] / "index.html").is_file(), link


def test_a_candidate_leads_to_its_comparison(module: Modules) -> None:
    candidates = module.run("lib/choose-questions.js", "(m) => m.CANDIDATES")
    first = {one["id"]: one["links"][0]["href"] for one in candidates}
    assert first["long-polling"] == "compare/long-polling/"
    assert first["webtransport"] == "compare/webtransport/"

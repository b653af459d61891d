"""Settings from the environment and the command line, and what a wrong one is told."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from echo_demo.__main__ import main
from echo_demo.settings import (
    SettingError,
    Settings,
    environment_name,
    fields,
    option_name,
    settings_from,
)
from echo_demo.version import __version__

ALL = pytest.mark.parametrize("field", fields(), ids=lambda field: field.name)
Field = dataclasses.Field[Any]

# For each setting that is a text: what is refused, and what is accepted.
TEXTS: dict[str, tuple[list[str], str]] = {
    "host": (["", " "], "::1"),
    "origins": (
        [
            "",
            "example.com",
            "https://example.com/",
            "https://example.com/path",
            "https://Example.com",
            "https://a.example, *",
        ],
        "https://a.b,http://127.0.0.1:8000,chrome-extension://abc",
    ),
    "trusted_proxies": (["localhost", "10.0.0.1/8", "10.0.0.0/33", "::1,"], "::1,10.0.0.0/8"),
    "forwarded_header": (["", "X-Real-IP"], "forwarded"),
    "cert": ([" "], "cert.pem"),
    "key": ([" "], "key.pem"),
}


def wrong_texts(field: Field) -> list[str]:
    if field.type is bool:
        return ["", "yes", "1"]
    if field.type is str:
        return TEXTS[field.name][0]
    low, high = field.metadata["low"], field.metadata["high"]
    return ["", "many", "nan", "inf", "1_0", " 1", "٣", "1e999", str(low - 1), str(high + 1)]


def right_text(field: Field) -> tuple[str, object]:
    if field.type is bool:
        return ("off", False) if field.default else ("on", True)
    if field.type is str:
        text = TEXTS[field.name][1]
        return text, text
    high = field.metadata["high"]
    return str(high), high


@ALL
def test_a_wrong_value_is_one_line_and_status_2(
    field: Field, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in wrong_texts(field):
        with pytest.raises(SystemExit) as stopped:
            main([f"{option_name(field)}={text}"])
        output = capsys.readouterr()
        assert (stopped.value.code, output.out) == (2, "")
        assert output.err.count("\n") == 1
        assert f"{option_name(field)} {text}: must be " in output.err

        monkeypatch.setenv(environment_name(field), text)
        with pytest.raises(SystemExit) as stopped:
            main([])
        output = capsys.readouterr()
        assert (stopped.value.code, output.out) == (2, "")
        assert output.err.count("\n") == 1
        assert f"{environment_name(field)}={text}: must be " in output.err


@ALL
def test_the_command_line_wins_over_the_environment_over_the_default(field: Field) -> None:
    text, value = right_text(field)
    name, variable = field.name, environment_name(field)
    # A key comes with a certificate.
    beside = {"ECHO_CERT": "cert.pem"} if name == "key" else {}
    assert value != field.default
    assert getattr(settings_from({}, {}), name) == field.default
    assert getattr(settings_from({}, {variable: text, **beside}), name) == value
    assert getattr(settings_from({name: text}, beside), name) == value
    assert getattr(settings_from({name: text}, {variable: "wrong", **beside}), name) == value
    assert getattr(settings_from({name: None}, {variable: text, **beside}), name) == value


@ALL
def test_a_wrong_value_in_code(field: Field) -> None:
    wrong: dict[str, Any] = {field.name: 1 if field.type in (str, bool) else -1}
    with pytest.raises(SettingError, match=field.name):
        Settings(**wrong)


def test_a_key_without_a_certificate(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--key", "key.pem"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_other_variables_are_ignored() -> None:
    assert settings_from({}, {"ECHO_URL": "/demo", "PORT": "1"}) == Settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize("arguments", [["--prot", "1"], ["--po", "1"], ["extra"], ["--port"]])
def test_unknown_options_are_one_line_and_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert arguments[0] in error


def test_help_names_every_setting(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for field in fields():
        (entry,) = re.findall(
            rf" {option_name(field)} [A-Z]+ (.*? {environment_name(field)}) ", text
        )
        default: Any = field.default
        if isinstance(default, bool):
            default = "on" if default else "off"
        elif isinstance(default, float):
            default = f"{default:g}"
        elif default == "":
            default = "none"
        assert entry.startswith(f"{field.metadata['help']} Default {default}; must be ")
    assert "exit status is 2" in text


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"echo-demo {__version__}\n"


def test_the_console_script_is_declared() -> None:
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    assert 'echo-demo = "echo_demo.__main__:main"' in project

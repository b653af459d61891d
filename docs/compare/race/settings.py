"""The settings of the race: on the command line, else in the environment, else as here."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, NoReturn

PREFIX = "RACE_"
_ORIGIN = re.compile(r"https?://[^/\s?#@]+")


@dataclass(frozen=True)
class Settings:
    """How the server listens, and its limits."""

    host: str = "127.0.0.1"
    port: int = 8770
    origins: tuple[str, ...] = ()
    trusted_proxies: str = ""
    rate: float = 2.0
    max_races: int = 100
    max_races_per_client: int = 5
    lifetime: float = 180.0
    end_with_stdin: bool = False


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        words = " ".join(message.splitlines())
        self.exit(2, f"{self.prog}: {words}; see {self.prog} --help\n")


def _number(kind: Callable[[str], float], low: float, high: float) -> Callable[[str], Any]:
    what = "a whole number" if kind is int else "a number"

    def parse(text: str) -> float:
        try:
            # int() and float() also read underscores and other scripts' digits.
            value = kind(text if text.isascii() and "_" not in text else "")
        except ValueError:
            value = low - 1
        # NaN compares false with everything.
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} must be {what} from {low:g} to {high:g}")
        return value

    return parse


def _host(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(f"{text!r} must be a host name or an address")
    return text


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(text.split(",")) if text else ()
    for one in origins:
        if one != "*" and not _ORIGIN.fullmatch(one):
            raise argparse.ArgumentTypeError(
                f"{one!r} must be an origin such as https://example.com, or * for any"
            )
    return origins


def _networks(text: str) -> str:
    try:
        for one in text.split(",") if text else ():
            ip_network(one)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; name proxies such as 127.0.0.1") from None
    return text


_HELP: dict[str, tuple[Callable[[str], Any], str]] = {
    "host": (_host, "name or address to listen on"),
    "port": (_number(int, 0, 65535), "TCP port to listen on; 0 takes a free one"),
    "origins": (
        _origins,
        "origins whose pages may race beside those of the server's own host, separated by commas",
    ),
    "trusted_proxies": (_networks, "proxies whose X-Forwarded-For is believed"),
    "rate": (_number(float, 0.1, 20), "events a second, on average"),
    "max_races": (_number(int, 1, 10_000), "races at a time; one more is refused with 503"),
    "max_races_per_client": (
        _number(int, 1, 10_000),
        "the same for one client address; one more is refused with 429",
    ),
    "lifetime": (_number(float, 1, 3600), "seconds after which a race is ended"),
}


def settings_from(arguments: Sequence[str] | None, environment: Mapping[str, str]) -> Settings:
    """Read them; a value that is not allowed ends the program with one line and status 2."""
    parser = Parser(
        prog="race",
        description="The same events by polling, long polling, SSE and WebSocket.",
        epilog=f"Each option can be given in the environment: --max-races as {PREFIX}MAX_RACES.",
        allow_abbrev=False,
    )
    defaults = Settings()
    for name, (parse, words) in _HELP.items():
        default = getattr(defaults, name)
        shown = ",".join(default) if isinstance(default, tuple) else default
        parser.add_argument(
            "--" + name.replace("_", "-"),
            # argparse reads a default that is a text as it reads an option.
            default=environment.get(PREFIX + name.upper(), default),
            type=parse,
            metavar=name.rpartition("_")[2].upper(),
            help=f"{words} (default: {shown if shown != '' else 'none'})",
        )
    parser.add_argument(
        "--end-with-stdin", action="store_true", help="end when standard input does"
    )
    return Settings(**vars(parser.parse_args(arguments)))

"""Every setting of the echo server, once: its default, range, help text and environment name."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

ENVIRONMENT_PREFIX = "ECHO_"
FORWARDED = "forwarded"
X_FORWARDED_FOR = "x-forwarded-for"


class SettingError(ValueError):
    """A setting has a value that is not allowed; the text is one line for the person who set it."""


def _setting(default: Any, help_text: str, low: float = 0, high: float = 0, unit: str = "") -> Any:
    return dataclasses.field(
        default=default,
        metadata={"help": help_text, "low": low, "high": high, "unit": unit},
    )


def _text(default: str, help_text: str, words: str, check: Callable[[str], bool]) -> Any:
    """A setting that is a text: what it accepts, in words and as a function."""
    return dataclasses.field(
        default=default,
        metadata={"help": help_text, "words": words, "check": check, "unit": ""},
    )


def _are_origins(text: str) -> bool:
    return text == "*" or all(map(_is_origin, text.split(",")))


def _is_origin(text: str) -> bool:
    # As browsers write it (RFC 6454 section 6.2): any other could never be met.
    scheme, _, authority = text.partition("://")
    return bool(scheme and authority) and "/" not in authority and text == text.strip().lower()


def _are_networks(text: str) -> bool:
    try:
        return all(ip_network(part) for part in text.split(",")) if text else True
    except ValueError:
        return False


@dataclass(frozen=True)
class Settings:
    """How the server listens, and its limits.

    Raises:
        SettingError: A value is of the wrong type or out of its range.
    """

    host: str = _text(
        "127.0.0.1",
        "Name or address to listen on.",
        "a host name or an address",
        lambda text: bool(text.strip()),
    )
    port: int = _setting(8765, "TCP port to listen on; 0 takes a free one.", 0, 65535)
    max_size: int = _setting(
        1_048_576,
        "Largest message accepted, decompressed; a larger one is answered with close code 1009.",
        1,
        1_073_741_824,
        "bytes",
    )
    max_fragments: int = _setting(
        65_536,
        "Most frames of one message; one more is answered with close code 1009.",
        1,
        1_073_741_824,
    )
    max_message_rate: int = _setting(
        2000,
        "Messages, pings and pongs from one client in a second; more are answered with close code "
        "1008. 0 sets no limit.",
        0,
        1_073_741_824,
        "per second",
    )
    max_byte_rate: int = _setting(
        16_777_216,
        "Bytes from one client in a second; more are answered with close code 1008. "
        "0 sets no limit.",
        0,
        1_099_511_627_776,
        "bytes per second",
    )
    write_queue: int = _setting(
        65_536,
        "While more than this waits for a client to read it, nothing more is read from the client.",
        1024,
        1_073_741_824,
        "bytes",
    )
    idle_timeout: float = _setting(
        600.0,
        "Time without a message in either direction before closing with 1000; 0 waits for ever.",
        0,
        31_536_000,
        "seconds",
    )
    lifetime: float = _setting(
        7200.0,
        "Time that a connection may stay open before it is closed with 1001; 0 sets no limit.",
        0,
        31_536_000,
        "seconds",
    )
    max_connections: int = _setting(
        1000, "WebSocket connections at a time; one more is refused with HTTP 503.", 1, 1_000_000
    )
    max_connections_per_client: int = _setting(
        100,
        "The same for one client address, an IPv6 /64 being one; one more is refused with HTTP "
        "429. 0 sets no limit.",
        0,
        1_000_000,
    )
    max_pending: int = _setting(
        1000,
        "TCP connections whose handshake is not complete or was refused; one more is dropped, also "
        "where one address has as many as it may have WebSocket connections.",
        1,
        1_000_000,
    )
    max_header_size: int = _setting(
        16_384,
        "Longest request line and headers together; more is refused with HTTP 431.",
        1024,
        1_048_576,
        "bytes",
    )
    origins: str = _text(
        "*",
        "Origins whose pages may connect, separated by commas; another is refused with HTTP 403. "
        "Requests without an Origin do not come from a page and are accepted.",
        "* or origins such as https://example.com,https://www.example.com",
        _are_origins,
    )
    trusted_proxies: str = _text(
        "",
        "Addresses or networks of proxies, separated by commas, whose word on the client's address "
        "is taken.",
        "addresses or networks such as 127.0.0.1,10.0.0.0/8",
        _are_networks,
    )
    forwarded_header: str = _text(
        X_FORWARDED_FOR,
        "The header in which those proxies name the client.",
        f"{X_FORWARDED_FOR} or {FORWARDED}",
        lambda text: text in (X_FORWARDED_FOR, FORWARDED),
    )
    ping_interval: float = _setting(
        20.0, "Time between the server's pings; 0 sends none.", 0, 86400, "seconds"
    )
    report_ping_interval: float = _setting(
        5.0,
        "The same on connections that get reports, where the first ping is sent at once.",
        0,
        86400,
        "seconds",
    )
    ping_timeout: float = _setting(
        20.0,
        "Wait for the answer to a ping before closing with 1011; 0 waits for ever.",
        0,
        86400,
        "seconds",
    )
    open_timeout: float = _setting(
        10.0, "Time a client has to complete its handshake request.", 0.1, 86400, "seconds"
    )
    close_timeout: float = _setting(
        10.0, "Time a client has to complete a closing handshake.", 0.1, 86400, "seconds"
    )
    drain_time: float = _setting(
        10.0,
        "Time over which connections are closed with 1001 after SIGTERM or SIGINT, twenty or more "
        "in a second.",
        0,
        86400,
        "seconds",
    )
    compression: bool = _setting(True, "Accept permessage-deflate from clients that offer it.")
    compress_threshold: int = _setting(
        256,
        "Smallest message sent compressed where compression was negotiated.",
        0,
        1_073_741_824,
        "bytes",
    )
    workers: int = _setting(
        1, "Processes that listen on the port; each has these limits for itself.", 1, 256
    )
    cert: str = _text(
        "",
        "File with a certificate and its chain (PEM) for wss: addresses; SIGHUP reads it again.",
        "the name of a file",
        lambda text: text == text.strip(),
    )
    key: str = _text(
        "",
        "File with the certificate's key; without it, the certificate's file holds both.",
        "the name of a file",
        lambda text: text == text.strip(),
    )
    log: bool = _setting(
        False, "Write one JSON line to standard error for each connection that ends."
    )

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not _allowed(field, value):
                raise SettingError(f"{field.name}={value!r}: {allowed(field)}")
        if self.key and not self.cert:
            raise SettingError(f"--key {self.key}: needs --cert, the certificate it belongs to")


def fields() -> tuple[dataclasses.Field[Any], ...]:
    """The settings in the order in which help lists them."""
    return dataclasses.fields(Settings)


def environment_name(field: dataclasses.Field[Any]) -> str:
    """The environment variable that sets a field, for example ECHO_MAX_SIZE."""
    return ENVIRONMENT_PREFIX + field.name.upper()


def option_name(field: dataclasses.Field[Any]) -> str:
    """The command-line option that sets a field, for example --max-size."""
    return "--" + field.name.replace("_", "-")


def shown(value: object) -> str:
    """A value as one would write it on the command line."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value == "":
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def allowed(field: dataclasses.Field[Any]) -> str:
    """What a field accepts, in words."""
    if field.type is str:
        return f"must be {field.metadata['words']}"
    if field.type is bool:
        return "must be on or off"
    kind = "a whole number" if field.type is int else "a number"
    low, high, unit = (field.metadata[key] for key in ("low", "high", "unit"))
    text = f"must be {kind} from {low} to {high}"
    return f"{text} ({unit})" if unit else text


def _allowed(field: dataclasses.Field[Any], value: Any) -> bool:
    if field.type is str:
        return isinstance(value, str) and bool(field.metadata["check"](value))
    if field.type is bool:
        return isinstance(value, bool)
    numbers = int if field.type is int else (int, float)
    if not isinstance(value, numbers) or isinstance(value, bool):
        return False
    # NaN compares false with everything and is refused here.
    return bool(field.metadata["low"] <= value <= field.metadata["high"])


def _parse(field: dataclasses.Field[Any], text: str) -> Any:
    """The value that a text stands for, or None where it stands for none."""
    if field.type is bool:
        return {"on": True, "off": False}.get(text.lower())
    # int() and float() also read underscores, other scripts' digits and spaces: not wanted here.
    if field.type is not str and (not text.isascii() or "_" in text or text != text.strip()):
        return None
    try:
        return field.type(text)  # type: ignore[operator]
    except ValueError:
        return None


def settings_from(options: Mapping[str, str | None], environment: Mapping[str, str]) -> Settings:
    """Settings from the command line, else from the environment, else the defaults.

    Args:
        options: field name to the text given on the command line, None where it was not given.
        environment: the process's environment; names that are not settings are ignored.

    Raises:
        SettingError: names the option or variable, its value and what is allowed.
    """
    values = {}
    for field in fields():
        text = options.get(field.name)
        source = f"{option_name(field)} {text}"
        if text is None:
            text = environment.get(environment_name(field))
            source = f"{environment_name(field)}={text}"
        if text is None:
            continue
        value = _parse(field, text)
        if not _allowed(field, value):
            raise SettingError(f"{source}: {allowed(field)}")
        values[field.name] = value
    return Settings(**values)

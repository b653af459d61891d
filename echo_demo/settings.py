"""Every setting of the echo server, once: its default, range, help text and environment name."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ENVIRONMENT_PREFIX = "ECHO_"


class SettingError(ValueError):
    """A setting has a value that is not allowed; the text is one line for the person who set it."""


def _setting(default: Any, help_text: str, low: float = 0, high: float = 0, unit: str = "") -> Any:
    return dataclasses.field(
        default=default,
        metadata={"help": help_text, "low": low, "high": high, "unit": unit},
    )


@dataclass(frozen=True)
class Settings:
    """How the server listens, and its limits.

    Raises:
        SettingError: A value is of the wrong type or out of its range.
    """

    host: str = _setting("127.0.0.1", "Name or address to listen on.")
    port: int = _setting(8765, "TCP port to listen on; 0 takes a free one.", 0, 65535)
    max_size: int = _setting(
        1_048_576,
        "Largest message accepted, decompressed; a larger one is answered with close code 1009.",
        1,
        1_073_741_824,
        "bytes",
    )
    max_connections: int = _setting(
        1000, "WebSocket connections at a time; one more is refused with HTTP 503.", 1, 1_000_000
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
    compression: bool = _setting(True, "Accept permessage-deflate from clients that offer it.")
    compress_threshold: int = _setting(
        256,
        "Smallest message sent compressed where compression was negotiated.",
        0,
        1_073_741_824,
        "bytes",
    )

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not _allowed(field, value):
                raise SettingError(f"{field.name}={value!r}: {allowed(field)}")


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
    return f"{value:g}" if isinstance(value, float) else str(value)


def allowed(field: dataclasses.Field[Any]) -> str:
    """What a field accepts, in words."""
    if field.type is str:
        return "must be a host name or an address"
    if field.type is bool:
        return "must be on or off"
    kind = "a whole number" if field.type is int else "a number"
    low, high, unit = (field.metadata[key] for key in ("low", "high", "unit"))
    text = f"must be {kind} from {low} to {high}"
    return f"{text} ({unit})" if unit else text


def _allowed(field: dataclasses.Field[Any], value: Any) -> bool:
    if field.type is str:
        return isinstance(value, str) and bool(value.strip())
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

"""Parameters of behaviours: what each accepts, and the words in which another value is refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

Values = dict[str, Any]

_DIGITS = re.compile(r"[0-9]{1,10}")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_COOKIE_VALUE = re.compile(r"[!#$%&'()*+./:<=>?@\[\]^_`{|}~0-9A-Za-z-]*")
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MOST_TEXT = 256


class RefusedError(ValueError):
    """A value that a parameter does not accept; the text says what it does."""


@dataclass(frozen=True)
class Parameter:
    """One parameter, of a path or of a query.

    Attributes:
        name: as it stands in the path's template or in the query.
        accepts: what is accepted, in words that end a sentence "… is ".
        read: the value of a text that is percent-decoded; raises `RefusedError`.
        key: what the value is known by, the name unless another is given.
    """

    name: str
    accepts: str
    read: Callable[[str], Any]
    key: str = ""

    @property
    def known_as(self) -> str:
        """The key of this parameter's value."""
        return self.key or self.name

    def value(self, raw: str) -> Any:
        """The value of a text as it stands in a request.

        Raises:
            RefusedError: names the parameter and says what it accepts.
        """
        try:
            return self.read(decoded(raw))
        except RefusedError as refused:
            why = f": {refused}" if str(refused) else ""
            raise RefusedError(f"{self.name} is {self.accepts}{why}") from None


def decoded(raw: str) -> str:
    """A percent-decoded text.

    Raises:
        RefusedError: an escape is incomplete, or the bytes are not UTF-8.
    """
    if _PERCENT.search(raw):
        raise RefusedError("a % needs two hexadecimal digits behind it")
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise RefusedError("its bytes are not UTF-8") from None


def number(name: str, low: int, high: int, unit: str = "", key: str = "") -> Parameter:
    """A whole number, in ASCII digits."""

    def read(text: str) -> int:
        if not _DIGITS.fullmatch(text) or not low <= int(text) <= high:
            raise RefusedError
        return int(text)

    words = f"a whole number from {low} to {high}"
    return Parameter(name, f"{words} ({unit})" if unit else words, read, key)


def choice(name: str, *words: str, key: str = "") -> Parameter:
    """One of some words."""

    def read(text: str) -> str:
        if text not in words:
            raise RefusedError
        return text

    return Parameter(name, "one of " + ", ".join(words), read, key)


def statuses(accepts: str, allowed: Callable[[int], bool]) -> Parameter:
    """An HTTP status."""

    def read(text: str) -> int:
        if not re.fullmatch("[0-9]{3}", text) or not allowed(int(text)):
            raise RefusedError
        return int(text)

    return Parameter("status", accepts, read)


def close_code(name: str, key: str = "") -> Parameter:
    """A close code that a server may send (RFC 6455 section 7.4)."""

    def read(text: str) -> int:
        if not _DIGITS.fullmatch(text):
            raise RefusedError
        code = int(text)
        if 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999:
            return code
        raise RefusedError(_why_not(code))

    return Parameter(name, "one of 1000-1003, 1007-1014 or 3000-4999", read, key)


def _why_not(code: int) -> str:
    if code < 1000:
        return "codes below 1000 are not used"
    if code > 4999:
        return "there are no codes above 4999"
    if code == 1004:
        return "1004 is reserved and has no meaning yet"
    if code in (1005, 1006, 1015):
        return f"{code} must not be sent: an endpoint reports it where no such code came"
    return "codes from 1016 to 2999 are for the protocol itself, and nobody has registered this one"


def reason() -> Parameter:
    """The reason of a close frame (RFC 6455 section 5.5.1): two of 125 bytes are the code."""

    def read(text: str) -> str:
        if len(text.encode()) > 123:
            raise RefusedError
        return text

    return Parameter("reason", "a text of at most 123 bytes in UTF-8", read)


def text(name: str, key: str = "", without: str = "") -> Parameter:
    """Any text, not empty."""

    def read(value: str) -> str:
        if not 0 < len(value) <= _MOST_TEXT or any(c in value for c in without):
            raise RefusedError
        if not value.isprintable():
            raise RefusedError("it may hold no control characters")
        return value

    words = f"a text of 1 to {_MOST_TEXT} characters"
    return Parameter(name, f"{words} without {without!r}" if without else words, read, key)


def token(name: str, key: str = "") -> Parameter:
    """A name as HTTP allows it (RFC 9110 section 5.6.2)."""

    def read(value: str) -> str:
        if len(value) > _MOST_TEXT or not _TOKEN.fullmatch(value):
            raise RefusedError
        return value

    words = f"1 to {_MOST_TEXT} letters, digits and signs that HTTP allows in a token"
    return Parameter(name, words, read, key)


def cookie_value(name: str) -> Parameter:
    """The value of a cookie (RFC 6265 section 4.1.1)."""

    def read(value: str) -> str:
        if not value or len(value) > _MOST_TEXT or not _COOKIE_VALUE.fullmatch(value):
            raise RefusedError
        return value

    words = f"1 to {_MOST_TEXT} ASCII characters without space, quote, comma, semicolon, backslash"
    return Parameter(name, words, read)

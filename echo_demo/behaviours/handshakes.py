"""Handshakes that are refused on purpose, and the credentials that some want."""

import base64
import binascii
import email.utils
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from .parameters import Values

REDIRECTS = (301, 302, 303, 307, 308)


def may_reject(status: int) -> bool:
    """Whether a handshake can be refused with this status."""
    return status == 200 or 400 <= status <= 599


def answer(status: int, text: str, *headers: tuple[str, str]) -> Response:
    """An HTTP response that ends the connection."""
    body = text.encode()
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [
        ("Date", email.utils.formatdate(usegmt=True)),
        *headers,
        ("Connection", "Upgrade, close" if status == 426 else "close"),
        ("Content-Length", str(len(body))),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Cache-Control", "no-store"),
    ]
    return Response(status, phrase, Headers(lines), body)


# What RFC 9110 wants or advises with a status, by status.
_HEADERS: dict[int, tuple[tuple[str, str], ...]] = {
    401: (("WWW-Authenticate", 'Basic realm="echo", charset="UTF-8"'),),
    405: (("Allow", "GET, HEAD"),),
    407: (("Proxy-Authenticate", 'Basic realm="echo", charset="UTF-8"'),),
    426: (("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")),
    429: (("Retry-After", "5"),),
    503: (("Retry-After", "5"),),
}


def reject(request: Request, values: Values) -> Response:
    """The status of the path."""
    status = values["status"]
    text = f"This path refuses every handshake with status {status}.\n"
    return answer(status, text, *_HEADERS.get(status, ()))


def redirect(request: Request, values: Values) -> Response:
    """The status of the path, and the plain echo as its Location."""
    # Relative, so that it also holds behind a proxy that serves the echo below a path.
    return answer(values["status"], "The echo is at /.\n", ("Location", "../"))


def basic(request: Request, values: Values) -> Response | None:
    """Basic authentication (RFC 7617)."""
    wanted = f"{values['user']}:{values['password']}".encode()
    scheme, _, given = _authorization(request).partition(" ")
    if scheme.lower() == "basic":
        try:
            if base64.b64decode(given.strip(), validate=True) == wanted:
                return None
        except (binascii.Error, ValueError):
            pass
    text = "This path wants the user and the password that stand in it, as Authorization: Basic.\n"
    return answer(401, text, ("WWW-Authenticate", 'Basic realm="echo", charset="UTF-8"'))


def bearer(request: Request, values: Values) -> Response | None:
    """A bearer token (RFC 6750)."""
    scheme, _, given = _authorization(request).partition(" ")
    if scheme.lower() == "bearer" and given.strip() == values["token"]:
        return None
    challenge = 'Bearer realm="echo"' + (', error="invalid_token"' if given else "")
    text = "This path wants the token that stands in it, as Authorization: Bearer.\n"
    return answer(401, text, ("WWW-Authenticate", challenge))


def cookie(request: Request, values: Values) -> Response | None:
    """A cookie."""
    wanted = f"{values['name']}={values['value']}"
    given = ";".join(request.headers.get_all("Cookie"))
    if wanted in (pair.strip(" \t") for pair in given.split(";")):
        return None
    return answer(403, "This path wants the cookie that stands in it.\n")


def _authorization(request: Request) -> str:
    given = request.headers.get_all("Authorization")
    return given[0] if len(given) == 1 else ""

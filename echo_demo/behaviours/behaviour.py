"""A behaviour, and the registry that finds the one a request asks for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from websockets.http11 import Request, Response

from .parameters import Parameter, RefusedError, Values

if TYPE_CHECKING:
    from ..behaving import BehavingConnection

REPORT_SUBPROTOCOL = "v1.report.websocket.org"

# Values that a connection needs to behave by; the rest concern the handshake alone.
_WHILE_OPEN = ("delay", "fragment", "close")


@dataclass(frozen=True)
class Behaviour:
    """One path, or one pattern of paths, that accepts WebSocket connections or refuses them.

    Attributes:
        template: the path; a segment in braces is a parameter.
        summary: what a client gets there, in one line.
        parameters: those of the path, in its order.
        query: those that the query may hold.
        limit: why values that are each in their range are too much together, "" if not.
        before: an answer in place of the handshake's 101, or None to accept.
        response: changes the 101 before it is sent.
        connection: the class that drives an open connection that is no plain echo.
        echoes: whether it is a plain echo unless the query wants something else.
        reports: whether a client may negotiate reports.
        lenient: whether unknown names in the query are ignored.
    """

    template: str
    summary: str
    parameters: tuple[Parameter, ...] = ()
    query: tuple[Parameter, ...] = ()
    limit: Callable[[Values], str] | None = None
    before: Callable[[Request, Values], Response | None] | None = None
    response: Callable[[Response, Values], None] | None = None
    connection: "type[BehavingConnection] | None" = None
    echoes: bool = False
    reports: bool = False
    lenient: bool = False


@dataclass(frozen=True)
class Plan:
    """What one connection does: a behaviour and the values of its parameters."""

    behaviour: Behaviour
    values: Values

    @property
    def plain(self) -> bool:
        """Whether the connection is an echo like any other once it is open."""
        return self.behaviour.echoes and not any(key in self.values for key in _WHILE_OPEN)


@dataclass(frozen=True)
class NoPlan:
    """Why a request fits no behaviour: 404 or 400 and a text."""

    status: int
    text: str


class Registry:
    """All behaviours of a server."""

    def __init__(self, behaviours: Iterable[Behaviour]) -> None:
        self.behaviours = tuple(behaviours)
        self._by_size: dict[int, list[tuple[list[str], Behaviour]]] = {}
        for behaviour in self.behaviours:
            template = behaviour.template[1:].split("/")
            self._by_size.setdefault(len(template), []).append((template, behaviour))
        width = max(len(behaviour.template) for behaviour in self.behaviours) + 2
        self.listing = "\n".join(
            f"  {behaviour.template:<{width}}{behaviour.summary}" for behaviour in self.behaviours
        )

    def plan(self, path: str, query: str) -> Plan | NoPlan:
        """What a request's path and query ask for."""
        segments = path[1:].split("/") if path.startswith("/") else []
        for template, behaviour in self._by_size.get(len(segments), []):
            pairs = list(zip(template, segments, strict=True))
            if all(part == given for part, given in pairs if not part.startswith("{")):
                given = [raw for part, raw in pairs if part.startswith("{")]
                return _read(behaviour, given, query)
        return NoPlan(404, f"There is nothing at this path. What exists:\n\n{self.listing}\n")


def _read(behaviour: Behaviour, given: list[str], query: str) -> Plan | NoPlan:
    try:
        values = {
            parameter.known_as: parameter.value(raw)
            for parameter, raw in zip(behaviour.parameters, given, strict=True)
        }
        values |= _query(behaviour, query)
        may_close = any(parameter.name == "close" for parameter in behaviour.query)
        if may_close and "close" not in values and ("after" in values or "reason" in values):
            raise RefusedError("after and reason go with close")
        if behaviour.limit is not None and (why := behaviour.limit(values)):
            raise RefusedError(why)
    except RefusedError as refused:
        return NoPlan(400, f"{behaviour.template}: {refused}.\n{_accepted(behaviour)}")
    return Plan(behaviour, values)


def _query(behaviour: Behaviour, query: str) -> Values:
    known = {parameter.name: parameter for parameter in behaviour.query}
    values: Values = {}
    for piece in query.split("&"):
        name, _, raw = piece.partition("=")
        if not piece or (behaviour.lenient and name not in known):
            continue
        if name not in known:
            raise RefusedError("the query holds a name that does not exist here")
        parameter = known[name]
        if parameter.known_as in values:
            raise RefusedError(f"{name} is given twice")
        # Forms write a space as a plus sign (WHATWG URL, application/x-www-form-urlencoded).
        values[parameter.known_as] = parameter.value(raw.replace("+", " "))
    return values


def _accepted(behaviour: Behaviour) -> str:
    lines = [f"  {parameter.name} is {parameter.accepts}" for parameter in behaviour.query]
    return "\n".join(["Its query may hold:", "", *lines, ""]) if lines else "It takes no query.\n"

"""What a chat room does with a message, without a network: text in, text out."""

# --8<-- [start:room]
import json


class RejectedError(Exception):
    """The sender broke the rules: its connection ends with 1008 and this reason."""


class Room:
    def __init__(self) -> None:
        self.last = 0

    def receive(self, name: str, text: str | bytes) -> str:
        """Return what everyone in the room is sent."""
        try:
            say = json.loads(text)["say"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise RejectedError('send {"say": "…"}') from None
        if not isinstance(say, str) or not 0 < len(say.strip()) <= 500:
            raise RejectedError("say 1 to 500 characters")
        self.last += 1
        return json.dumps({"n": self.last, "from": name, "say": say.strip()})


# --8<-- [end:room]

"""A stand-in for a language model: it streams tokens and calls tools, and understands nothing."""

import asyncio
import os
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from string import ascii_lowercase
from typing import Any

PACE = float(os.environ.get("PACE", "0.03"))  # seconds from token to token
PATIENCE = 20  # seconds until a tool that does not answer is given up

CallTool = Callable[[str, dict[str, Any]], Awaitable[str]]

OPENING = (
    "I am a stand-in: I stream words from a file and understand none of yours. You wrote {n} "
    "characters. Two tools that only your browser has are asked now, both at once. "
)
MEANWHILE = "While they work, this sentence goes on, as a model's would. "
CLOSING = (
    "Your clock says {clock}, and your window is {window}. All that follows is filler, so that "
    "there is something to cancel. "
)


def tokens(text: str) -> list[str]:
    return re.findall(r"\S+\s*", text)


async def answer(prompt: str, call_tool: CallTool) -> AsyncIterator[str]:
    """The tokens of an answer; it asks for tools on the way."""

    async def told(call: Awaitable[str]) -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                return await call
        except TimeoutError:
            return "not known, for the tool did not answer"

    async def paced(text: str) -> AsyncIterator[str]:
        for token in tokens(text):
            await asyncio.sleep(PACE)
            yield token

    # A prompt such as "words: 500" asks for that many, by chance, and no tools: for measurements.
    if number := re.fullmatch(r"words: (\d{1,5})", prompt):
        chance = random.Random(0)
        words = ("".join(chance.choices(ascii_lowercase, k=5)) for _ in range(int(number[1])))
        async for token in paced("".join(word + " " for word in words)):
            yield token
        return
    async for token in paced(OPENING.format(n=len(prompt))):
        yield token
    clock, window = call_tool("clock", {}), call_tool("window", {"unit": "px"})
    async for token in paced(MEANWHILE):
        yield token
    async for token in paced(CLOSING.format(clock=await told(clock), window=await told(window))):
        yield token
    async for token in paced("And so on, and so on. " * 20):
        yield token

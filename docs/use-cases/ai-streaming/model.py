"""A stand-in for a language model: it streams tokens and calls tools, and understands nothing."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Coroutine
from random import choices
from typing import Any

PACE = float(os.environ.get("PACE", "0.03"))  # seconds from token to token

Call = Callable[[str, dict[str, Any]], Coroutine[Any, Any, str]]


async def answer(prompt: str, say: Callable[[str], Awaitable[None]], call: Call) -> None:
    """Say an answer token by token, and call tools on the way. To stop it, cancel its task."""

    async def stream(text: str) -> None:
        for token in re.findall(r"\S+\s*", text):
            await asyncio.sleep(PACE)
            await say(token)

    # A prompt such as "words: 500" asks for that many, by chance, and no tools: for measurements.
    if number := re.fullmatch(r"words: (\d{1,5})", prompt):
        for _ in range(int(number[1])):
            await stream("".join(choices("abcdefghijklmnopqrstuvwxyz", k=5)) + " ")
        return
    await stream(f"I am a stand-in and understand nothing. You wrote {len(prompt)} characters. ")
    async with asyncio.TaskGroup() as tools:
        clock = tools.create_task(call("clock", {}))
        window = tools.create_task(call("window", {"unit": "px"}))
        await stream("Two tools of your browser are asked, and I talk on, as a model would. ")
    await stream(f"Your clock says {clock.result()}, and your window is {window.result()}. ")
    await stream("The rest is there to be cancelled. " + "And so on, and so on. " * 20)

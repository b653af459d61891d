"""Run Autobahn's cases against your server or your client, and compare with what you expect.

    python check.py server 127.0.0.1:8765 --expect 7.1.5
    python check.py client --expect 7.1.5 -- python client.py

The client's command gets the address of the suite as its last argument. Exit status: 0 when the
cases that failed are exactly those expected, 1 when they are others, 2 when nothing could be run.
"""

# --8<-- [start:run]
import argparse
import asyncio
import os
import sys
from collections import Counter
from typing import Any

from kosoku import FailureError, run_fuzzingclient, run_fuzzingserver


async def against_server(address: str, cases: list[str]) -> list[Any]:
    try:
        return await run_fuzzingclient(address, cases, None, concurrency=2)
    except FailureError as failure:
        return failure.results


async def against_client(command: list[str], cases: list[str]) -> list[Any]:
    try:
        async with run_fuzzingserver(cases, None, host="127.0.0.1", port=0) as suite:
            url = f"ws://127.0.0.1:{suite.port}"
            client = await asyncio.create_subprocess_exec(*command, url)
            if await client.wait() != 0:
                return []
            return await asyncio.wait_for(suite.get_result(), 30)
    except FailureError as failure:
        return failure.results


# --8<-- [end:run]


# --8<-- [start:report]
def number(case: str) -> list[int]:
    return [int(part) for part in case.split(".")]


def report(results: list[Any], expected: set[str]) -> int:
    """Print each case that is not plainly OK, and a summary; return the exit status."""
    failed = {result.case_id for result in results if not result.passed}
    verdicts: Counter[str] = Counter()
    for result in sorted(results, key=lambda result: number(result.case_id)):
        verdict, close = result.behavior.value, result.behavior_close.value
        verdicts[verdict if result.passed else "FAILED"] += 1
        if result.case_id in failed or verdict != "OK":
            note = " (expected)" if result.case_id in failed & expected else ""
            print(f"{result.case_id}: {verdict}, closing {close}{note}")
    ran = {result.case_id for result in results}
    for case in sorted(expected - failed, key=number):
        print(f"{case}: expected to fail, {'passed' if case in ran else 'did not run'}")
    print(f"{len(results)} cases:", ", ".join(f"{n} {name}" for name, n in verdicts.items()))
    return int(failed != expected)


# --8<-- [end:report]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", nargs="+", default=[f"{section}.*" for section in range(1, 8)])
    parser.add_argument("--expect", nargs="*", default=[], metavar="CASE", help="known to fail")
    parser.add_argument("what", choices=["server", "client"])
    parser.add_argument("target", nargs="+", help="HOST:PORT, or after -- the client's command")
    options = parser.parse_args()
    if options.what == "server":
        run = against_server(options.target[0], options.cases)
    else:
        run = against_client(options.target, options.cases)
    results = asyncio.run(run)
    if not results or all(result.behavior.value == "ERROR" for result in results):
        print("no case could be run: is the address right?", file=sys.stderr, flush=True)
        return 2
    return report(results, set(options.expect))


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # kosoku 0.1.0 sometimes aborts while Python ends: not the status we mean

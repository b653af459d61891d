"""What browsers fetch says the same as the modules that people read, in few files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hooks import scripts
from tests.content.tree import ROOT
from tests.site import Site

SCRIPTS = ROOT / "overrides" / "assets" / "javascripts"


def test_scripts_lose_comments_and_spaces_alone() -> None:
    for path in SCRIPTS.rglob("*.js"):
        source = path.read_text("utf-8")
        smaller = scripts.minified(source)
        assert len(smaller) < len(source)
        before = [token.text for token in scripts.tokens(source.encode())]
        assert [token.text for token in scripts.tokens(smaller.encode())] == before, path


def test_a_line_that_ends_a_statement_stays() -> None:
    source = "a\n++b // one\nreturned = `x  ${ c } /* y */`\n/* z */ [1].at(0)\nif (d) { e() }\n"
    assert (
        scripts.minified(source) == "a\n++b\nreturned=`x  ${ c } /* y */`\n[1].at(0)\nif(d){e()}\n"
    )


def write(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return folder / "main.js"


def test_a_script_holds_what_it_imports_each_module_once_and_first_what_others_need(
    tmp_path: Path,
) -> None:
    main = write(
        tmp_path,
        main='import B, { b as c } from "./parts/b.js";\nimport "./a.js";\nexport const d = c;\n',
        parts__b='import { a } from "../a.js";\nexport default class B {}\nexport const b = a;\n',
        a="export function a() {}\n",
    )
    assert scripts.joined(main) == (
        "const $1=(()=>{function a() {}\n\nreturn{a}})();\n"
        "const $2=(()=>{const{a}=$1;\nclass B {}\nconst b = a;\n\nreturn{default:B,b}})();\n"
        "const{default:B,b:c}=$2;\nconst{}=$1;\nexport const d = c;\n"
    )


def test_addresses_lead_to_the_same_files_from_where_they_are_moved(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main='import { a } from "./parts/a.js";\n',
        parts__a=(
            """export const a = [import("./late.js"), import("../b.js"), import.meta.url];\n"""
        ),
        parts__late="",
        b="",
    )
    joined = scripts.joined(main)
    assert re.findall(r'import\("(.*?)"\)', joined) == ["./parts/late.js", "./b.js"]
    assert 'new URL("./parts/a.js",import.meta.url).href' in joined
    assert {path.name for path in scripts.entries(tmp_path)} == {"main.js", "late.js", "b.js"}


@pytest.mark.parametrize(
    "module",
    ['import "./main.js";\n', "const a = 1;\nexport { a };\n", "export const { a } = {};\n"],
)
def test_what_it_does_not_know_stops_the_build(tmp_path: Path, module: str) -> None:
    main = write(tmp_path, main='import { a } from "./a.js";\n', a=module)
    with pytest.raises(ValueError, match=r"imports itself|must be declared|needs a name"):
        scripts.joined(main)


def test_pages_name_the_scripts_of_their_elements_and_these_import_nothing(site: Site) -> None:
    folder = site.folder / "assets" / "javascripts"
    known = [path.stem for path in scripts.imported(SCRIPTS / "main.js")]
    for file in site.folder.rglob("index.html"):
        html = file.read_text("utf-8")
        named = re.findall(r'<link rel="modulepreload" href="([^"]+)">', html)
        elements = {
            path.stem for path in (folder / "elements").glob("*.js") if f"<{path.stem}" in html
        }
        later = set(re.findall(r'<([a-z-]+)[^>]* loading="lazy"', html)) & elements
        assert {Path(name).stem for name in named} == elements - later - set(known), file
        for name in [*named, folder / "main.js"]:
            assert len(scripts.imported(file.parent / name)) == 1

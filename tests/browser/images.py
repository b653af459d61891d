"""``make images``: what links to the site show, and the icon of a phone's home screen.

Chromium draws tests/browser/social.svg once for the site and once for each section of the
navigation into overrides/assets/images/social/, named after the section's folder, and the mark of
favicon.svg as the touch icon. Needed after a change of either drawing or of a section's title.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from string import Template

from mkdocs.config import load_config
from playwright.sync_api import Page, sync_playwright

from tests.browser import chromium
from tests.site import ROOT

IMAGES = ROOT / "overrides" / "assets" / "images"
SOCIAL = IMAGES / "social"
TEMPLATE = Path(__file__).with_name("social.svg")
WIDTH, HEIGHT = 1200, 630
TOUCH_ICON = 180
# The longest title that fits beside the margins in the largest size, in characters.
FITS, LARGE = 20, 104


def sections() -> Iterator[tuple[str, str]]:
    """Yield the names of the social images, and what stands on each."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    for item in config.nav or []:
        for title, pages in item.items():
            if isinstance(pages, list):
                yield pages[0].partition("/")[0], title
            else:
                yield "home", "WebSockets, explained"


def text_frame(text: str) -> str:
    """Return the bytes of an unmasked text frame, in hexadecimal (RFC 6455, section 5.2).

    Raises ValueError for text that would need an extended payload length.
    """
    payload = text.encode()
    if len(payload) > 125:
        raise ValueError(f"{text!r} has {len(payload)} bytes; a short frame carries 125")
    return bytes([0x81, len(payload), *payload]).hex(" ")


def social(title: str) -> str:
    """Return the drawing with this title on it."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    return Template(TEMPLATE.read_text("utf-8")).substitute(
        site=html.escape(config.site_name),
        tagline=html.escape(config.extra["tagline"]),
        title=html.escape(title),
        size=LARGE if len(title) <= FITS else LARGE * FITS // len(title),
        frame=text_frame(title),
    )


def draw(page: Page, svg: str, path: Path, *, width: int, height: int) -> None:
    """Draw ``svg`` over the whole of a window of this size, and save that."""
    page.set_viewport_size({"width": width, "height": height})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{svg}")
    path.write_bytes(page.screenshot())


def main() -> None:
    """Draw all images."""
    SOCIAL.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.arguments()
        )
        page = browser.new_page(color_scheme="light")
        for name, title in sections():
            draw(page, social(title), SOCIAL / f"{name}.png", width=WIDTH, height=HEIGHT)
        # Phones round the corners themselves.
        mark = (IMAGES / "favicon.svg").read_text("utf-8").replace('rx="6"', "")
        sized = mark.replace("<svg ", f'<svg width="{TOUCH_ICON}" height="{TOUCH_ICON}" ', 1)
        draw(page, sized, IMAGES / "touch-icon.png", width=TOUCH_ICON, height=TOUCH_ICON)
        browser.close()
    for path in (*sorted(SOCIAL.glob("*.png")), IMAGES / "touch-icon.png"):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()

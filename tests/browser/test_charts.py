"""Charts of measured numbers on the narrowest screen: whole, large enough, no overlap."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.measure.transports.pages import FOLDER
from tests.site import Site

PAGES = [
    page.stem.replace("index", "")
    for page in sorted(FOLDER.glob("*.md"))
    if '<svg class="chart ' in page.read_text("utf-8")
]

_FAULTS = """svgs => svgs.flatMap(svg => {
  const box = svg.getBoundingClientRect(), faults = [];
  const id = svg.querySelector("title").id;
  if (box.height !== Number(svg.getAttribute("height"))) faults.push(`${id}: height ${box.height}`);
  const placed = text => [text.textContent, text.getBoundingClientRect()];
  const texts = [...svg.querySelectorAll("text")].map(placed);
  texts.forEach(([one, a], index) => {
    if (a.left < box.left - 1 || a.right > box.right + 1) faults.push(`${id}: ${one} is cut`);
    if (a.height < 12) faults.push(`${id}: ${one} is small`);
    for (const [other, b] of texts.slice(index + 1))
      if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
        faults.push(`${id}: ${one} lies on ${other}`);
  });
  const widths = [...svg.querySelectorAll("rect")].map(bar => bar.getBoundingClientRect().width);
  const least = Math.min(...widths);
  if (least < 0.5) faults.push(`${id}: a bar cannot be seen`);
  return faults;
})"""


@pytest.mark.parametrize("name", PAGES)
def test_chart_can_be_read_at_320_pixels(site: Site, page: Page, name: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(site.url(f"compare/{name}/".replace("//", "/")))
    charts = page.locator("svg.chart")
    expect(charts.first).to_be_visible()
    assert charts.evaluate_all(_FAULTS) == []
    sideways = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(sideways)


def test_chart_is_named_to_a_screen_reader(site: Site, page: Page) -> None:
    page.goto(site.url("compare/"))
    chart = page.get_by_role("img", name="Memory of the server for each idle subscriber")
    expect(chart).to_have_count(1)
    expect(page.get_by_role("img", name="WebSocket, permessage-deflate: ")).to_have_count(1)

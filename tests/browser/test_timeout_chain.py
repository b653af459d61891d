"""`<timeout-chain>`: choose hops, enter settings, get the heartbeat; all limits from the table."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.site import Site

PATH = "deploy/"


def opened(page: Page, site: Site, fragment: str = "") -> Locator:
    page.goto(site.url(PATH) + fragment)
    chain = page.get_by_role("group", name="Timeout chain")
    expect(chain.get_by_role("combobox")).to_be_visible()
    return chain


def add(chain: Locator, name: str) -> None:
    chain.get_by_role("combobox").select_option(name)
    chain.get_by_role("button", name="Add", exact=True).click()


def test_every_row_of_the_table_can_be_chosen_and_is_understood(page: Page, site: Site) -> None:
    chain = opened(page, site)
    rows = page.get_by_role("table").first.locator("tbody tr")
    options = chain.get_by_role("combobox").locator("option")
    assert options.all_inner_texts() == rows.locator("td:first-child [id]").all_inner_texts()
    assert len(options.all()) >= 20
    misread = page.evaluate(
        """async (module) => {
          const { limitFrom } = await import(module);
          const rows = [...document.querySelector("table").tBodies[0].rows];
          const cells = rows.flatMap((row) => [row.cells[1], row.cells[3]]);
          return cells.map((cell) => cell.textContent.trim())
            .filter((text) => text && limitFrom(text).kind === "nothing");
        }""",
        site.url("assets/javascripts/lib/timeout-chain.js"),
    )
    assert misread == []


def test_the_shortest_limits_decide(page: Page, site: Site) -> None:
    chain = opened(page, site)
    expect(chain.get_by_role("status")).to_have_text(
        "Add each hop on the way. The limits come from the table below."
    )
    add(chain, "AWS API Gateway")
    expect(chain.get_by_role("status")).to_contain_text("Heartbeat: every 200 s or more often.")
    expect(chain.get_by_role("status")).to_contain_text(
        "AWS API Gateway ends every connection after 2 h, busy or not"
    )
    add(chain, "nginx")
    status = chain.get_by_role("status")
    expect(status).to_contain_text("Heartbeat: every 20 s or more often.")
    expect(status).to_contain_text("Silence ends after 1 min at nginx.")
    expect(status).not_to_contain_text("peers that are gone")
    items = chain.get_by_role("listitem")
    expect(items).to_have_count(4)
    expect(items.nth(2)).to_contain_text("shortest idle limit")
    expect(items.nth(1)).not_to_contain_text("shortest idle limit")
    expect(page).to_have_url(site.url(f"{PATH}#hops=aws-api-gateway,nginx"))
    # Once is enough.
    add(chain, "nginx")
    expect(items).to_have_count(4)


def test_own_settings_count_and_wrong_ones_are_refused(page: Page, site: Site) -> None:
    chain = opened(page, site, "#hops=nginx")
    field = chain.get_by_role("textbox", name="Idle limit of nginx in seconds")
    field.fill("3600")
    field.press("Enter")
    expect(chain.get_by_role("status")).to_contain_text("Heartbeat: every 20 min or more often.")
    expect(page).to_have_url(site.url(f"{PATH}#hops=nginx&nginx.idle=3600"))
    field.fill("soon")
    field.press("Tab")
    assert field.evaluate("field => field.validationMessage").startswith("Enter whole seconds")
    expect(page).to_have_url(site.url(f"{PATH}#hops=nginx&nginx.idle=3600"))
    field.fill("")
    field.press("Tab")
    expect(page).to_have_url(site.url(f"{PATH}#hops=nginx"))


def test_a_setting_that_the_vendor_refuses_is_named_and_not_counted(page: Page, site: Site) -> None:
    chain = opened(page, site, "#hops=aws-alb,cloud-run&cloud-run.lifetime=7200")
    expect(chain).to_contain_text("Google Cloud Run accepts at most 3600 s, so 300 s counts.")
    status = chain.get_by_role("status")
    expect(status).to_contain_text("Google Cloud Run ends every connection after 5 min")
    field = chain.get_by_role("textbox", name="Idle limit of AWS ALB in seconds")
    field.fill("9999")
    field.press("Enter")
    expect(field).to_have_accessible_description("AWS ALB accepts 1 to 4000 s, so 60 s counts.")
    expect(field).to_have_value("9999")
    expect(status).to_contain_text("Silence ends after 1 min at AWS ALB.")
    expect(page).to_have_url(
        site.url(f"{PATH}#hops=aws-alb,cloud-run&aws-alb.idle=9999&cloud-run.lifetime=7200")
    )
    field.fill("4000")
    field.press("Enter")
    expect(field).to_have_accessible_description("")
    expect(status).to_contain_text("Silence ends after 4000 s at AWS ALB.")


def test_fixed_limits_cannot_be_set(page: Page, site: Site) -> None:
    chain = opened(page, site, "#hops=azure-front-door&azure-front-door.idle=9")
    expect(chain.get_by_role("textbox")).to_have_count(0)
    expect(chain.get_by_role("listitem").nth(1)).to_contain_text("Idle: 5 min")
    expect(chain.get_by_role("status")).to_contain_text("Heartbeat: every 100 s")


def test_a_path_that_keeps_silence_for_days_needs_a_heartbeat_for_the_dead(
    page: Page, site: Site
) -> None:
    chain = opened(page, site, "#hops=linux-nat")
    expect(chain.get_by_role("status")).to_contain_text("Heartbeat: every 40 h or more often.")
    expect(chain.get_by_role("status")).to_contain_text(
        "A heartbeat every 30 s still finds peers that are gone."
    )


def test_what_is_not_published_is_said(page: Page, site: Site) -> None:
    chain = opened(page, site, "#hops=cloudflare,aws-api-gateway")
    expect(chain.get_by_role("status")).to_contain_text("Heartbeat: every 20 s or more often.")
    expect(chain.get_by_role("status")).to_contain_text(
        "Cloudflare proxy publishes no idle limit: no interval is certain"
    )


def test_keyboard_alone_adds_sets_and_removes(page: Page, site: Site) -> None:
    chain = opened(page, site)
    chain.get_by_role("combobox").focus()
    # One letter: a second one that comes a second later would begin another search.
    page.keyboard.type("H")
    expect(chain.get_by_role("combobox")).to_have_value("haproxy")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(chain.get_by_role("status")).to_contain_text("No idle limit is known here.")
    page.keyboard.press("Tab")
    page.keyboard.type("90")
    page.keyboard.press("Enter")
    expect(chain.get_by_role("status")).to_contain_text("Heartbeat: every 30 s")
    expect(chain.get_by_role("textbox").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(chain.get_by_role("listitem")).to_have_count(2)
    expect(chain.get_by_role("combobox")).to_be_focused()


def test_an_entered_limit_is_left_with_the_keyboard_and_the_mouse(page: Page, site: Site) -> None:
    chain = opened(page, site, "#hops=haproxy,nginx")
    field = chain.get_by_role("textbox", name="Idle limit of nginx in seconds")
    field.fill("90")
    field.press("Tab")
    expect(page).to_have_url(site.url(f"{PATH}#hops=haproxy,nginx&nginx.idle=90"))
    expect(chain.get_by_role("button", name="Remove nginx")).to_be_focused()
    field.fill("80")
    chain.get_by_role("button", name="Remove HAProxy").click()
    expect(page).to_have_url(site.url(f"{PATH}#hops=nginx&nginx.idle=80"))
    expect(field).to_have_value("80")


def test_back_button_takes_back_one_step_and_a_row_keeps_the_chain(page: Page, site: Site) -> None:
    chain = opened(page, site)
    add(chain, "nginx")
    add(chain, "Envoy")
    page.go_back()
    expect(chain.get_by_role("listitem")).to_have_count(3)
    page.evaluate("location.hash = '#aws-nlb'")
    expect(chain.get_by_role("listitem")).to_have_count(3)
    page.go_back()
    page.reload()
    expect(chain.get_by_role("listitem")).to_have_count(3)


def test_it_comes_and_goes_with_the_page(page: Page, site: Site, errors: list[str]) -> None:
    page.goto(site.url("deploy/nginx/"))
    page.get_by_role("link", name="the limits of other hops").click()
    page.wait_for_url(site.url(PATH))
    chain = page.get_by_role("group", name="Timeout chain")
    add(chain, "Envoy")
    expect(chain.get_by_role("status")).to_contain_text("every 100 s")
    page.go_back()
    page.go_back()
    page.wait_for_url(site.url("deploy/nginx/"))
    assert errors == []


def test_without_scripts_the_rule_and_the_table_are_there(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url(PATH))
    expect(page.get_by_text("The chooser needs JavaScript.")).to_be_visible()
    expect(page.get_by_role("table").first.locator("tbody tr").first).to_contain_text("60 s")
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1440, "dark")])
def test_it_fits_and_has_no_violation(page: Page, site: Site, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 700})
    chain = opened(
        page, site, "#hops=cloudflare,aws-alb,nginx,cloud-run&aws-alb.idle=9999&nginx.idle=90"
    )
    expect(chain.get_by_role("listitem")).to_have_count(6)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []

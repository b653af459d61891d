"""Calls functions of the site's modules in a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.site import Site


@dataclass
class Modules:
    """The modules under assets/javascripts/, imported into a page of the site's origin."""

    page: Page
    root: str

    @classmethod
    def opened(cls, site: Site, page: Page) -> Modules:
        """Open a document in which modules can be imported, and nothing else runs."""
        root = site.url("assets/javascripts/")
        page.goto(f"{root}main.js")
        return cls(page, root)

    def run(self, path: str, script: str, *arguments: Any) -> Any:
        """Evaluate ``script``, a function of the module at ``path`` and of the arguments.

        Raises playwright.sync_api.Error where it throws.
        """
        return self.page.evaluate(
            f"([url, args]) => import(url).then((module) => ({script})(module, ...args))",
            [self.root + path, list(arguments)],
        )

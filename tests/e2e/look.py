"""A person's browser window that notes everything that goes wrong in it."""

from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

_TELL_CSP: Final = """
document.addEventListener('securitypolicyviolation', event =>
    console.error('CSP: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample))
"""


class Window:
    """A page of ``context`` with what it asked for and complained of since it was opened."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.page: Page = context.new_page()
        self.page.add_init_script(_TELL_CSP)
        self.base_url = base_url
        self.status = 0
        self.faults: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"uncaught {error}"))
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        # A document that is refused on purpose (404) is reported on the console too: its status is asserted instead.
        refused_page = "Failed to load resource" in message.text and message.location["url"] == self.page.url
        if message.type == "error" and not refused_page:
            self.faults.append(f"console: {message.text} ({message.location['url']})")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != urlsplit(self.base_url).netloc:
            self.faults.append(f"another host: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # what leaving a page does to what it was still loading
            self.faults.append(f"{request.failure}: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.status = response.status
        elif response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")


_FRAME: Final = """() => ({
    lang: document.documentElement.lang,
    title: document.title,
    headings: [...document.querySelectorAll('h1')].map(heading => heading.innerText),
    wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    culprits: [...document.querySelectorAll('body *')]
        .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
        .filter(element => !element.closest('.tablewrap, [data-scrolls]'))
        .slice(0, 5)
        .map(element => element.outerHTML.slice(0, 120)),
})"""


def frame_faults(page: Page) -> list[str]:
    """What is wrong with the document as such: language, title, headings, width."""
    seen = page.evaluate(_FRAME)
    faults = []
    if seen["lang"] != "fr":
        faults.append(f"html lang is {seen['lang']!r}")
    if not seen["title"].strip():
        faults.append("no title")
    if len(seen["headings"]) != 1 or not seen["headings"][0].strip():
        faults.append(f"not exactly one h1: {seen['headings']}")
    if seen["wider"] > 0:
        faults.append(f"{seen['wider']} px wider than the window: {seen['culprits']}")
    return faults

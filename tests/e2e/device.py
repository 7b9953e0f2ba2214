"""A person's device in the story of the morning, and what its waiting page says."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE_MS = 20_000


class Device:
    """A phone or a computer with one person before it."""

    def __init__(self, browser: Browser, url: str, **context: Any) -> None:
        self.url = url
        self.context: BrowserContext = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", **context)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def goes_to(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sleeps_until_morning(self) -> None:
        """The night: the place of yesterday is over, the card stays."""
        for name in ("passe", "ticket"):
            self.context.clear_cookies(name=name)

    def has_cookie(self, name: str) -> bool:
        return any(cookie["name"] == name for cookie in self.context.cookies())


def waits(device: Device) -> bool:
    """Whether the waiting page is on the screen."""
    return device.page.locator("main#waiting").count() == 1


def people_before(device: Device) -> int:
    """The position that the waiting page shows."""
    shown = device.page.locator("#before").inner_text()
    return int(shown.replace("\u202f", "").replace("\xa0", ""))

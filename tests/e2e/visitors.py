"""People with their devices, for the tests that look at many screens."""

from playwright.sync_api import Browser, BrowserContext

from browser import PHONE
from e2e.look import Window
from e2e.people import sign_in
from preau.school.demo.accounts import DemoAccount

Kind = tuple[bool, bool]
"""Scripts run; the service worker may run."""


class Visitors:
    """One signed-in device per person and kind, reused: signing in again for each screen would be most of the time."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._devices: dict[tuple[str, str, Kind], BrowserContext] = {}
        self._opened: list[Window] = []

    def open(
        self, account: DemoAccount | None, base_url: str, *, scripts: bool = True, workers: bool = False
    ) -> Window:
        """A new window of this person; ``workers``: whether the service worker may run."""
        kind = scripts, workers
        window = Window(self._device(account, base_url, kind) if account else self._new(kind), base_url)
        self._opened.append(window)
        return window

    def _device(self, account: DemoAccount, base_url: str, kind: Kind) -> BrowserContext:
        key = (account.who, base_url, kind)
        if key not in self._devices:
            self._devices[key] = self._new(kind)
            page = self._devices[key].new_page()
            sign_in(page, base_url, account)
            page.close()
        return self._devices[key]

    def _new(self, kind: Kind) -> BrowserContext:
        scripts, workers = kind
        return self._browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport=PHONE,
            java_script_enabled=scripts,
            service_workers="allow" if workers else "block",
            permissions=["microphone"],
        )

    def close_windows(self) -> None:
        """Closes what a test has opened; the devices stay signed in."""
        for window in self._opened:
            window.page.close()
        self._opened.clear()

"""Pictures of every page after a month of the demo, for docs/screenshots: `.venv/bin/python -m tests.browser.screenshots`.

By endpoint, as whoever meets its page first, on a phone and a desk, by day and by night.
"""

from __future__ import annotations

import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Page, expect

from apps.console.demo.house import NOWHERE, make_environment
from apps.core.app import create_core
from tests.browser.every_page import SIZES, THEMES, Reader, furnish, reader
from tests.chromium import running_chromium
from tests.live import after_a_month

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PEOPLE = {"ana": "a listener", "": "a guest", "stella.staff": "staff", "moonpool.partner": "a partner"}
QUALITY = 50


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for picture in FOLDER.glob("*.webp"):
        picture.unlink()
    with after_a_month() as (service, _), running_chromium() as chromium:
        environment = make_environment(Path(service.environment["CELESTA_HOME"]), NOWHERE)
        furnished = furnish(create_core({**environment, "WEB_CONCURRENCY": "1"}))
        seen: dict[str, str] = {}
        for name in PEOPLE:
            someone = reader(chromium, service.url, name, furnished.get(name, ()))
            if name == "ana":
                play_something(someone)
            for endpoint, path in new_pages(someone, seen):
                print(f"{name or 'guest'} {path}", file=sys.stderr)
                for width, theme in someone.look(path):
                    write(someone.page, FOLDER / f"{endpoint}-{width}-{theme}.webp")
            someone.page.context.close()
    (FOLDER / "README.md").write_text(index(seen))


def new_pages(someone: Reader, seen: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Those that nobody has seen before; not where the way leads on to another page."""
    for endpoint, path in sorted(someone.pages.items()):
        if endpoint not in seen and "location" not in someone.page.request.get(someone.url + path, max_redirects=0).headers:
            seen[endpoint] = someone.name
            yield endpoint, path


def play_something(someone: Reader) -> None:
    """From then on the player shows on every page, where the listener has left off."""
    page = someone.page
    page.goto(f"{someone.url}{someone.pages['releases.show']}")
    page.locator('[data-play=""]').click()
    expect(page.locator('[data-part="elapsed"]')).not_to_have_text("0:00")


def write(page: Page, picture: Path) -> None:
    page.wait_for_load_state("networkidle")
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    picture.write_bytes(b64decode(taken["data"]))


def index(seen: Mapping[str, str]) -> str:
    """The pages by who sees them, each with its four pictures."""
    parts = ["# Every page\n\nMade by `.venv/bin/python -m tests.browser.screenshots`, from a month of the demo.\n"]
    for name, words in PEOPLE.items():
        parts.append(f"## As {words}\n")
        parts += [f"- {endpoint}: {', '.join(links(endpoint))}" for endpoint, who in sorted(seen.items()) if who == name]
        parts.append("")
    return "\n".join(parts)


def links(endpoint: str) -> Iterator[str]:
    for size in SIZES:
        for theme in THEMES:
            yield f"[{size['width']} px, {theme}]({endpoint}-{size['width']}-{theme}.webp)"


if __name__ == "__main__":
    main()

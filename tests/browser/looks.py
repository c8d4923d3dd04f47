"""What is wrong with a page as it stands in the browser: axe's findings, sideways scrolling, headings, complaints."""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

DESK, PHONE, HEIGHT = 1280, 390, 844
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """async ([tags, without]) => {
    const rules = Object.fromEntries(without.map(rule => [rule, {enabled: false}]));
    const found = await axe.run(document, {runOnly: tags, rules, resultTypes: ["violations"], preload: false});
    return found.violations.filter(one => ["serious", "critical"].includes(one.impact)).flatMap(one =>
        one.nodes.map(node => `${one.id}: ${node.target.join(" ")} ${node.html.slice(0, 160)}`));
}"""
TOO_WIDE = """() => {
    const width = document.scrollingElement.scrollWidth;
    if (width <= innerWidth) return [];
    const parts = [...document.body.querySelectorAll("*")];
    const beyond = parts.filter(part => part.getBoundingClientRect().right > innerWidth).slice(0, 3);
    return [`too wide, ${width} px: ${beyond.map(part => part.outerHTML.slice(0, 100)).join(" | ")}`];
}"""
# A table's row on a phone has its headings before its cells: one that is longer than its cell runs into the next.
CRAMPED = """() => [...document.querySelectorAll("tbody > tr > [data-label]")].filter(cell => cell.checkVisibility() &&
    parseFloat(getComputedStyle(cell, "::before").height) > cell.clientHeight
).map(cell => `label cut: ${cell.dataset.label}`)"""
# A menu opens where its button stands, and at the edge of a phone it may open beyond it.
MENUS = """() => [...document.querySelectorAll("details.menu")].filter(menu => menu.checkVisibility()).filter(menu => {
    const wasOpen = menu.open;
    menu.open = true;
    const boxes = [...menu.querySelectorAll(".menu-list > *")].map(part => part.getBoundingClientRect());
    menu.open = wasOpen;
    return boxes.some(box => box.left < 0 || box.right > innerWidth);
}).map(menu => `menu cut: ${menu.innerText}`)"""
HEADINGS = "document.querySelectorAll('h1').length"
# What each look must find, and a piece of a page in which it does.
PLANTED = {
    "label": "<input>",
    "too wide": "<div class='text-nowrap'>{}</div>".format("wide" * 200),
    "2 h1": "<h1>Another</h1>",
    "console": "<img alt='' src='https://elsewhere.example/picture.png'>",
    "color-contrast": "<p class='text-white'>White on white</p>",
    "label cut": "<table class='table table-stack'><tr><td class='h-1' data-label='{}'>1</td></tr></table>".format(
        "Longer than a line " * 3
    ),
    "menu cut": "<details class='menu d-inline-block'><summary>M</summary><p class='menu-list'><a>1</a></p></details>",
}


class Listener:
    """Hears what a context's pages complain of: scripts, addresses that fail, breaches of the content policy."""

    def __init__(self, context: BrowserContext) -> None:
        self.heard: list[str] = []
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.heard.append(f"script: {error.error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that says "not found" is itself an answer of that status.
        is_own_answer = "the server responded with a status of 4" in message.text and _is_page(message)
        if message.type in {"error", "warning"} and not is_own_answer:
            self.heard.append(f"console: {message.text} {message.location['url']}")

    def take(self) -> list[str]:
        heard, self.heard = self.heard, []
        return heard


def _is_page(message: ConsoleMessage) -> bool:
    return message.page is not None and message.location["url"] == message.page.url


def faults(page: Page, listener: Listener, *, is_seen: bool = False) -> list[str]:
    """What is wrong with the page at a phone's and at a desk's width.

    Measuring contrast is half of the work and its colours are the same at either width: it is done once, at a desk's,
    where everything is shown. A page that another role has seen is looked through at a phone's width alone.
    """
    found = []
    # What the driver evaluates is not bound by the page's content policy.
    page.evaluate(AXE)
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        seen = page.evaluate(TOO_WIDE)
        if width == PHONE:
            seen += page.evaluate(CRAMPED) + page.evaluate(MENUS)
            seen += page.evaluate(RUN_AXE, [TAGS, ["color-contrast"]])
        elif not is_seen:
            seen += page.evaluate(RUN_AXE, [TAGS, []])
        found += [f"{width}: {fault}" for fault in seen]
    headings = page.evaluate(HEADINGS)
    if headings != 1:
        found.append(f"{headings} h1")
    return found + listener.take()

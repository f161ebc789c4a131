"""The map as a page, in a real browser."""

import base64
import json
import re
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from charts import chart

from paperkin.index.paper import Paper

HOSTILE = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>${1}"
PAPERS = (
    Paper("pk:a", "Étude of sour bread", "Yeasts.", ("Zoë Öst",), url="https://example.org/bread"),
    Paper("pk:b", HOSTILE, HOSTILE, (HOSTILE,), url="javascript://example.org/%0awindow.hacked=1"),
    Paper("pk:c", "Salt marshes", "Mud & tides.", ("Emil Reed",), year=2022, venue="Coasts"),
)
PATIENCE = 30


class Shown:
    """A page on which a map is open; keeps what it complains of and asks for."""

    def __init__(self, browser: Any, path: Path, **context: Any) -> None:
        context = {"viewport": {"width": 1200, "height": 800}, **context}
        self.context = browser.new_context(**context)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type == "error" else None,
        )
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.context.route(re.compile("^https?:"), lambda route: route.abort())
        self.page.goto(path.as_uri())
        self.until("window.paperkinMap !== undefined")
        self.frames()

    def frames(self) -> None:
        """Let the page draw what was asked for."""
        twice = "() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))"
        self.page.evaluate(twice)

    def until(self, condition: str) -> None:
        """Wait for what the page says. Playwright's own waiting needs eval, which the page's policy
        forbids."""
        end = time.monotonic() + PATIENCE
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, condition
            self.page.wait_for_timeout(20)

    def place(self, paper: int) -> tuple[float, float]:
        x, y = self.page.evaluate("(paper) => paperkinMap.place(paper)", paper)
        return x, y


@pytest.fixture
def shown(browser: Any, tmp_path: Path) -> Iterator[Shown]:
    drawn = chart(60, ["Bread", HOSTILE, "Old violins"], PAPERS)
    opened = Shown(browser, drawn.save(tmp_path / "map.html"))
    yield opened
    assert not opened.complaints
    assert all(url.startswith("file:") for url in opened.requests)
    assert opened.page.evaluate("window.hacked") is None
    opened.context.close()


def test_a_page_loads_nothing_and_runs_nothing_that_a_paper_says(tmp_path: Path) -> None:
    text = chart(9, [HOSTILE], PAPERS).save(tmp_path / "map.html").read_text("utf-8")
    assert text.count("<script") == 2
    assert text.count("</script>") == 2
    assert "default-src 'none'" in text
    assert not re.search(r'<(link|iframe|img)\b|\bsrc="|url\(|@import|fetch\(|XMLHttp', text)
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
    assert data["title"][1] == HOSTILE
    # A script among links is none.
    assert data["link"] == [":https://example.org/bread", *[""] * 8]


def test_a_page_holds_what_the_map_tells(tmp_path: Path) -> None:
    many = Paper("pk:d", "", "", ("Ann", "Bea", "Cy", "Di", "Eve"), url="https://example.org/tea")
    drawn = chart(700, ["Bread", "Marshes"], [*PAPERS, many])
    text = drawn.save(tmp_path / "map.html").read_text("utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
    places = np.frombuffer(base64.b64decode(data["places"]), "<u2").reshape(-1, 2)
    assert np.abs(places / 65535 * 2 - 1 - drawn.points).max() < 1e-4
    own = np.frombuffer(base64.b64decode(data["cluster"]), "<u2").tolist()
    assert not data["wide"]
    named = [each.cluster for each in drawn.labels]
    assert [named[each] if each < len(named) else -1 for each in own] == drawn.finest.tolist()
    for told, label in zip(data["clusters"], drawn.labels, strict=True):
        for name in ("label", "level", "size"):
            assert told[name] == getattr(label, name)
        assert (told["x"], told["radius"]) == pytest.approx((label.x, label.radius), abs=1e-4)
        assert (named[told["parent"]] if told["parent"] >= 0 else None) == label.parent
    # Beginnings of links that several papers share are told once.
    assert data["bases"] == ["https://example.org/"]
    assert data["link"][:4] == ["0:bread", "", "", "0:tea"]
    assert data["title"][3] == "pk:d"
    assert data["authors"][2:5] == ["Emil Reed", "Ann, Bea, Cy, Di et al.", "Ada Author4"]
    assert [data["venues"][each] for each in data["venue"][:4]] == ["", "", "Coasts", ""]
    assert data["year"][2:5] == [2022, None, 2020]
    assert data["abstract"][2:5] == ["Mud & tides.", "", "Said of it."]
    large = chart(3001, ["Bread"]).save(tmp_path / "large.html").read_text("utf-8")
    assert '"abstract":[]' in large


def test_hovering_tells_of_a_paper(shown: Shown) -> None:
    shown.page.mouse.move(*shown.place(2))
    tip = shown.page.locator("#tip")
    assert tip.locator("strong").inner_text() == "Salt marshes"
    assert tip.locator("small").all_inner_texts() == ["Emil Reed", "2022, Coasts"]
    shown.page.mouse.move(*shown.place(1))
    assert tip.locator("strong").inner_text() == HOSTILE
    shown.page.mouse.move(5, 790)
    assert tip.is_hidden()


def test_a_click_opens_the_paper_or_tells_of_it(shown: Shown) -> None:
    with shown.page.expect_popup() as popup:
        shown.page.mouse.click(*shown.place(0))
    assert popup.value.url.startswith(("https://example.org/bread", "about:", "chrome-error:"))
    popup.value.close()
    panel = shown.page.locator("#panel")
    link = panel.locator("a")
    assert link.get_attribute("href") == "https://example.org/bread"
    assert link.get_attribute("rel") == "noopener noreferrer"
    pages = len(shown.context.pages)
    shown.page.mouse.click(*shown.place(1))
    assert panel.locator("h2").inner_text() == HOSTILE
    assert panel.locator("a").count() == 0
    assert panel.locator("p").inner_text() == HOSTILE
    assert len(shown.context.pages) == pages
    shown.page.keyboard.press("Escape")
    assert panel.is_hidden()


def test_the_search_is_reached_and_used_by_keys_alone(shown: Shown) -> None:
    keys = shown.page.keyboard
    keys.press("/")
    keys.type("etude zoe")
    shown.until("document.getElementById('count').textContent === '1 paper'")
    assert shown.page.locator("#found li span").all_inner_texts() == ["Étude of sour bread"]
    keys.press("ArrowDown")
    assert shown.page.get_attribute("#query", "aria-activedescendant") == "found-0"
    keys.press("Enter")
    assert shown.page.locator("#panel h2").inner_text() == "Étude of sour bread"
    shown.until("paperkinMap.view().scale > 1.9 * paperkinMap.view().whole")
    shown.until("Math.hypot(paperkinMap.place(0)[0] - 600, paperkinMap.place(0)[1] - 400) < 2")
    keys.press("Escape")
    assert shown.page.locator("#count").inner_text() == ""
    keys.press("/")
    keys.type("nothing like it")
    shown.until("document.getElementById('count').textContent === '0 papers'")
    keys.press("Enter")
    assert shown.page.locator("#found").is_hidden()


def test_names_are_broken_where_that_makes_the_fewest_lines(browser: Any, tmp_path: Path) -> None:
    said = ["Information retrieval and retrieval-augmented generation", "Bread"]
    opened = Shown(browser, chart(90, said, inner=0).save(tmp_path / "map.html"))
    tall = {
        name["label"]: name["box"][3] - name["box"][1]
        for name in opened.page.evaluate("paperkinMap.names()")
    }
    assert tall[said[0]] == pytest.approx(3 * tall[said[1]])
    opened.context.close()


def test_a_page_of_no_papers_says_so(browser: Any, tmp_path: Path) -> None:
    opened = Shown(browser, chart(0, []).save(tmp_path / "map.html"))
    pen = "document.getElementById('names').getContext('2d')"
    assert opened.page.evaluate(f"{pen}.getImageData(500, 380, 200, 40).data.some((each) => each)")
    assert not opened.complaints
    opened.context.close()


def test_the_wheel_zooms_where_the_pointer_is_and_dragging_moves(shown: Shown) -> None:
    x, y = shown.place(2)
    shown.page.mouse.move(x, y)
    shown.page.mouse.wheel(0, -300)
    shown.until("paperkinMap.view().scale > 1.3 * paperkinMap.view().whole")
    assert shown.place(2) == pytest.approx((x, y), abs=1)
    shown.page.mouse.move(600, 780)
    shown.page.mouse.down()
    shown.page.mouse.move(640, 730, steps=4)
    shown.page.mouse.up()
    assert shown.place(2) == pytest.approx((x + 40, y - 50), abs=1)
    assert shown.page.locator("#panel").is_hidden()
    shown.page.locator("#names").focus()
    shown.page.keyboard.press("0")
    shown.until("paperkinMap.view().scale === paperkinMap.view().whole")


def test_names_do_not_touch_at_any_zoom(browser: Any, tmp_path: Path) -> None:
    drawn = chart(900, [f"Region {n} of the coast" for n in range(14)])
    phone = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "color_scheme": "dark"}
    shown = Shown(browser, drawn.save(tmp_path / "map.html"), **phone)
    seen = set()
    for _ in range(8):
        names = shown.page.evaluate("paperkinMap.names()")
        seen |= {name["level"] for name in names}
        for name in names:
            left, top, right, bottom = name["box"]
            assert min(left, top) >= 0
            assert right <= 390
            assert bottom <= 780
        for one, other in combinations([name["box"] for name in names], 2):
            apart = one[2] <= other[0] or other[2] <= one[0]
            assert apart or one[3] <= other[1] or other[3] <= one[1]
        shown.page.locator("#in").click()
        shown.frames()
    assert seen == {0, 1}
    assert shown.page.evaluate("document.documentElement.classList.contains('dark')")
    shown.page.locator("#theme").click()
    assert not shown.page.evaluate("document.documentElement.classList.contains('dark')")
    assert not shown.complaints
    shown.context.close()


def test_sixty_thousand_papers(browser: Any, tmp_path: Path) -> None:
    path = chart(60_000, [f"Region {n}" for n in range(12)]).save(tmp_path / "map.html")
    assert path.stat().st_size < 12_000_000
    shown = Shown(browser, path)
    milliseconds = shown.page.evaluate(
        """async () => {
          const names = document.getElementById("names");
          names.setPointerCapture = () => {};
          const send = (kind, x) => names.dispatchEvent(new PointerEvent(kind, {
            pointerId: 1, clientX: 600 + x, clientY: 400, button: 0, pointerType: "mouse" }));
          send("pointerdown", 0);
          const begin = performance.now();
          for (let frame = 0; frame < 40; frame++) {
            send("pointermove", 100 * Math.sin(frame / 5));
            await new Promise(requestAnimationFrame);
          }
          send("pointerup", 0);
          return (performance.now() - begin) / 40;
        }"""
    )
    print(f"panning 60,000 papers: {milliseconds:.1f} ms a frame")
    assert not shown.complaints
    shown.page.mouse.move(*shown.place(77))
    assert shown.page.locator("#tip").is_visible()
    shown.context.close()

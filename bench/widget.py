"""How long from the click on "Send" until the first answer is shown in the widget.

    .venv/bin/python bench/widget.py [--runs 50] [--json FILE]

A real server (screen, Rasa, rules, records in SQLite) and a headless Chromium on this machine. Each run is a fresh
conversation on a loaded page: the message is typed beforehand, and timed from the click's own event until the frame
after the answer entered the page has been painted. Beside it, in the same run and page, the same message of another
fresh conversation is sent by a bare `fetch`: what the widget adds is the difference. Prints p50 and p95 of both; the
exit status is 1 where the widget's p50 is over LIMIT milliseconds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.dialogue.server import new_home, serving  # noqa: E402  (a server as the tests start it)

LIMIT = 150.0
MESSAGE = "My left cheek has kept twitching for two months. Should I see a doctor?"
WARM = 3

# The click is timed by its own event; the answer by the second frame after the first one that has it.
WATCH = """() => new Promise((done) => {
    const root = document.querySelector("signpost-chat").shadowRoot;
    const log = root.querySelector(".log");
    const before = log.querySelectorAll(".bot").length;
    let clicked = 0;
    const send = root.querySelector("button.send");
    send.addEventListener("click", (event) => (clicked = event.timeStamp), {capture: true});
    new MutationObserver((_, observer) => {
        if (log.querySelectorAll(".bot").length === before) return;
        observer.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - clicked)));
    }).observe(log, {childList: true, subtree: true});
})"""
BARE = """async (text) => {
    const headers = {"Content-Type": "application/json"};
    const post = (path, body) => fetch(path, {method: "POST", headers, body: JSON.stringify(body)});
    headers.Authorization = "Bearer " + (await (await post("api/conversations", {consent: true})).json()).token;
    const began = performance.now();
    await (await post("api/conversations/messages", {id: crypto.randomUUID(), text})).json();
    return performance.now() - began;
}"""


def main() -> None:
    """Runs it and prints the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as home,
        serving(new_home(Path(home) / "home")) as server,
        sync_playwright() as playwright,
    ):
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        widget, bare = [], []
        for run in range(-WARM, options.runs):
            page = browser.new_page()
            page.goto(server.address)
            times = (answered(page), page.evaluate(BARE, MESSAGE))
            page.close()
            if run >= 0:
                widget.append(times[0])
                bare.append(times[1])
            print(f"\r{max(0, run + 1)} of {options.runs}", end="", file=sys.stderr)
        browser.close()
    print(file=sys.stderr)
    result: dict[str, Any] = {
        "runs": options.runs,
        "widget_ms": summary(widget),
        "bare_fetch_ms": summary(bare),
        "limit_ms": LIMIT,
    }
    result["ratio"] = {key: round(result["widget_ms"][key] / value, 2) for key, value in summary(bare).items()}
    print(f"{'':12}{'p50':>8}{'p95':>8}   (ms from click to answer, {options.runs} runs)")
    for name in ("widget_ms", "bare_fetch_ms"):
        print(f"{name[:-3]:12}{result[name]['p50']:8.1f}{result[name]['p95']:8.1f}")
    ratio = result["ratio"]
    print(f"{'ratio':12}{ratio['p50']:8.2f}{ratio['p95']:8.2f}   (p50 of the widget at most {LIMIT} ms)")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.exit(result["widget_ms"]["p50"] > LIMIT)


def answered(page: Page) -> float:
    """Milliseconds from the click on "Send" until the answer is painted, in a fresh conversation."""
    page.get_by_role("button", name="I agree, start").click()
    box = page.get_by_label("Your message")
    box.fill(MESSAGE)
    # Not awaited: it resolves when the answer is there.
    page.evaluate(f"() => {{ window.measured = ({WATCH})(); }}")
    page.get_by_role("button", name="Send", exact=True).click()
    return float(page.evaluate("() => window.measured"))


def summary(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {"p50": round(statistics.median(times), 1), "p95": round(statistics.quantiles(times, n=20)[18], 1)}


if __name__ == "__main__":
    main()

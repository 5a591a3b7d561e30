// Hostile strings through every place where a text of somebody's is shown: all of it is shown, and nothing of it runs.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Item } from "../src/types";
import { answer, fresh, mount, reload, Server, settle, talk, texts } from "./help";

const HOSTILE = [
  "<script>window.ran=1</script>",
  "</script><script>window.ran=1</script>",
  "<img src=x onerror=window.ran=1>",
  "<IMG SRC=JaVaScRiPt:window.ran=1>",
  "<svg onload=window.ran=1>",
  "<svg><script>window.ran=1</script></svg>",
  "<svg/onload=window.ran=1//",
  "<math><mtext><table><mglyph><style><img src=x onerror=window.ran=1>",
  "<iframe src=javascript:window.ran=1></iframe>",
  "<iframe srcdoc='<script>parent.ran=1</script>'>",
  "<body onload=window.ran=1>",
  "<a href=javascript:window.ran=1>click</a>",
  "<details open ontoggle=window.ran=1>",
  "<input autofocus onfocus=window.ran=1>",
  "<video><source onerror=window.ran=1></video>",
  "<object data=javascript:window.ran=1></object>",
  "<embed src=javascript:window.ran=1>",
  "<link rel=stylesheet href=javascript:window.ran=1>",
  "<style>*{display:none}</style>",
  "<base href=https://evil.example/>",
  "<meta http-equiv=refresh content=0;url=https://evil.example/>",
  "<form action=https://evil.example><button>send</button></form>",
  "<template><script>window.ran=1</script></template>",
  "<slot name=x></slot>",
  "<![CDATA[<b>bold</b>]]>",
  "]]>",
  "<!-- comment -->",
  "--><b>bold</b>",
  "&lt;b&gt;bold&lt;/b&gt; &amp; &#60;b&#62; &nbsp;",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what somebody might write
  "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {% raw %}",
  "{emergency_number} {count} {level} $& $1 $$",
  "[x](javascript:window.ran=1) ![y](x)",
  "**bold** _it_ `code` # head",
  "javascript:window.ran=1",
  "data:text/html;base64,PHNjcmlwdD4=",
  "\"quotes\" 'single' `back` \\slash \\u003cb\\u003e",
  '" onmouseover="window.ran=1',
  "' autofocus onfocus='window.ran=1",
  "SpO2 <92% and temperature > 39.5 & pulse >120 [irregular]",
  "a < b > c <3",
  "\u202Egnp.exe\u202C \u2066isolated",
  "\u061C\u200E\u200F marks",
  "zero\u200Bwidth\u200Cjoin\u200Ders\uFEFF",
  "Z\u0351\u036B\u0343a\u0328\u030Algo",
  "👩🏽‍⚕️ 🧠 🏴󠁧󠁢󠁥󠁮󠁧󠁿 𝒳",
  "NUL as \uFFFD replaced",
  "مرحبا بالعالم and שלום",
  "  leading and trailing  ",
  "one\n\n\n\ntwo\n\tthree  four\n",
  "x".repeat(10_000),
  "constructor",
  "__proto__",
  "toString",
];

const EXPECTED = new Set(
  "div span p h1 h2 h3 ul li dl dt dd button a form fieldset legend label input textarea details summary header main section article aside blockquote q strong time dialog svg path i slot".split(
    " ",
  ),
);

beforeEach(fresh);
afterEach(() => vi.unstubAllGlobals());

/** Nothing in the tree but what the widget itself makes. */
function clean(root: ParentNode): void {
  for (const element of root.querySelectorAll("*")) {
    expect(EXPECTED, element.outerHTML.slice(0, 200)).toContain(element.localName);
    for (const { name, value } of element.attributes) {
      expect(name, element.outerHTML.slice(0, 200)).not.toMatch(/^on|^src|^srcdoc$|^action$|^formaction$/);
      // The box to write in grows by its own script.
      if (name === "style") expect(value).toMatch(/^height: \w+;$/);
      // A link leads to a phone, to our own server, or to the web address that is read in it.
      if (name === "href" && !/^(tel:|https:\/\/signpost\.example\/)/.test(value)) {
        expect(new URL(element.textContent ?? "").href).toBe(value);
        expect(value).toMatch(/^https?:/);
      }
    }
  }
  expect((window as unknown as { ran?: number }).ran).toBeUndefined();
}

/** The whole text stands in one place of its own, that no other text shares. */
function whole(root: ParentNode, selector: string, text: string, times = 1): void {
  const found = [...root.querySelectorAll(selector)].filter((each) => each.textContent === text);
  expect(found.length, `${selector} with ${JSON.stringify(text.slice(0, 60))}`).toBeGreaterThanOrEqual(times);
  for (const each of found) expect(each.getAttribute("dir")).toBe("auto");
}

function everywhere(x: string): Item[] {
  const understood = [
    {
      text: x,
      corrections: [
        { label: x, value: x, remove: true },
        { label: x, value: `${x}2` },
      ],
    },
  ];
  const given = { shown: true, heading: `${x}:`, text: x, title: x, question: x, doctor: x, notes: [x, { text: x }] };
  const source = { organisation: x, title: x, year: x, section: x };
  return [
    { from: "person", id: "p1", text: x },
    { from: "bot", id: "b1", kind: "notice", text: x },
    { from: "bot", id: "b2", kind: x, text: x },
    { from: "clinician", id: "c1", text: x, at: x, by: x, held: true },
    { from: "bot", id: "b3", kind: "emergency", text: x },
    { from: "bot", id: "b4", kind: "question", text: "?", choices: [{ label: x, value: "v" }] },
    { from: "person", id: "p2", choices: ["v", "none", x] },
    {
      from: "bot",
      id: "b5",
      kind: "emergency",
      text: x,
      advice: {
        level: "emergency",
        level_label: x,
        headline: x,
        safety_net: { watch_for: [x], how_to_get_help: x, how_long: x },
      },
    },
    {
      from: "bot",
      id: "b6",
      kind: "advice",
      text: x,
      feedback: { helpful: true, comment: x },
      advice: {
        level: x,
        level_label: x,
        headline: x,
        reasons: [{ text: x, rule: { id: x, version: x, reviewed: { by: x }, caution: x }, sources: [source, x] }],
        understood,
        denied: [x],
        not_understood: [x],
        unexplained: [x],
        answer: { ...given, others: [{ ...given, lead: x }] },
        similar: [{ title: x, cut_off: true }, x],
        self_care: [x, { text: x, sources: [source] }],
        doctor: [x],
        specialty: x,
        safety_net: { watch_for: [x], how_to_get_help: x, how_long: x, uncertain: x },
        would_change: [{ text: x, level: x, level_label: x }, x],
        related: [x],
        demonstration: x,
        report_url: x,
      },
    },
    { from: "bot", id: "b7", kind: "question", text: x, understood, several: true, choices: [{ label: x, value: x }] },
  ] as Item[];
}

describe.each(
  HOSTILE.map((text) => [text.length > 60 ? `${text.slice(0, 40)}… (${text.length})` : text, text] as const),
)("%j", (_name, x) => {
  it("stays a text in every part of a conversation", async () => {
    const server = new Server();
    server.history = everywhere(x);
    sessionStorage.setItem("signpost https://signpost.example/", JSON.stringify({ token: "t", greeting: [] }));
    const { root } = await mount();
    clean(root);
    whole(root, ".person .said", x);
    whole(root, ".bot.notice > .bubble > .said", x);
    whole(root, ".clinician .said", x);
    whole(root, ".emergency > .bubble .said", x);
    whole(root, ".card.level-emergency .act", x);
    whole(root, ".card h2", x, 2);
    whole(root, ".card-level .said", x, 2);
    whole(root, ".reasons > li > .said", x);
    whole(root, ".card .chips .said", x);
    whole(root, ".so-far .chips > .live > .said", x);
    whole(root, ".chip-menu .said", x);
    whole(root, ".answer-title", x, 2);
    whole(root, "blockquote .said", x, 2);
    whole(root, ".answer details .said", x, 2);
    whole(root, ".answer h3 .said", x.replace(/:$/, ""), 2);
    whole(root, ".notes .said", x, 4);
    whole(root, ".ticks .said", x, 2);
    whole(root, ".watch .said", x, 2);
    whole(root, ".changes .said", x, 3);
    whole(root, "q .said", x);
    whole(root, ".plain .said", x, 3);
    whole(root, ".mark.said", x);
    whole(root, ".boxes .said", x);
    expect(root.querySelector(".chip-remove")?.getAttribute("aria-label")).toBe(x);
    expect(root.querySelectorAll("time")[0]?.textContent).toBe(x);
    expect([...root.querySelectorAll(".person .said")].at(-1)?.textContent).toBe(`${x}, None of these, ${x}`);
  });

  it("stays a text when it is said, answered, looked up, refused and on the receipt", async () => {
    const server = new Server();
    server.routes["POST /api/conversations/messages"] = () =>
      answer(422, { error: { code: "bad_message", message: x } });
    const found = {
      answers: [
        { shown: true, heading: x, text: x, title: x },
        { shown: false, heading: x },
      ],
      similar: [{ title: x, question: x }],
    };
    server.routes["POST /api/archive/search"] = ({ body }) =>
      body.text === "emergency" ? { answers: [], similar: [], message: x } : found;
    server.routes["DELETE /api/conversations"] = () => ({
      receipt: { conversation: x, erased_at: x, erased: { [x]: 2 } },
    });
    const { root, page } = await talk();
    await page.send(x);
    if (x.trim()) expect(server.asked("POST /api/conversations/messages")[0]?.body.text).toBe(x);
    whole(root, ".person .said", x);
    whole(root, ".failure .said", x);
    page.button("Look up answers").click();
    for (const [asked, selector] of [
      ["twitch", "dialog .answer-title"],
      ["emergency", "dialog .urgent-note .said"],
    ] as const) {
      page.one<HTMLInputElement>("dialog input").value = asked;
      page.one("dialog form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
      await settle();
      whole(root, selector, x);
      clean(root);
    }
    page.button("Close").click();
    page.button("Delete my conversation").click();
    page.button("Delete it").click();
    await settle();
    whole(root, ".facts .said", x);
    clean(root);
    await reload();
  });
});

it("there are enough of them, and the tree they are looked for in is not empty", async () => {
  expect(HOSTILE.length).toBeGreaterThanOrEqual(40);
  new Server().routes["GET /api/texts"] = () => texts();
  const { root } = await mount();
  expect(root.querySelectorAll("*").length).toBeGreaterThan(30);
  const intruder = document.createElement("img");
  root.append(intruder);
  expect(() => clean(root)).toThrow();
  intruder.remove();
});

// The element itself: its words and language, the launcher and its panel, and what it tells the page around it.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Memory } from "../src/memory";
import { sheets } from "../src/styles";
import { languageOf, Words } from "../src/words";
import { bot, ENGLISH, fresh, mount, refusal, reload, Server, settle, talk, texts } from "./help";

let server: Server;
beforeEach(() => {
  fresh();
  server = new Server();
});
afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

const ARABIC = () =>
  texts({ language: "ar", direction: "rtl", texts: { ...ENGLISH, "emergency.call": "اتصل {emergency_number}" } });

describe("its words", () => {
  it("are fetched again and again, 1, 2, 4 ... 30 seconds apart, and the fallback is shown meanwhile", async () => {
    const works = server.routes["GET /api/texts"]!;
    server.routes["GET /api/texts"] = () => refusal(503, "unavailable");
    const { element, root, page } = await mount();
    for (const [seconds, asked] of [
      [0, 1],
      [1, 2],
      [2, 3],
      [4, 4],
      [8, 5],
      [16, 6],
      [30, 7],
      [30, 8],
    ] as const) {
      await settle(seconds);
      expect(server.asked("GET /api/texts")).toHaveLength(asked);
    }
    expect(root.querySelector("slot")).not.toBeNull();
    expect(element.textContent).toBe("Call 999 in an emergency.");
    server.routes["GET /api/texts"] = works;
    await settle(30);
    expect([root.querySelector("slot"), element.textContent]).toEqual([null, ""]);
    expect(page.has("I agree, start")).toBe(true);
  });

  it("are asked for at once when the network is back, and no more when the element is gone", async () => {
    delete server.routes["GET /api/texts"];
    const { element } = await mount();
    window.dispatchEvent(new Event("online"));
    await settle();
    expect(server.asked("GET /api/texts")).toHaveLength(2);
    element.remove();
    await settle(100);
    expect(server.asked("GET /api/texts")).toHaveLength(2);
  });

  it("are in the language of the element, the page around it, or the browser", async () => {
    const asked = () => server.asked("GET /api/texts").at(-1)?.query.get("language");
    await mount({ language: "pt-BR" });
    expect(asked()).toBe("pt-BR");
    document.documentElement.lang = "fr";
    await reload();
    expect(asked()).toBe("fr");
    document.documentElement.removeAttribute("lang");
    expect(languageOf(document.createElement("p"))).toBe(navigator.language);
  });

  it("run as the language does, and the English inside is marked", async () => {
    server.routes["GET /api/texts"] = ARABIC;
    const { root, page } = await mount();
    const top = root.querySelector(".sp")!;
    expect([top.getAttribute("lang"), top.getAttribute("dir")]).toEqual(["ar", "rtl"]);
    expect(page.one(".call").textContent).toBe("اتصل \u2066999\u2069");
    page.button("I agree, start").click();
    await settle();
    await page.send("mine");
    expect(page.one(".bot .said").getAttribute("lang")).toBe("en");
    expect(page.one(".person .said").hasAttribute("lang")).toBe(false);
  });

  it("fall back to the key, and fill in what is given", () => {
    const words = new Words(texts({ language: "de" }));
    expect(words.t("no.such")).toBe("no.such");
    expect(words.t("search.found", { count: 1234 })).toBe("Found: 1.234");
    expect(words.t("delete.title", { x: "y" })).toBe(ENGLISH["delete.title"]);
    expect(words.seconds(1)).toBe("1 Sekunde");
    expect(words.moment("2026-11-26T09:31:00Z")).toMatch(/26\. November 2026/);
    expect([words.moment("soon"), new Words(texts({ language: "??" })).number(3)]).toEqual(["soon", "3"]);
  });

  it("say that the page may not use it", async () => {
    const told = vi.spyOn(console, "error").mockImplementation(() => {});
    server.routes["GET /api/texts"] = () => texts({ allowed: false });
    const { page } = await mount();
    expect(page.one("h2").textContent).toBe("Signpost cannot be used on this page");
    expect(page.all<HTMLAnchorElement>("a").map(({ href }) => href)).toContain("tel:999");
    expect(told).toHaveBeenCalledOnce();
    await settle(100);
    expect(server.requests).toHaveLength(1);
  });
});

describe("the launcher", () => {
  const OPEN = "How soon should I be seen?";
  const panel = (root: ShadowRoot) => root.querySelector<HTMLElement>("[role=dialog]")!;

  it("opens and closes a named panel, and tells the page only that", async () => {
    const { element, root, page } = await mount({});
    const told: unknown[] = [];
    for (const name of ["signpost-open", "signpost-close"]) {
      document.addEventListener(name, (event) => told.push([name, event.composed, (event as CustomEvent).detail]), {
        once: true,
      });
    }
    expect([panel(root).hidden, panel(root).getAttribute("aria-label")]).toEqual([true, "Signpost"]);
    page.button(OPEN).click();
    expect([panel(root).hidden, page.button(OPEN).getAttribute("aria-expanded")]).toEqual([false, "true"]);
    page.button("Close").click();
    expect([panel(root).hidden, root.activeElement]).toEqual([true, page.button(OPEN)]);
    element.open();
    element.open();
    expect(panel(root).hidden).toBe(false);
    panel(root).dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
    expect(panel(root).hidden).toBe(true);
    expect(told).toEqual([
      ["signpost-open", true, null],
      ["signpost-close", true, null],
    ]);
  });

  it("is what it is without an attribute, and is not there where the widget fills the page", async () => {
    expect((await mount({})).root.querySelectorAll(".launcher, main")).toHaveLength(1);
    const { root } = await reload({ display: "page" });
    expect(root.querySelector(".launcher")).toBeNull();
    expect(root.querySelector("main")).not.toBeNull();
  });

  it("is open again on the next page, in the same conversation, without taking the focus", async () => {
    const { page } = await talk({});
    await page.send("mine");
    server.history = [{ from: "person", id: "p", text: "mine" }];
    const { root, page: next } = await reload({});
    expect(panel(root).hidden).toBe(true);
    next.button(OPEN).click();
    const { root: third, page: last } = await reload({});
    expect([panel(third).hidden, last.said, third.activeElement]).toEqual([false, ["mine"], null]);
  });

  it("opens as soon as it is there, when it is asked to before", async () => {
    delete server.routes["GET /api/texts"];
    const { element, root } = await mount({});
    element.open();
    server.routes["GET /api/texts"] = () => texts();
    await settle(1);
    expect(panel(root).hidden).toBe(false);
  });

  it("counts what was not seen, says so once, and remembers it on the next page", async () => {
    const { page, element } = await talk({});
    element.open();
    element.close();
    const told = () => page.one(".corner > [aria-live]").textContent;
    server.sources.at(-1)?.event("message", bot("one"));
    await settle();
    expect([page.one(".badge").textContent, told()]).toEqual(["1", "New messages: 1"]);
    const letter = { from: "clinician" as const, id: "c", text: "Ring us." };
    server.sources.at(-1)?.event("message", letter);
    await settle();
    expect([page.one(".badge").textContent, told()]).toEqual(["2", ENGLISH["launcher.from_clinic"]]);
    expect(page.one(".launcher").textContent).toContain("New messages: 2");
    server.history = [bot("one"), letter];
    const { page: next, element: later } = await reload({});
    expect([next.one(".badge").textContent, next.one(".badge").hidden]).toEqual(["2", false]);
    later.open();
    expect(next.one(".badge").hidden).toBe(true);
    expect(next.text(".who")).toEqual(["From the clinic"]);
    expect(next.one(".clinician").textContent).toContain(ENGLISH["clinician.answered_by"]);
  });

  it("fills a narrow screen, and keeps the keyboard in it", async () => {
    vi.stubGlobal("matchMedia", (query: string) => ({
      matches: query.includes("max-width: 40rem"),
      addEventListener: () => {},
      removeEventListener: () => {},
    }));
    const { root, page } = await mount({});
    expect(panel(root).hasAttribute("aria-modal")).toBe(false);
    page.button(OPEN).click();
    expect(panel(root).getAttribute("aria-modal")).toBe("true");
    const stops = page.all("[role=dialog] a, [role=dialog] button").filter((each) => !each.closest("[hidden]"));
    const tab = (from: HTMLElement, shiftKey: boolean) => {
      from.focus();
      from.dispatchEvent(new KeyboardEvent("keydown", { key: "Tab", shiftKey, bubbles: true, cancelable: true }));
      return root.activeElement;
    };
    const [first, last] = [stops[0]!, stops.at(-1)!];
    expect(tab(last, false)).toBe(first);
    expect(tab(first, true)).toBe(last);
    expect(tab(first, false)).toBe(first);
    page.button("Close").click();
    expect(panel(root).hasAttribute("aria-modal")).toBe(false);
  });
});

describe("the tree", () => {
  it("has no id twice, a name for every control, and headings in order", async () => {
    const chips = {
      understood: [
        {
          text: "x",
          corrections: [
            { label: "Not so", value: "a", remove: true },
            { label: "Gone", value: "b" },
          ],
        },
      ],
    };
    const given = { shown: true, text: "long ".repeat(200), title: "t", question: "q" };
    server.history = [
      bot("a", {
        kind: "advice",
        advice: { level: "routine", headline: "h", answer: given, similar: ["s"], ...chips },
      }),
      bot("b", {
        kind: "advice",
        advice: { level: "routine", headline: "h", answer: given, reasons: [{ text: "r" }] },
      }),
      { from: "clinician", id: "c", text: "hello" },
      bot("q", { kind: "question", several: true, choices: [{ label: "l", value: "v" }], ...chips }),
    ];
    await talk();
    const { root, page } = await reload();
    page.button("Look up answers").click();
    const ids = page.all("[id]").map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const name of ["aria-labelledby", "aria-describedby", "aria-controls", "for"]) {
      for (const each of page.all(`[${name}]`)) expect(ids, each.outerHTML).toContain(each.getAttribute(name));
    }
    for (const each of page.all("button, a, summary")) {
      expect((each.getAttribute("aria-label") ?? each.textContent ?? "").trim(), each.outerHTML).not.toBe("");
    }
    for (const each of page.all("textarea, input")) {
      expect(each.closest("label") ?? root.querySelector(`label[for="${each.id}"]`), each.outerHTML).not.toBeNull();
    }
    let level = 0;
    for (const each of page.all("h1, h2, h3")) {
      const here = Number(each.localName[1]);
      expect(here - level, each.textContent ?? "").toBeLessThanOrEqual(1);
      level = here;
    }
    expect(page.one("[role=log]").getAttribute("aria-live")).toBe("polite");
  });

  it("takes its styles as sheets, without a style element", async () => {
    const { root } = await mount();
    expect(root.querySelector("style, link")).toBeNull();
    expect(root.adoptedStyleSheets).toEqual(sheets());
    expect(sheets().length).toBeGreaterThan(5);
  });

  it("stops when it is taken out, and goes on when it is put back", async () => {
    const { element, root } = await talk();
    element.remove();
    server.history = [bot("kept")];
    document.body.append(element);
    await settle();
    expect(root.textContent).toContain("kept");
    expect(root.querySelectorAll("[role=log]")).toHaveLength(1);
  });
});

it("no layout depends on left or right, and every text is a known key", async () => {
  const { readdirSync, readFileSync } = await import("node:fs");
  for (const name of readdirSync("src/styles")) {
    const css = readFileSync(`src/styles/${name}`, "utf8");
    expect(css, name).not.toMatch(
      /(^|[\s;-])(left|right)\s*:|(margin|padding|border)-(left|right)|text-align:\s*(left|right)/m,
    );
  }
  for (const name of readdirSync("src")) {
    if (!name.endsWith(".ts")) continue;
    const source = readFileSync(`src/${name}`, "utf8");
    for (const [, key] of source.matchAll(/\bt\(\s*"([a-z_.]+)"/g)) expect(ENGLISH, name).toHaveProperty([key!]);
    expect(source, name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/);
    expect(source.split("\n").length, name).toBeLessThanOrEqual(250);
  }
});

describe("its memory", () => {
  const home = new URL("https://signpost.example/");

  it("is one for the page: two elements take nothing from one another", () => {
    const [one, other] = [Memory.of(home), Memory.of(home)];
    one.set("token", "t");
    other.set("open", true);
    expect(JSON.parse(sessionStorage.getItem(`signpost ${home.href}`)!)).toEqual({ token: "t", open: true });
  });

  it("lasts until the page is left where nothing can be stored", () => {
    const refuse = () => {
      throw new DOMException("refused", "SecurityError");
    };
    vi.stubGlobal("sessionStorage", { getItem: refuse, setItem: refuse });
    const elsewhere = new URL("https://elsewhere.example/");
    Memory.of(elsewhere).set("token", "t");
    expect(Memory.of(elsewhere).get("token")).toBe("t");
  });
});

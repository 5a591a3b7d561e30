// A conversation from consent to its end, in a page, against a server at the network's border.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Item } from "../src/types";
import { answer, bot, ENGLISH, fresh, mount, type Page, refusal, reload, Server, settle, talk } from "./help";

const SAY = "POST /api/conversations/messages";
const EMERGENCY = {
  kind: "emergency",
  text: "Call 999 now.",
  advice: { level: "emergency", headline: "Call 999 now" },
};
const ADVICE = { kind: "advice", advice: { level: "routine", headline: "See a doctor" } };
const CHIPS = {
  understood: [{ text: "twitching", corrections: [{ label: "Not so: twitching", value: "off", remove: true }] }],
};
const QUESTION = {
  kind: "question",
  choices: [
    { label: "Yes", value: "y" },
    { label: "No", value: "none" },
  ],
};

let server: Server;
let replies: Item[];

beforeEach(() => {
  fresh();
  server = new Server();
  replies = [];
  server.routes[SAY] = () => ({ messages: replies });
});
afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

const state = (page: Page) => page.one("[role=status]").textContent ?? "";
const alarm = (page: Page) => page.text(".alarm strong");
const push = async (name: string, data: unknown) => {
  server.sources.at(-1)?.event(name, data);
  await settle();
};

describe("before it", () => {
  it("asks for consent, with the emergency number in sight, and sends nothing until then", async () => {
    const { page } = await mount();
    expect(page.one("h2").textContent).toBe("Tell us what is troubling you");
    expect(page.all<HTMLAnchorElement>("a").map(({ href }) => href)).toEqual(["tel:999", "tel:999"]);
    expect(page.all("textarea")).toEqual([]);
    expect(server.requests.map(({ method }) => method)).toEqual(["GET"]);
    page.button("No, thank you").click();
    expect(page.one("h2").textContent).toBe("Nothing was sent or stored");
    expect(page.one<HTMLAnchorElement>(".urgent-note a").href).toBe("tel:999");
    expect(server.requests).toHaveLength(1);
    page.button("I have changed my mind").click();
    await settle();
    expect(server.asked("POST /api/conversations")[0]?.body).toEqual({ consent: true });
    expect(page.heard).toEqual(["Hello. What is troubling you?"]);
  });

  it("says when it cannot begin, and begins once", async () => {
    const { page } = await mount();
    const works = server.routes["POST /api/conversations"]!;
    delete server.routes["POST /api/conversations"];
    page.button("I agree, start").click();
    await settle();
    expect(state(page)).toContain("In an emergency call 999.");
    server.routes["POST /api/conversations"] = works;
    page.button("I agree, start").click();
    page.button("I agree, start").click();
    await settle();
    expect(server.asked("POST /api/conversations")).toHaveLength(2);
    expect(page.heard).toHaveLength(1);
  });

  it("sends no cookie, and the token only where it belongs", async () => {
    const { page } = await talk();
    await page.send("hello");
    const tokens = server.requests.map(({ path, headers }) => [path, headers.Authorization]);
    for (const [path, token] of tokens) {
      expect(token, path).toBe(/texts$|conversations$/.test(path!) ? undefined : "Bearer token-1");
    }
  });
});

describe("talking", () => {
  it("shows both sides, whole, and the bot's links only", async () => {
    replies = [bot("  See https://a.example.\n\n\nBye ")];
    const { page } = await talk();
    await page.send("  mine https://b.example\n\nsecond  ");
    expect(server.asked(SAY)[0]?.body.text).toBe("  mine https://b.example\n\nsecond  ");
    expect(page.said).toEqual(["  mine https://b.example\n\nsecond  "]);
    expect(page.heard.at(-1)).toBe("  See https://a.example.\n\n\nBye ");
    expect(page.text(".bubble a")).toEqual(["https://a.example"]);
  });

  it("sends nothing that is blank", async () => {
    const { page } = await talk();
    await page.send(" \n ");
    expect(server.asked(SAY)).toEqual([]);
  });

  it("takes the choices away once anything is sent", async () => {
    replies = [bot("?", QUESTION)];
    const { page } = await talk();
    await page.send("one");
    expect(page.text(".choices button")).toEqual(["Yes", "No"]);
    replies = [];
    await page.send("in my own words");
    expect(page.all(".choices")).toEqual([]);
  });

  it("shows a reply once, by whichever way it comes first", async () => {
    const reply = bot("the reply", QUESTION);
    let release = () => {};
    server.routes[SAY] = () =>
      new Promise((resolve) => (release = () => resolve({ messages: [{ ...reply, from: undefined }] })));
    const { page } = await talk();
    await page.send("one");
    const { id } = server.asked(SAY)[0]!.body;
    await push("message", { from: "person", id, text: "one" });
    await push("message", reply);
    expect(page.heard).toEqual(["Hello. What is troubling you?", "the reply"]);
    page.button("No").click();
    release();
    await settle();
    expect(page.heard).toEqual(["Hello. What is troubling you?", "the reply"]);
    expect(page.said).toEqual(["one", "No"]);
    expect(page.all(".choices")).toEqual([]);
  });

  it("shows that the bot is working, by its own sending and by the stream", async () => {
    const typing = () => !page.one(".typing").hidden;
    let release = () => {};
    server.routes[SAY] = () => new Promise((resolve) => (release = () => resolve({ messages: [bot("done")] })));
    const { page } = await talk();
    expect(typing()).toBe(false);
    await page.send("one");
    expect(typing()).toBe(true);
    release();
    await settle();
    expect(typing()).toBe(false);
    await push("typing", { on: true });
    expect(typing()).toBe(true);
    await push("typing", { on: false });
    expect(typing()).toBe(false);
  });

  it("keeps what could not be sent, says so with the number, and sends it once", async () => {
    delete server.routes[SAY];
    const { page } = await talk();
    await page.send("one");
    expect(state(page)).toContain("Trying again in 2 seconds. In an emergency call 999.");
    expect(page.text(".mark-sent")).toEqual(["Not sent yet"]);
    server.routes[SAY] = () => ({ messages: [bot("there")] });
    page.button("Try again now").click();
    await settle();
    expect([state(page), page.text(".mark-sent"), page.heard.at(-1)]).toEqual(["", [""], "there"]);
    expect(new Set(server.asked(SAY).map(({ body }) => body.id)).size).toBe(1);
  });

  it("keeps it over a reload while the server is away", async () => {
    delete server.routes[SAY];
    const history = server.routes["GET /api/conversations/messages"]!;
    const { page: before } = await talk();
    await before.send("one");
    server.routes["GET /api/conversations/messages"] = () => refusal(503, "unavailable", "", { "Retry-After": "3" });
    const { page } = await reload();
    expect(page.said).toEqual(["one"]);
    expect(state(page)).toContain("Trying again in 3 seconds");
    await page.send("two");
    expect(page.text(".mark-sent")).toEqual(["Not sent yet", "Not sent yet"]);
    server.routes["GET /api/conversations/messages"] = history;
    server.routes[SAY] = ({ body }) => ({ messages: [bot(`re ${body.text}`)] });
    await settle(3);
    expect(page.said).toEqual(["one", "two"]);
    expect(page.heard.slice(1)).toEqual(["re one", "re two"]);
    expect(state(page)).toBe("");
  });

  it("says when a message is refused, with the number, and gives the text back", async () => {
    server.routes[SAY] = () => refusal(413, "too_large", "The message is too large.");
    const { page } = await talk();
    await page.send("long");
    expect(page.text(".mark-sent")).toEqual(["Not sent"]);
    expect(page.one(".failure").textContent).toContain("The message is too large.");
    expect(page.one<HTMLAnchorElement>(".failure a").href).toBe("tel:999");
    expect(page.one<HTMLTextAreaElement>("#message").value).toBe("long");
  });
});

it("a long answer is folded, its links with it, and unfolds whole", async () => {
  const text = `See https://a.example\n\n${"long ".repeat(200)}`;
  replies = [bot("x", { kind: "advice", advice: { level: "routine", answer: { shown: true, text } } })];
  const { page } = await talk();
  await page.send("one");
  expect([page.one("blockquote").textContent, page.all("blockquote a")]).toEqual([text, []]);
  page.button("Show the whole reply").click();
  expect([page.one("blockquote").textContent, page.text("blockquote a")]).toEqual([text, ["https://a.example"]]);
  expect(page.button("Show less").getAttribute("aria-expanded")).toBe("true");
});

describe("what was understood", () => {
  it("is live under the newest reply only", async () => {
    replies = [bot("one?", { ...CHIPS, kind: "question" })];
    const { page } = await talk();
    await page.send("a");
    expect(page.text(".so-far summary")).toEqual(["What I understood so far (1)"]);
    replies = [bot("two?", { ...CHIPS, kind: "question" })];
    page.button("Not so: twitching").click();
    await settle();
    expect(server.asked(SAY)[1]?.body.choices).toEqual(["off"]);
    expect(page.said.at(-1)).toBe("Not so: twitching");
    expect(page.all(".chip-remove")).toHaveLength(1);
    replies = [bot("advice", { kind: "advice", advice: { ...ADVICE.advice, ...CHIPS } })];
    await page.send("b");
    await page.send("c");
    expect(page.all(".so-far")).toEqual([]);
    expect(page.all(".card .chip")).toHaveLength(1);
    expect(page.all(".chip-remove")).toHaveLength(1);
  });

  it("can be pressed again when a correction failed, and not after an emergency", async () => {
    replies = [bot("one?", { ...CHIPS, kind: "question" })];
    const { page } = await talk();
    await page.send("a");
    server.routes[SAY] = () => refusal(422, "bad_message", "no");
    page.button("Not so: twitching").click();
    expect(page.button("Not so: twitching").disabled).toBe(true);
    await settle();
    expect(page.button("Not so: twitching").disabled).toBe(false);
    server.routes[SAY] = () => ({ messages: [bot("x", { ...EMERGENCY, ...CHIPS })] });
    await page.send("droop");
    expect(page.all(".chip-remove")).toEqual([]);
  });
});

describe("an emergency", () => {
  it("stays in sight, is rung once, and goes with a new start only", async () => {
    replies = [bot("x", EMERGENCY)];
    const { page } = await talk();
    await page.send("droop");
    expect(alarm(page)).toEqual(["This needs help now"]);
    const rung = page.one(".alarm");
    expect(page.one<HTMLAnchorElement>(".alarm a").href).toBe("tel:999");
    replies = [bot("y", EMERGENCY)];
    await page.send("still");
    await push("message", bot("later"));
    expect(page.one(".alarm")).toBe(rung);
    server.history = [bot("x", EMERGENCY), bot("later")];
    const { page: again } = await reload();
    expect(alarm(again)).toEqual(["This needs help now"]);
    again.button("Start again").click();
    again
      .all("dialog button")
      .find(({ textContent }) => textContent === "Start again")!
      .click();
    await settle();
    expect(alarm(again)).toEqual([]);
    expect(again.one(".strip").hidden).toBe(false);
  });

  it("is in sight after a reload even while the history cannot be read", async () => {
    replies = [bot("x", EMERGENCY)];
    const { page: before } = await talk();
    await before.send("droop");
    delete server.routes["GET /api/conversations/messages"];
    const { page } = await reload();
    expect(alarm(page)).toEqual(["This needs help now"]);
  });

  it("asks for no feedback and offers nothing to press but calls", async () => {
    replies = [bot("x", EMERGENCY)];
    const { page } = await talk();
    await page.send("droop");
    expect(page.all(".card button, .choices")).toEqual([]);
  });
});

describe("after a reload", () => {
  it("is as the server kept it, with the labels that were offered, corrections and feedback", async () => {
    await talk();
    server.history = [
      { from: "person", id: "p1", text: "mine" },
      bot("one?", { ...QUESTION, ...CHIPS }),
      { from: "person", id: "p2", choices: ["y"] },
      bot("two?", QUESTION),
      { from: "person", id: "p3", choices: ["off"] },
      bot("advice", { ...ADVICE, feedback: { helpful: true } }),
      { from: "clinician", id: "c1", text: "Please ring us.", at: "2026-11-26T09:30:00Z" },
      { from: "person", id: "p4", choices: ["none", "not_sure"] },
      bot("three?", QUESTION),
    ];
    const { page } = await reload();
    expect(page.said).toEqual(["mine", "Yes", "Not so: twitching", "No, Not sure"]);
    expect(page.heard).toEqual(["Hello. What is troubling you?", "one?", "two?", "three?"]);
    expect(page.all(".turn").map(({ className }) => className.split(" ")[1])).toEqual(
      "bot person bot person bot person bot clinician person bot".split(" "),
    );
    expect(page.one(".feedback [aria-pressed=true]").textContent).toBe("Yes");
    expect(page.text(".choices button")).toEqual(["Yes", "No"]);
  });

  it("begins with consent in a tab of its own", async () => {
    await talk();
    sessionStorage.clear();
    const { page } = await reload();
    expect(page.has("I agree, start")).toBe(true);
  });
});

describe("two tabs", () => {
  it("stay in step: what the other says, what is answered, feedback, and the end", async () => {
    const { page } = await talk();
    const advice = bot("advice", ADVICE);
    await push("message", bot("?", QUESTION));
    await push("message", { from: "person", id: "far", choices: ["y"] });
    expect([page.said, page.all(".choices")]).toEqual([["Yes"], []]);
    await push("message", advice);
    await push("feedback", { message: advice.id, helpful: false });
    expect(page.one(".feedback [aria-pressed=true]").textContent).toBe("No");
    await push("erased", {});
    expect(page.one("h2").textContent).toBe("This conversation has ended or was deleted.");
    expect(page.one<HTMLAnchorElement>(".urgent-note a").href).toBe("tel:999");
    page.button("Start a new conversation").click();
    expect(page.has("I agree, start")).toBe(true);
  });

  it("catch up on what the stream missed", async () => {
    const { page } = await talk();
    server.history = [bot("missed")];
    server.sources.at(-1)?.end();
    await settle(1);
    expect(page.heard.at(-1)).toBe("missed");
    expect(server.sources).toHaveLength(2);
  });

  it("work without any stream", async () => {
    delete server.routes["GET /api/conversations/events"];
    replies = [bot("fine")];
    const { page } = await talk();
    await page.send("one");
    expect([page.heard.at(-1), state(page)]).toEqual(["fine", ""]);
    server.history = [{ from: "clinician", id: "c", text: "hello", by: "Ada {text} <b>", held: true }];
    await settle(60);
    expect(page.text(".clinician .said")).toEqual(["hello"]);
    expect(page.one(".clinician .who").textContent).toBe("From the clinic: Ada {text} <b>");
    expect(page.one(".clinician .aside").textContent).toBe(ENGLISH["clinician.answered_here"]);
    expect(state(page)).toBe("");
  });
});

describe("the end", () => {
  it("is a receipt, after a question, and the stream's word of it changes nothing", async () => {
    const receipt = {
      conversation: "number",
      erased_at: "2026-11-26T09:31:00Z",
      erased: { messages: 3, feedback: 0, new_kind: 2 },
    };
    server.routes["DELETE /api/conversations"] = async () => {
      await push("erased", {});
      return { receipt };
    };
    const { page } = await talk();
    page.button("Delete my conversation").click();
    page.button("Keep it").click();
    expect(server.asked("DELETE /api/conversations")).toEqual([]);
    page.button("Delete my conversation").click();
    page.button("Delete it").click();
    await settle();
    expect(page.one("h2").textContent).toBe("Your conversation is deleted");
    expect(page.one("dl").textContent).toContain("number");
    expect(page.text("dl li")).toEqual(["Messages: 3", "Other records: 2"]);
    expect(page.has("Print the receipt")).toBe(true);
    const { page: again } = await reload();
    expect(again.has("I agree, start")).toBe(true);
  });

  it("says when it could not be deleted", async () => {
    const { page } = await talk();
    page.button("Delete my conversation").click();
    page.button("Delete it").click();
    await settle();
    expect(state(page)).toBe(ENGLISH["delete.failed"]);
    expect(page.all(".thread")).toHaveLength(1);
  });

  it.each([401, 410])("is shown when the server no longer knows it (%i)", async (status) => {
    await talk();
    server.routes["GET /api/conversations/messages"] = () => refusal(status, "gone");
    const { page } = await reload();
    expect(page.one("h2").textContent).toBe("This conversation has ended or was deleted.");
    expect(page.has("Delete my conversation") && !page.one(".actions").hidden).toBe(false);
  });

  it("is not ended by a page of something in between, which is asked again", async () => {
    const { page } = await talk();
    server.routes["POST /api/conversations/messages"] = () => answer(401, "<html>Sign in to the network</html>");
    await page.send("My cheek twitches");
    expect(page.text(".mark-sent").join()).toContain(ENGLISH["message.waiting"]);
    server.routes["POST /api/conversations/messages"] = () => ({ messages: [bot("Any of these?")] });
    await settle(5);
    expect(page.text(".bot .bubble").at(-1)).toContain("Any of these?");
  });

  it("keeps the alarm where the history is refused", async () => {
    server.routes["POST /api/conversations/messages"] = () => ({
      messages: [bot("Call 999 now.", { kind: "emergency" })],
    });
    const { page } = await talk();
    await page.send("It droops");
    expect(page.one(".alarm-place").textContent).not.toBe("");
    server.routes["GET /api/conversations/messages"] = () => refusal(422, "bad_request", "No.");
    const again = await reload();
    expect(again.page.one(".alarm-place").textContent).not.toBe("");
  });
});

describe("looking up", () => {
  const look = async (page: Page, text: string) => {
    page.one<HTMLInputElement>("dialog input").value = text;
    page.one("dialog form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    await settle();
  };

  it("shows answers, nothing, an error and an emergency", async () => {
    let found: unknown = {
      answers: [{ shown: true, text: "Rest.", title: "Twitch" }],
      similar: [{ title: "Like it" }],
    };
    server.routes["POST /api/archive/search"] = () => found;
    const { page } = await talk();
    page.button("Look up answers").click();
    await look(page, "twitch & <b>");
    expect(server.asked("POST /api/archive/search")[0]?.body.text).toBe("twitch & <b>");
    expect(page.text("dialog .answer-title, dialog .similar strong")).toEqual(["Twitch", "Like it"]);
    found = { answers: [], similar: [] };
    await look(page, "zzz");
    expect(page.one(".search-state").textContent).toBe(ENGLISH["search.nothing"]);
    found = refusal(503, "archive_unavailable", "Not now.");
    await look(page, "x");
    expect(page.one(".search-state").textContent).toMatch(/Not now\..*call 999/);
    found = { answers: [], similar: [], message: "Call 999 now." };
    page.button("Try again now").click();
    await settle();
    expect(page.one(".search-state [role=alert]").textContent).toContain("Call 999 now.");
    expect(page.one<HTMLAnchorElement>(".search-state a").href).toBe("tel:999");
  });

  it("closes with Escape from the field, and gives the focus back", async () => {
    const { root, page } = await talk();
    page.button("Look up answers").focus();
    page.button("Look up answers").click();
    const field = page.one<HTMLInputElement>("dialog input");
    expect(root.activeElement).toBe(field);
    field.value = "text";
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
    expect(page.all("dialog")).toEqual([]);
    expect(root.activeElement).toBe(page.button("Look up answers"));
  });

  it("shows the answer to the newest question only", async () => {
    const waiting: (() => void)[] = [];
    server.routes["POST /api/archive/search"] = ({ body }) =>
      new Promise((resolve) =>
        waiting.push(() => resolve({ answers: [{ shown: true, text: "t", title: body.text }] })),
      );
    const { page } = await talk();
    page.button("Look up answers").click();
    await look(page, "first");
    expect(page.one(".search-state").textContent).toBe("Looking");
    await look(page, "second");
    waiting[1]!();
    await settle();
    waiting[0]!();
    await settle();
    expect(page.text("dialog .answer-title")).toEqual(["second"]);
  });
});

it("a page that may not use it is told so, and whom to call", async () => {
  const told = vi.spyOn(console, "error").mockImplementation(() => {});
  server.routes["POST /api/conversations"] = () => answer(403, { error: { code: "origin_refused", message: "no" } });
  const { page } = await mount();
  page.button("I agree, start").click();
  await settle();
  expect(page.one("h2").textContent).toBe("Signpost cannot be used on this page");
  expect(page.one<HTMLAnchorElement>(".urgent-note a").href).toBe("tel:999");
  expect(told.mock.lastCall?.[0]).toContain(`Add ${location.origin} to SIGNPOST_ORIGINS`);
});

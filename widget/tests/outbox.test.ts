// Messages on their way: their order, their ids, and what happens when the server does not take them.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api, type ApiError } from "../src/api";
import { Memory } from "../src/memory";
import { Outbox } from "../src/outbox";
import { answer, bot, fresh, HOME, refusal, Server, settle } from "./help";

const SAY = "POST /api/conversations/messages";
let server: Server;
let log: string[];
let open: Outbox[] = [];

function outbox(memory = new Memory(HOME)): Outbox {
  memory.set("token", "t");
  const made = new Outbox(new Api(HOME), memory, {
    sending: ({ label }) => log.push(`sending ${label}`),
    answered: ({ label }, messages) => log.push(`answered ${label} ${messages.map(({ text }) => text)}`),
    waiting: ({ label }, seconds) => log.push(`waiting ${label} ${seconds}`),
    refused: ({ label }, error: ApiError) => log.push(`refused ${label} ${error.code}`),
  });
  open.push(made);
  return made;
}

function say(box: Outbox, text: string): string {
  const { id } = box.put({ text }, text);
  box.start();
  return id;
}

beforeEach(() => {
  fresh();
  server = new Server();
  server.routes[SAY] = ({ body }) => ({ messages: [bot(`re ${body.text}`)] });
  log = [];
});
afterEach(() => {
  for (const each of open) each.close();
  open = [];
  vi.unstubAllGlobals();
});

describe("an outbox", () => {
  it("sends one after the other, in order, each with an id of its own", async () => {
    const box = outbox();
    const ids = ["one", "two", "three"].map((text) => say(box, text));
    await settle();
    expect(server.asked(SAY).map(({ body }) => body)).toEqual(
      ["one", "two", "three"].map((text, index) => ({ id: ids[index], text })),
    );
    expect(new Set(ids).size).toBe(3);
    expect(log).toEqual(["one", "two", "three"].flatMap((text) => [`sending ${text}`, `answered ${text} re ${text}`]));
  });

  it("keeps what was not sent, and sends it again with the same id, ever more seldom", async () => {
    const fine = server.routes[SAY]!;
    delete server.routes[SAY];
    const box = outbox();
    const id = say(box, "one");
    await settle();
    expect(log).toEqual(["sending one", "waiting one 2"]);
    await settle(1.9);
    expect(server.asked(SAY)).toHaveLength(1);
    await settle(0.2);
    await settle(4);
    expect(log.filter((line) => line.startsWith("waiting"))).toEqual([
      "waiting one 2",
      "waiting one 4",
      "waiting one 8",
    ]);
    server.routes[SAY] = fine;
    await settle(8);
    expect(log.at(-1)).toBe("answered one re one");
    expect(new Set(server.asked(SAY).map(({ body }) => body.id))).toEqual(new Set([id]));
    expect(box.items).toEqual([]);
  });

  it.each([429, 500, 502, 503])("waits as long as the server says (%i)", async (status) => {
    let busy = true;
    server.routes[SAY] = () => (busy ? refusal(status, "too_many", "", { "Retry-After": "17" }) : { messages: [] });
    say(outbox(), "one");
    await settle();
    expect(log).toEqual(["sending one", "waiting one 17"]);
    busy = false;
    await settle(16.9);
    expect(log).toHaveLength(2);
    await settle(0.2);
    expect(log.at(-1)).toBe("answered one ");
  });

  it("takes the page of a proxy for no answer", async () => {
    server.routes[SAY] = () => answer(200, null);
    say(outbox(), "one");
    await settle();
    expect(log.at(-1)).toBe("waiting one 2");
  });

  it("tells what is refused, and goes on with the next", async () => {
    server.routes[SAY] = ({ body }) => (body.text === "bad" ? refusal(422, "bad_message") : { messages: [] });
    const box = outbox();
    say(box, "bad");
    say(box, "good");
    await settle();
    expect(log).toEqual(["sending bad", "refused bad bad_message", "sending good", "answered good "]);
  });

  it("tries at once when the network is back, or the person asks", async () => {
    const fine = server.routes[SAY]!;
    delete server.routes[SAY];
    const box = outbox();
    say(box, "one");
    await settle();
    box.now();
    await settle();
    expect(server.asked(SAY)).toHaveLength(2);
    server.routes[SAY] = fine;
    window.dispatchEvent(new Event("online"));
    await settle();
    expect(log.at(-1)).toBe("answered one re one");
  });

  it("is there again after a reload", async () => {
    const fine = server.routes[SAY]!;
    delete server.routes[SAY];
    const first = outbox();
    const ids = [say(first, "one"), say(first, "two")];
    await settle();
    first.close();
    server.routes[SAY] = fine;
    log = [];
    const second = outbox();
    expect(second.items.map(({ id }) => id)).toEqual(ids);
    second.start();
    await settle();
    expect(log.filter((line) => line.startsWith("answered"))).toEqual(["answered one re one", "answered two re two"]);
    expect(new Memory(HOME).get("outbox")).toEqual([]);
  });

  it("survives a tab that is duplicated: both send the same id", async () => {
    delete server.routes[SAY];
    const one = outbox();
    const id = say(one, "one");
    await settle();
    const other = outbox(new Memory(HOME));
    server.routes[SAY] = () => ({ messages: [] });
    one.now();
    other.start();
    await settle();
    expect(server.asked(SAY).map(({ body }) => body.id)).toEqual([id, id, id]);
    expect([one.items, other.items]).toEqual([[], []]);
  });

  it("says nothing after it is closed", async () => {
    const box = outbox();
    say(box, "one");
    box.close();
    await settle();
    expect(log).toEqual(["sending one"]);
    expect(new Memory(HOME).get("outbox")).toHaveLength(1);
  });
});

describe("a memory", () => {
  it("goes on where the browser refuses to store", () => {
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
      throw new DOMException("no");
    });
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("no");
    });
    const memory = new Memory(HOME);
    memory.set("token", "t");
    expect(memory.get("token")).toBe("t");
    memory.forget();
    expect(memory.get("token")).toBeUndefined();
    vi.restoreAllMocks();
  });

  it.each(["{", "null", "3", '"x"'])("starts anew from what it cannot read: %s", (text) => {
    sessionStorage.setItem(`signpost ${HOME.href}`, text);
    expect(new Memory(HOME).get("token")).toBeUndefined();
  });

  it("is one for each server", () => {
    new Memory(HOME).set("token", "t");
    expect(new Memory(new URL("https://other.example/")).get("token")).toBeUndefined();
    expect(new Memory(HOME).get("token")).toBe("t");
  });

  it("forgets a conversation, and not that the panel is open", () => {
    const memory = new Memory(HOME);
    memory.set("open", true);
    memory.set("alarm", true);
    memory.forget();
    expect([memory.get("open"), memory.get("alarm")]).toEqual([true, undefined]);
  });
});

// The stream of events: read over the borders of chunks, opened again, and what is missed meanwhile.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../src/api";
import { Stream } from "../src/stream";
import { fresh, Source, settle } from "./help";

let log: unknown[];
let opened: (Source | ApiError)[];
let next: () => Source | ApiError;
let stream: Stream | null = null;

function start(): void {
  const open = async (signal: AbortSignal) => {
    const made = next();
    opened.push(made);
    if (made instanceof ApiError) throw made;
    signal.addEventListener("abort", () => made.fail());
    return { body: made.body } as unknown as Response;
  };
  const events = {
    event: (name: string, data: unknown) => log.push([name, data]),
    missed: () => log.push("missed"),
    ended: () => log.push("ended"),
  };
  stream = new Stream(open, events, () => 0);
}

const current = () => opened.at(-1) as Source;

beforeEach(() => {
  fresh();
  log = [];
  opened = [];
  next = () => new Source();
});
afterEach(() => stream?.close());

describe("a stream", () => {
  it("reads events over the borders of chunks and of characters", async () => {
    start();
    await settle();
    const bytes = new TextEncoder().encode(
      'event: message\ndata: {"text": "süß 🧠"}\n\n: still here\n\nevent: typing\ndata: {"on": true}\n\n',
    );
    for (const byte of bytes) current().bytes(Uint8Array.of(byte));
    await settle();
    expect(log).toEqual([
      ["message", { text: "süß 🧠" }],
      ["typing", { on: true }],
    ]);
  });

  it("passes over what is no JSON", async () => {
    start();
    await settle();
    current().send("event: message\ndata: {oops\n\n");
    current().event("typing", { on: false });
    await settle();
    expect(log).toEqual([["typing", { on: false }]]);
  });

  it("is opened again a second after its end, and what was missed is asked for", async () => {
    start();
    await settle();
    current().event("typing", { on: true });
    await settle();
    current().end();
    await settle(0.9);
    expect(opened).toHaveLength(1);
    await settle(0.2);
    expect(opened).toHaveLength(2);
    expect(log.at(-1)).toBe("missed");
    current().event("message", { id: "x" });
    await settle();
    expect(log.at(-1)).toEqual(["message", { id: "x" }]);
  });

  it("waits 1, 2, 4 ... 30 seconds while it fails, and starts over when it worked", async () => {
    next = () => new ApiError(503);
    start();
    await settle();
    const waits: number[] = [];
    for (let times = 0; times < 7; times += 1) {
      const before = opened.length;
      let seconds = 0;
      while (opened.length === before) {
        await settle(1);
        seconds += 1;
      }
      waits.push(seconds);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30]);
    next = () => new Source();
    await settle(30);
    current().event("typing", { on: false });
    await settle();
    const before = opened.length;
    current().fail();
    await settle(1);
    expect(opened).toHaveLength(before + 1);
  });

  it("asks for the history where no stream ever gets through", async () => {
    next = () => new ApiError(0);
    start();
    await settle(1 + 2);
    expect(log).toEqual([]);
    await settle(4 + 8);
    expect(log).toContain("missed");
  });

  it("does not hammer a server that ends every stream at once", async () => {
    next = () => {
      const source = new Source();
      source.end();
      return source;
    };
    start();
    await settle(20);
    expect(opened.length).toBeLessThan(7);
  });

  it.each([
    [401, "bad_token"],
    [410, "gone"],
  ])("ends with the conversation (%i)", async (status, code) => {
    next = () => new ApiError(status, { code });
    start();
    await settle(100);
    expect(log).toEqual(["ended"]);
    expect(opened).toHaveLength(1);
  });

  it("goes on where a 401 is not our server's", async () => {
    next = () => new ApiError(401);
    start();
    await settle(100);
    expect(log).not.toContain("ended");
    expect(opened.length).toBeGreaterThan(2);
  });

  it("is silent once it is closed", async () => {
    start();
    await settle();
    stream?.close();
    current().event("typing", { on: true });
    await settle(60);
    expect(log).toEqual([]);
    expect(opened).toHaveLength(1);
  });

  it("does not trust an old connection when the tab is looked at again", async () => {
    start();
    await settle(60);
    document.dispatchEvent(new Event("visibilitychange"));
    await settle(1);
    expect(opened).toHaveLength(2);
    vi.restoreAllMocks();
  });
});

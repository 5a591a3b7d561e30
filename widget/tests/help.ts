// What the tests share: the real English words, a server at the network's border, and a widget in a page.

import { readFileSync } from "node:fs";
import { vi } from "vitest";
import { define, type SignpostChat } from "../src/element";
import type { Item, Texts } from "../src/types";
import { Words } from "../src/words";

const FILE = "../knowledge/messages/en/widget.json";
export const HOME = new URL("https://signpost.example/");

type Nested = { [key: string]: string | Nested };

function flat(group: Nested, prefix = ""): Record<string, string> {
  const parts = Object.entries(group).map(([key, value]) =>
    typeof value === "string" ? { [prefix + key]: value } : flat(value, `${prefix}${key}.`),
  );
  return Object.assign({}, ...parts);
}

export const ENGLISH = flat(JSON.parse(readFileSync(FILE, "utf8")));

/** What the server gives as texts. */
export function texts(changes: Partial<Texts> = {}): Texts {
  const numbers = { emergency_number: "999", urgent_number: "111" };
  return { language: "en", direction: "ltr", texts: ENGLISH, numbers, demonstration: false, allowed: true, ...changes };
}

export const words = new Words(texts());

export interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: Record<string, unknown>;
  signal: AbortSignal;
}

type Handler = (request: Request) => unknown;

/** An answer that is no plain 200. */
export function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  return { __status: status, body, headers };
}

export function refusal(status: number, code: string, message = "", headers: Record<string, string> = {}) {
  return answer(status, { error: { code, message } }, headers);
}

/** A stream of server-sent events that a test feeds. */
export class Source {
  #queue: (Uint8Array | null)[] = [];
  #wake: (() => void) | null = null;
  #error: Error | null = null;

  send(text: string): void {
    this.bytes(new TextEncoder().encode(text));
  }

  bytes(chunk: Uint8Array): void {
    this.#queue.push(chunk);
    this.#wake?.();
  }

  event(name: string, data: unknown): void {
    this.send(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  end(): void {
    this.#queue.push(null);
    this.#wake?.();
  }

  fail(): void {
    this.#error = new TypeError("network");
    this.#wake?.();
  }

  readonly body = {
    getReader: () => ({
      read: async () => {
        while (!this.#queue.length) {
          if (this.#error) throw this.#error;
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        const value = this.#queue.shift();
        return value ? { done: false, value } : { done: true, value: undefined };
      },
    }),
  };
}

/** A server of handlers by "METHOD path"; what has none is a network error. */
export class Server {
  readonly requests: Request[] = [];
  readonly sources: Source[] = [];
  readonly routes: Record<string, Handler> = {
    "GET /api/texts": () => texts(),
    "POST /api/conversations": () => answer(201, { token: "token-1", messages: [GREETING] }),
    "GET /api/conversations/messages": () => ({ messages: this.history }),
    "POST /api/conversations/messages": () => ({ messages: [] }),
    "GET /api/conversations/events": () => this.source(),
  };
  history: Item[] = [];

  constructor() {
    vi.stubGlobal("fetch", (url: URL, init: RequestInit) => this.#fetch(new URL(url), init));
  }

  source(): Source {
    const source = new Source();
    this.sources.push(source);
    return source;
  }

  asked(route: string): Request[] {
    return this.requests.filter(({ method, path }) => `${method} ${path}` === route);
  }

  async #fetch(url: URL, init: RequestInit): Promise<unknown> {
    const request: Request = {
      method: init.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      headers: init.headers as Record<string, string>,
      body: init.body ? JSON.parse(String(init.body)) : {},
      signal: init.signal as AbortSignal,
    };
    this.requests.push(request);
    const handler = this.routes[`${request.method} ${request.path}`];
    if (!handler) throw new TypeError("Failed to fetch");
    const given = await handler(request);
    if (given instanceof Source) {
      request.signal.addEventListener("abort", () => given.fail());
      return { ok: true, status: 200, headers: new Headers(), body: given.body };
    }
    const {
      __status: status,
      body,
      headers,
    } = given && typeof given === "object" && "__status" in given
      ? (given as ReturnType<typeof answer>)
      : answer(200, given);
    return { ok: status < 400, status, headers: new Headers(headers), json: async () => structuredClone(body) };
  }
}

export const GREETING: Item = { id: "g1", kind: "greeting", text: "Hello. What is troubling you?" };

let n = 0;
/** A bot's item of the history. */
export function bot(text: string, more: Record<string, unknown> = {}): Item {
  n += 1;
  return { from: "bot", id: `b${n}`, kind: "notice", text, ...more } as Item;
}

/** Wait until what was begun is done, without waiting for the clock. */
export async function settle(seconds = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

/** A widget in the page; `root` is what it shows. */
export async function mount(attributes: Record<string, string> = { display: "page" }) {
  define(HOME);
  const element = document.createElement("signpost-chat") as SignpostChat;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append("Call 999 in an emergency.");
  document.body.append(element);
  await settle();
  const root = element.shadowRoot!;
  return { element, root, page: new Page(root) };
}

/** A widget in the middle of a conversation that was agreed to. */
export async function talk(attributes?: Record<string, string>) {
  const mounted = await mount(attributes);
  mounted.page.button("I agree, start").click();
  await settle();
  return mounted;
}

/** The same tab after a reload: what it remembers stays. */
export async function reload(attributes?: Record<string, string>) {
  document.body.replaceChildren();
  return mount(attributes);
}

/** What a person sees and does. */
export class Page {
  constructor(readonly root: ShadowRoot) {}

  all<Kind extends HTMLElement = HTMLElement>(selector: string): Kind[] {
    return [...this.root.querySelectorAll<Kind>(selector)];
  }

  one<Kind extends HTMLElement = HTMLElement>(selector: string): Kind {
    const found = this.root.querySelector<Kind>(selector);
    if (!found) throw new Error(`no ${selector} in ${this.root.textContent}`);
    return found;
  }

  text(selector: string): string[] {
    return this.all(selector).map(({ textContent }) => textContent ?? "");
  }

  button(name: string): HTMLButtonElement {
    const named = (each: HTMLElement) => each.getAttribute("aria-label") ?? each.textContent;
    const found = this.all<HTMLButtonElement>("button").filter((each) => named(each)?.trim() === name);
    if (found.length !== 1)
      throw new Error(`${found.length} buttons named ${name}: ${this.text("button").join(" | ")}`);
    return found[0]!;
  }

  has(name: string): boolean {
    return this.all("button").some((each) => (each.getAttribute("aria-label") ?? each.textContent)?.trim() === name);
  }

  async send(text: string): Promise<void> {
    const box = this.one<HTMLTextAreaElement>("#message");
    box.value = text;
    box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    await settle();
  }

  get said(): string[] {
    return this.text(".turn.person .said");
  }

  get heard(): string[] {
    return this.text(".turn.bot > .bubble > .said");
  }
}

/** A fresh browser for each test. */
export function fresh(): void {
  vi.useFakeTimers();
  sessionStorage.clear();
  document.body.replaceChildren();
  document.documentElement.removeAttribute("lang");
  vi.spyOn(Math, "random").mockReturnValue(0);
}

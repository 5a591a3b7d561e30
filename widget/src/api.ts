// The chat API, as the widget uses it.

import type { BotItem, Content, Found, Item, Receipt, Texts } from "./types";

const PATIENCE = 30_000;
// Seconds that the stream of events is asked to last.
const STREAM = 1800;

interface Asked {
  token?: string;
  body?: unknown;
  signal?: AbortSignal;
  accept?: string;
}

/** What went wrong: `status` 0 where no answer came at all; `code`, `message` and `hint` as the server gave them. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(
    readonly status: number,
    error: { code?: string; message?: string; hint?: string } = {},
    readonly wait = 0,
  ) {
    super(error.message ?? "");
    this.code = error.code ?? "";
    this.hint = error.hint ?? "";
  }

  /**
   * Whether the same request may work later: no answer, a server at its limits, or one that is failing; and an answer
   * that is not our server's, but of something on the way to it.
   */
  get passes(): boolean {
    return !this.code || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** Whether the conversation itself is at an end. */
  get ended(): boolean {
    return ["no_token", "bad_token", "gone"].includes(this.code);
  }

  /** Whether the page that the widget stands in may not use it. */
  get barred(): boolean {
    return this.code === "origin_refused";
  }
}

/** Anything that was thrown, as an ApiError: what is not one is a fault of the way there. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0);
}

export class Api {
  constructor(readonly home: URL) {}

  /** The words of the widget in the nearest language there is. */
  texts(language: string, signal: AbortSignal): Promise<Texts> {
    return this.#call("GET", `api/texts?language=${encodeURIComponent(language)}`, { signal });
  }

  /** A new conversation: its token and the greeting. */
  open(): Promise<{ token: string; messages: BotItem[] }> {
    return this.#call("POST", "api/conversations", { body: { consent: true } });
  }

  /** Say something; the same `id` is answered once, however often it is sent. */
  say(token: string, id: string, content: Content): Promise<{ messages: BotItem[] }> {
    return this.#call("POST", "api/conversations/messages", { token, body: { id, ...content } });
  }

  /** Everything that was said, oldest first. */
  history(token: string): Promise<{ messages: Item[] }> {
    return this.#call("GET", "api/conversations/messages", { token });
  }

  /** Delete the conversation; the receipt. */
  erase(token: string): Promise<{ receipt: Receipt }> {
    return this.#call("DELETE", "api/conversations", { token });
  }

  /** Say whether an advice was helpful, or change that. */
  feedback(token: string, message: string, helpful: boolean, comment?: string): Promise<unknown> {
    return this.#call("POST", "api/conversations/feedback", { token, body: { message, helpful, comment } });
  }

  /** Answered questions of the archive that are like a text. */
  search(token: string, text: string): Promise<Found> {
    // Posted, so that no log of addresses on the way holds what somebody asks about.
    return this.#call("POST", "api/archive/search", { token, body: { text } });
  }

  /** What happens in the conversation, as a stream of server-sent events. */
  events(token: string, signal: AbortSignal): Promise<Response> {
    const asked = { token, signal, accept: "text/event-stream" };
    return this.#fetch("GET", `api/conversations/events?seconds=${STREAM}`, asked);
  }

  async #call<Answer>(method: string, path: string, asked: Asked): Promise<Answer> {
    const limit = AbortSignal.timeout(PATIENCE);
    const signal = asked.signal ? AbortSignal.any([asked.signal, limit]) : limit;
    const response = await this.#fetch(method, path, { ...asked, signal });
    const data = await response.json().catch(() => null);
    // A page of a proxy in between is no answer of ours.
    if (data === null || typeof data !== "object") throw new ApiError(0);
    return data;
  }

  async #fetch(method: string, path: string, { token, body, signal, accept }: Asked): Promise<Response> {
    const headers: Record<string, string> = { Accept: accept ?? "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    const init: RequestInit = { method, headers, credentials: "omit", cache: "no-store", signal: signal ?? null };
    if (body) init.body = JSON.stringify(body);
    const response = await fetch(new URL(path, this.home), init).catch(() => {
      throw new ApiError(0);
    });
    if (response.ok) return response;
    const data = await response.json().catch(() => null);
    throw new ApiError(response.status, data?.error, Number(response.headers.get("Retry-After")) || 0);
  }
}

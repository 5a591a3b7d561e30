// Messages on their way: one at a time, in order, each with the id it was born with, until the server has answered.

import { type Api, type ApiError, asApiError } from "./api";
import type { Memory, Outgoing } from "./memory";
import type { BotItem, Content } from "./types";
import { backoff } from "./waits";

// However long the server asks to wait: after that a person would think it broken.
const LONGEST = 300;

export interface OutboxEvents {
  sending(item: Outgoing): void;
  answered(item: Outgoing, messages: BotItem[]): void;
  waiting(item: Outgoing, seconds: number, error: ApiError): void;
  refused(item: Outgoing, error: ApiError): void;
}

export class Outbox {
  readonly items: Outgoing[];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #busy = false;
  #tries = 0;
  #closed = false;

  constructor(
    private readonly api: Api,
    private readonly memory: Memory,
    private readonly events: OutboxEvents,
  ) {
    this.items = memory.get("outbox") ?? [];
    window.addEventListener("online", this.now);
  }

  /** Whether messages wait for a later try. */
  get held(): boolean {
    return this.#timer !== null;
  }

  /** A message in. Its id is made here, once. `start` sends it. */
  put(content: Content, label: string): Outgoing {
    const item = { id: newMessageId(), content, label };
    this.items.push(item);
    this.#keep();
    return item;
  }

  /** Send what is there, unless it is being sent or waits for its time. */
  start(): void {
    if (!this.#timer) void this.#next();
  }

  /** Try again at once: the person asked for it, or the network came back. */
  readonly now = (): void => {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    void this.#next();
  };

  /** Stop. What is not sent stays remembered, unless the memory forgets it. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    window.removeEventListener("online", this.now);
    this.#closed = true;
  }

  async #next(): Promise<void> {
    const item = this.items[0];
    if (this.#busy || this.#closed || !item) return;
    this.#busy = true;
    this.events.sending(item);
    let tell: () => void;
    try {
      const { messages } = await this.api.say(this.memory.get("token") ?? "", item.id, item.content);
      tell = () => this.events.answered(item, messages ?? []);
    } catch (error) {
      tell = this.#failed(item, asApiError(error));
    }
    this.#busy = false;
    if (this.#closed) return;
    if (!this.#timer) this.#done();
    tell();
    this.start();
  }

  #failed(item: Outgoing, error: ApiError): () => void {
    if (this.#closed || !error.passes) return () => this.events.refused(item, error);
    const seconds = Math.min(LONGEST, error.wait || backoff(this.#tries, 2));
    this.#tries += 1;
    this.#timer = setTimeout(this.now, seconds * 1000);
    return () => this.events.waiting(item, seconds, error);
  }

  #done(): void {
    this.#tries = 0;
    this.items.shift();
    this.#keep();
  }

  #keep(): void {
    this.memory.set("outbox", this.items);
  }
}

function newMessageId(): string {
  // A page without https has no randomUUID.
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

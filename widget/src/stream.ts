// The stream of events of a conversation: opened again whenever it ends, until the conversation itself does.

import { createParser } from "eventsource-parser";
import { asApiError } from "./api";
import { backoff, pause } from "./waits";

// A stream that lived so long, in milliseconds, was a good one: the next is opened without delay.
const GOOD = 5000;
// After so long without a byte, a tab that is looked at again does not trust the connection it had.
const STALE = 45_000;

export interface StreamEvents {
  event(name: string, data: unknown): void;
  /** Opened anew, or failing for a while: something may have been missed. */
  missed(): void;
  ended(): void;
}

export class Stream {
  readonly #stop = new AbortController();
  #current: AbortController | null = null;
  #heard = Date.now();

  constructor(
    private readonly open: (signal: AbortSignal) => Promise<Response>,
    private readonly events: StreamEvents,
    private readonly random: () => number = Math.random,
  ) {
    document.addEventListener("visibilitychange", this.#looked);
    void this.#run();
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.#looked);
    this.#stop.abort();
    this.#current?.abort();
  }

  readonly #looked = (): void => {
    if (document.visibilityState === "visible" && Date.now() - this.#heard > STALE) this.#current?.abort();
  };

  async #run(): Promise<void> {
    let tries = 0;
    let opened = false;
    while (!this.#stop.signal.aborted) {
      const began = Date.now();
      this.#current = new AbortController();
      try {
        const response = await this.open(this.#current.signal);
        if (opened || tries > 0) this.events.missed();
        opened = true;
        if (await this.#read(response)) tries = 0;
      } catch (error) {
        const { ended, barred } = asApiError(error);
        if (this.#stop.signal.aborted || barred) return;
        if (ended) return this.events.ended();
        // Where streams do not get through at all, the history is asked instead, ever more seldom.
        if (tries >= 3) this.events.missed();
      }
      if (Date.now() - began >= GOOD) tries = 0;
      await pause(backoff(tries) * (1 + this.random() / 4), this.#stop.signal);
      tries += 1;
    }
  }

  /** Reads to the end; whether anything came. */
  async #read(response: Response): Promise<boolean> {
    const reader = response.body?.getReader();
    if (!reader) return false;
    let came = false;
    const decoder = new TextDecoder();
    const parser = createParser({
      onEvent: ({ event, data }) => {
        came = true;
        if (!this.#stop.signal.aborted) this.#tell(event ?? "message", data);
      },
    });
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return came;
        this.#heard = Date.now();
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } catch {
      // A connection that breaks is one that ends.
      return came;
    }
  }

  #tell(name: string, data: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(data);
    } catch {
      return;
    }
    this.events.event(name, parsed);
  }
}

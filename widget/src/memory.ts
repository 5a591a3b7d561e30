// What this tab remembers until it is closed: the token, what is not sent yet, the greeting, and how the widget stood.
// No answers and no history.

import type { Content, Item } from "./types";

/** A message on its way to the server. */
export interface Outgoing {
  id: string;
  content: Content;
  label: string;
}

interface Held {
  token?: string;
  greeting?: Item[];
  outbox?: Outgoing[];
  /** Whether an emergency was answered, so that the number stands there before the history is read. */
  alarm?: boolean;
  /** How many messages of the bot and the clinic were seen. */
  seen?: number;
  /** Whether the panel is open. */
  open?: boolean;
}

const memories = new Map<string, Memory>();

/** Remembers in sessionStorage; where a browser forbids that, only until the page is left. */
export class Memory {
  readonly #key: string;
  #held: Held = {};

  constructor(home: URL) {
    this.#key = `signpost ${home.href}`;
    this.#read();
  }

  /** The page's one memory of a server: two elements, or one that is taken out and put back, share what is known. */
  static of(home: URL): Memory {
    const known = memories.get(home.href);
    if (known) known.#read();
    const memory = known ?? new Memory(home);
    memories.set(home.href, memory);
    return memory;
  }

  get<Name extends keyof Held>(name: Name): Held[Name] {
    return this.#held[name];
  }

  set<Name extends keyof Held>(name: Name, value: Held[Name]): void {
    this.#held[name] = value;
    this.#keep();
  }

  /** Forget the conversation; whether the panel is open is no part of it. */
  forget(): void {
    const { open } = this.#held;
    this.#held = open === undefined ? {} : { open };
    this.#keep();
  }

  #read(): void {
    try {
      const held: unknown = JSON.parse(sessionStorage.getItem(this.#key) ?? "{}");
      this.#held = held && typeof held === "object" ? held : {};
    } catch {
      // Not to be read, or not ours: what is known so far stays.
    }
  }

  #keep(): void {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(this.#held));
    } catch {
      // Private windows may refuse: the conversation then ends with the page, and nothing else breaks.
    }
  }
}

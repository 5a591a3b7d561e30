// What this tab remembers until it is closed: the token, what is not sent yet, and the greeting. No answers, no history.

const KEY = "signpost";

/** Remembers in sessionStorage; where a browser forbids that, only until the page is left. */
export class Memory {
  #held = {};

  constructor() {
    try {
      this.#held = JSON.parse(sessionStorage.getItem(KEY) ?? "{}") ?? {};
    } catch {
      this.#held = {};
    }
  }

  get(name, otherwise = null) {
    return this.#held[name] ?? otherwise;
  }

  set(name, value) {
    this.#held[name] = value;
    this.#keep();
  }

  clear() {
    this.#held = {};
    this.#keep();
  }

  #keep() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.#held));
    } catch {
      // Private windows may refuse: the conversation then ends with the page, and nothing else breaks.
    }
  }
}

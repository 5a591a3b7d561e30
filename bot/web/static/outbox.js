// Messages on their way: one at a time, in order, each with the id it was born with, until the server has answered.

const WAITS = [2, 4, 8, 15, 30];

/** Sends what is put in. `events`: sending(item), answered(item, messages), waiting(item, seconds), refused(item, error). */
export class Outbox {
  #timer = null;
  #busy = false;
  #tries = 0;

  constructor(api, memory, events) {
    this.api = api;
    this.memory = memory;
    this.events = events;
    this.items = memory.get("outbox", []);
    this.onOnline = () => this.now();
    window.addEventListener("online", this.onOnline);
  }

  /** A message in. Its id is made here, once. */
  put(content, label) {
    const item = { id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, content, label };
    this.items.push(item);
    this.#keep();
    this.#next();
    return item;
  }

  /** Try again at once: the person asked for it, or the network came back. */
  now() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#next();
  }

  /** Drop everything and stop. */
  close() {
    clearTimeout(this.#timer);
    window.removeEventListener("online", this.onOnline);
    this.items = [];
    this.#keep();
    this.closed = true;
  }

  async #next() {
    if (this.#busy || this.#timer || this.closed || !this.items.length) return;
    this.#busy = true;
    const item = this.items[0];
    this.events.sending(item);
    try {
      const { messages } = await this.api.say(this.memory.get("token"), item.id, item.content);
      if (this.closed) return;
      this.#tries = 0;
      this.#done();
      this.events.answered(item, messages);
    } catch (error) {
      if (this.closed) return;
      if (error.passes) this.#later(item, error);
      else if (error.status) {
        this.#done();
        this.events.refused(item, error);
      } else throw error;
    } finally {
      this.#busy = false;
    }
    this.#next();
  }

  #later(item, error) {
    const seconds = error.wait || WAITS[Math.min(this.#tries, WAITS.length - 1)];
    this.#tries += 1;
    this.#timer = setTimeout(() => this.now(), seconds * 1000);
    this.events.waiting(item, seconds);
  }

  #done() {
    this.items.shift();
    this.#keep();
  }

  #keep() {
    this.memory.set("outbox", this.items);
  }
}

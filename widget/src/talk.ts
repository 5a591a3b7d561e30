// A conversation under way: what the person says is sent, what the server says is shown, by answer, by stream or by history.

import { type Api, type ApiError, asApiError } from "./api";
import type { Frame } from "./frame";
import type { Memory, Outgoing } from "./memory";
import { Outbox } from "./outbox";
import { Stream } from "./stream";
import { Thread } from "./thread";
import type { BotItem, Content, Item } from "./types";
import { backoff, pause } from "./waits";
import type { Words } from "./words";

export interface TalkTools {
  api: Api;
  words: Words;
  memory: Memory;
  frame: Frame;
  /** How many messages of the bot and the clinic there are, and what has just come. */
  arrived(count: number, fresh: readonly Item[]): void;
}

export interface TalkEvents {
  /** Whether an error ends the conversation; then that is shown. */
  over(error: ApiError): boolean;
  /** It was deleted, here or in another tab, or the server no longer knows it. */
  ended(): void;
}

export class Talk {
  readonly thread: Thread;
  readonly #token: string;
  readonly #outbox: Outbox;
  #stream: Stream | null = null;
  /** Aborted when the conversation is left, so that nothing late is shown in the next. */
  readonly #life = new AbortController();
  #loading = false;

  constructor(
    private readonly tools: TalkTools,
    private readonly events: TalkEvents,
  ) {
    const { api, memory, words } = tools;
    this.#token = memory.get("token") ?? "";
    this.#outbox = new Outbox(api, memory, {
      sending: ({ id }) => this.thread.mark(id, "sending"),
      answered: (item, messages) => this.#answered(item, messages),
      waiting: (item, seconds) => this.#waiting(item, seconds),
      refused: (item, error) => this.#refused(item, error),
    });
    this.thread = new Thread(words, api.home, {
      say: (content, label) => this.#say(content, label),
      alarm: (rings) => this.#ring(rings),
      feedback: (message, helpful, comment) => api.feedback(this.#token, message, helpful, comment),
    });
  }

  /** A new conversation, with the greeting. */
  begin(greeting: readonly Item[]): void {
    this.thread.add(greeting);
    if (this.tools.words.demonstration) this.thread.examples();
    this.thread.focus();
    this.#listen();
  }

  /** One that was begun before: shown as it is remembered, then as the server kept it. */
  async resume(): Promise<void> {
    const { memory } = this.tools;
    const rings = memory.get("alarm") === true;
    this.thread.add(memory.get("greeting") ?? []);
    if (rings) this.#ring(true);
    for (const { id, label } of this.#outbox.items) {
      this.thread.said(id, label);
      this.thread.mark(id, "waiting");
    }
    await this.#load(true);
  }

  /** Stop. What is not sent yet stays remembered. */
  stop(): void {
    this.#life.abort();
    this.#outbox.close();
    this.#stream?.close();
  }

  #ring(rings: boolean): void {
    this.tools.frame.alarm(rings);
    this.tools.memory.set("alarm", rings);
  }

  /** Read the history until it is there; `first` shows it as the whole, else what was missed is added. */
  async #load(first = false): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    const { api, frame, words } = this.tools;
    const { signal } = this.#life;
    for (let tries = 0; !signal.aborted; tries += 1) {
      try {
        const { messages } = await api.history(this.#token);
        if (signal.aborted) return;
        this.#loading = false;
        if (first && tries > 0) frame.state("");
        return first ? this.#restored(messages) : this.#add(messages.map(named));
      } catch (thrown) {
        const error = asApiError(thrown);
        if (signal.aborted) return;
        if (!error.passes) {
          this.#loading = false;
          if (this.events.over(error)) return;
          // What is remembered stays as it is shown, above all the alarm.
          if (first) this.#go();
          return frame.state(error.message || words.t("state.failed"));
        }
        const seconds = error.wait || backoff(tries);
        if (first) frame.state(this.#unreached(seconds));
        await pause(seconds, signal);
      }
    }
  }

  #restored(messages: readonly Item[]): void {
    this.thread.restore([...(this.tools.memory.get("greeting") ?? []), ...messages.map(named)]);
    this.tools.arrived(this.thread.count, []);
    this.#go();
  }

  #go(): void {
    this.#outbox.start();
    this.#listen();
  }

  #listen(): void {
    this.#stream?.close();
    this.#stream = new Stream((signal) => this.tools.api.events(this.#token, signal), {
      event: (name, data) => this.#event(name, data as Record<string, unknown>),
      missed: () => {
        this.thread.typing(false);
        void this.#load();
      },
      ended: () => this.events.ended(),
    });
  }

  #say(content: Content, label: string): void {
    const item = this.#outbox.put(content, label);
    // Until the history is there, what is written waits for it.
    const ready = !this.#loading || this.#stream !== null;
    this.thread.said(item.id, label);
    this.thread.mark(item.id, ready && !this.#outbox.held ? "sending" : "waiting");
    if (ready) this.#outbox.start();
  }

  #answered({ id }: Outgoing, messages: readonly BotItem[]): void {
    this.tools.frame.state("");
    this.thread.mark(id, "sent");
    this.#add(messages.map(named));
  }

  #waiting({ id }: Outgoing, seconds: number): void {
    const { frame, words } = this.tools;
    this.thread.mark(id, "waiting");
    frame.state(this.#unreached(seconds), words.t("state.retry"), () => this.#outbox.now());
  }

  #refused({ id, content }: Outgoing, error: ApiError): void {
    this.thread.mark(id, "refused");
    if (this.events.over(error)) return;
    this.tools.frame.state("");
    this.thread.trouble(error.message || this.tools.words.t("state.failed"));
    if ("text" in content) this.thread.composer.restore(content.text);
  }

  #event(name: string, data: Record<string, unknown>): void {
    if (!data || typeof data !== "object") return;
    if (name === "typing") this.thread.typing(data.on === true);
    else if (name === "feedback") this.thread.rated(String(data.message), data.helpful === true);
    else if (name === "erased") this.events.ended();
    else if (name === "message") this.#add([named(data as unknown as Item)]);
  }

  #add(items: readonly Item[]): void {
    const fresh = this.thread.add(items);
    if (fresh.some(({ from }) => from === "bot")) this.thread.typing(false);
    this.tools.arrived(this.thread.count, fresh);
  }

  #unreached(seconds: number): string {
    const { words } = this.tools;
    if (!navigator.onLine) return words.t("state.offline");
    return words.t("state.retrying", { time: words.seconds(seconds) });
  }
}

/** A reply of a message's own answer says not who it is from: it is the bot's. */
function named(item: Item): Item {
  return item.from ? item : { ...item, from: "bot" };
}

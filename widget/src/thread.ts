// The conversation as it is seen: what was said by all sides, the choices of the last question, and the place to write.

import { card, isSpoken } from "./card";
import { choices, disable } from "./choices";
import { Composer } from "./composer";
import { focusedBeside, h, unseen } from "./dom";
import { Feedback } from "./feedback";
import { Labels } from "./labels";
import { botTurn, cardTurn, clinicianTurn, personTurn, troubleTurn } from "./turns";
import type { BotItem, Content, Item } from "./types";
import { Understanding } from "./understanding";
import type { Words } from "./words";

export type Sending = "sending" | "sent" | "waiting" | "refused";

export interface ThreadEvents {
  say(content: Content, label: string): void;
  /** An emergency was answered, or a case begins anew. */
  alarm(rings: boolean): void;
  feedback(message: string, helpful: boolean, comment?: string): Promise<unknown>;
}

// Pixels from the end within which a reader is taken to follow the conversation.
const NEAR = 160;

export class Thread {
  readonly element: HTMLElement;
  readonly composer: Composer;
  readonly #log: HTMLElement;
  readonly #typing: HTMLElement;
  readonly #choices = h("div", { class: "choice-place" });
  readonly #scroller: HTMLElement;
  readonly #known = new Map<string, Item>();
  readonly #marks = new Map<string, HTMLElement>();
  readonly #states = new Map<string, Sending>();
  readonly #feedback = new Map<string, Feedback>();
  #labels: Labels;
  #understanding: Understanding;
  /** What an older conversation says of the alarm so far, while it is being shown again; null while nothing is. */
  #ringing: boolean | null = null;

  constructor(
    private readonly words: Words,
    private readonly home: URL,
    private readonly events: ThreadEvents,
  ) {
    const { t } = words;
    this.#labels = new Labels(words);
    this.#understanding = this.#newUnderstanding();
    this.#log = h("div", {
      class: "log",
      role: "log",
      "aria-live": "polite",
      "aria-label": t("page.conversation"),
    });
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.#typing = h("p", { class: "typing", hidden: true }, dots, unseen(t("message.typing")));
    const column = h("div", { class: "column" }, this.#log, this.#typing, this.#choices);
    this.#scroller = h("div", { class: "scroller", tabindex: "0" }, column);
    this.composer = new Composer(words, (text) => events.say({ text }, text));
    this.element = h("div", { class: "thread" }, this.#scroller, this.composer.element);
  }

  /** How many messages the bot and the clinic wrote, the greeting aside. */
  get count(): number {
    return [...this.#known.values()].filter((item) => item.from !== "person" && !isGreeting(item)).length;
  }

  /** Something the person says just now. */
  said(id: string, label: string): void {
    this.add([{ from: "person", id, text: label }]);
    this.#toEnd();
  }

  /** How it stands with sending a message of the person's. */
  mark(id: string, state: Sending): void {
    this.#states.set(id, state);
    const mark = this.#marks.get(id);
    if (mark) mark.textContent = state === "waiting" || state === "refused" ? this.words.t(`message.${state}`) : "";
    if (state === "refused") this.#understanding.allow();
    this.typing(state === "sending");
  }

  /** Whether the bot is working on an answer. */
  typing(on: boolean): void {
    const near = this.#near();
    this.#typing.hidden = !on;
    if (on && near) this.#toEnd();
  }

  /** Show what is not shown yet. A reply may come twice, by its own way and by the stream: it is shown once. */
  add(items: readonly Item[]): Item[] {
    const near = this.#near();
    let first: HTMLElement | null = null;
    const fresh: Item[] = [];
    for (const item of items) {
      if (this.#known.has(keyOf(item))) continue;
      this.#known.set(keyOf(item), item);
      fresh.push(item);
      const turn = this.#show(item);
      this.#log.append(turn);
      first ??= turn;
    }
    if (first && near) this.#toStart(first);
    return fresh;
  }

  /** The conversation as the server kept it; what it does not know of yet comes after. */
  restore(items: readonly Item[]): void {
    const before = [...this.#known.values()];
    this.#log.setAttribute("aria-live", "off");
    this.#log.replaceChildren();
    this.#known.clear();
    this.#marks.clear();
    this.#feedback.clear();
    this.#labels = new Labels(this.words);
    this.#understanding = this.#newUnderstanding();
    this.#choices.replaceChildren();
    this.#ringing = false;
    this.add([...items, ...before]);
    this.events.alarm(this.#ringing);
    this.#ringing = null;
    for (const [id, state] of this.#states) this.mark(id, state);
    this.#log.setAttribute("aria-live", "polite");
    this.#toEnd();
  }

  /** Something went wrong with what the person said; it stands in the conversation, and nowhere else. */
  trouble(text: string): void {
    this.#log.append(troubleTurn(this.words, text));
    this.#toEnd();
  }

  /** Feedback that was given, here or in another tab. */
  rated(message: string, helpful: boolean): void {
    this.#feedback.get(message)?.show(helpful);
  }

  /** Messages to begin with, for a demonstration. */
  examples(): void {
    const { t, said } = bound(this.words);
    const texts = ["one", "two", "three"].map((name) => t(`try.${name}`));
    const pick = (text: string) => {
      const press = () => {
        disable(this.#choices);
        this.events.say({ text }, text);
      };
      return h("button", { type: "button", class: "example", onclick: press }, said(text));
    };
    this.#choices.append(h("fieldset", { class: "choices" }, h("legend", {}, t("try.title")), texts.map(pick)));
  }

  /** The keyboard goes to where the next answer is given, unless that would throw up a phone's keyboard. */
  focus(): void {
    const place = matchMedia("(pointer: fine)").matches ? this.composer.box : this.#scroller;
    place.focus({ preventScroll: true });
  }

  #show(item: Item): HTMLElement {
    if (item.from === "clinician") return clinicianTurn(this.words, item);
    if (item.from !== "person") return this.#reply(item);
    const { turn, mark } = personTurn(this.words, this.#labels.read(item));
    this.#marks.set(item.id, mark);
    this.#offer(null);
    return turn;
  }

  #reply(message: BotItem): HTMLElement {
    this.#labels.offered(message);
    const urgent = message.kind === "emergency" || isSpoken(message);
    if (urgent) this.#ring(true);
    else if (isGreeting(message)) this.#ring(false);
    this.#offer(message);
    const chips = this.#understanding.of(message, urgent);
    const { advice } = message;
    if (advice) {
      const parts = { home: this.home, chips, feedback: isSpoken(message) ? null : this.#asked(message) };
      return cardTurn(this.words, message, card(message, advice, this.words, parts));
    }
    const turn = botTurn(this.words, message);
    if (chips) turn.append(this.#understanding.fold(message.understood ?? [], chips));
    return turn;
  }

  #newUnderstanding(): Understanding {
    const correct = (value: string, label: string) => this.events.say({ choices: [value] }, label);
    return new Understanding(this.words, correct, () => this.focus());
  }

  #ring(on: boolean): void {
    // Only how it ends is told: an alarm that was taken away and rung again would be read out again.
    if (this.#ringing === null) this.events.alarm(on);
    else this.#ringing = on;
  }

  #asked(message: BotItem): HTMLElement {
    const send = (helpful: boolean, comment?: string) => this.events.feedback(message.id, helpful, comment);
    const feedback = new Feedback(this.words, send, message.feedback);
    this.#feedback.set(message.id, feedback);
    return feedback.element;
  }

  #offer(message: BotItem | null): void {
    const held = this.#choices.contains(focusedBeside(this.#choices));
    const answer = (values: string[], label: string) => this.events.say({ choices: values }, label);
    const form = message && choices(message, this.words, answer);
    this.#choices.replaceChildren(...(form ? [form] : []));
    this.composer.invite(form !== null);
    // The button that was pressed is gone, and the keyboard should not fall back to the top of the page.
    if (held) this.focus();
  }

  /** What scrolls: the conversation, or on a very low screen everything. */
  get #scrolls(): Element {
    const own = getComputedStyle(this.#scroller).overflowY !== "visible";
    return (own ? null : this.#scroller.closest(".shell")) ?? this.#scroller;
  }

  #near(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#scrolls;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #toEnd(): void {
    const place = this.#scrolls;
    place.scrollTop = place.scrollHeight;
  }

  /** A long reply is read from its beginning, below what sticks to the top of a very low screen. */
  #toStart(turn: HTMLElement): void {
    const place = this.#scrolls;
    const above = turn.getBoundingClientRect().top - place.getBoundingClientRect().top + place.scrollTop;
    place.scrollTop = above - (place === this.#scroller ? 12 : 64);
  }
}

function keyOf(item: Item): string {
  return `${item.from ?? "bot"}:${item.id}`;
}

function isGreeting(item: Item): boolean {
  return item.from !== "person" && item.from !== "clinician" && item.kind === "greeting";
}

function bound(words: Words) {
  return { t: words.t, said: (text: string) => words.said(text, { links: false, own: true }) };
}

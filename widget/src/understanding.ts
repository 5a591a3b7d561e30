// Which chips are live: those of the newest reply that says what was understood, and no other.

import { Chips, type Correct } from "./chips";
import { h } from "./dom";
import type { BotItem, Understood } from "./types";
import type { Words } from "./words";

export class Understanding {
  #live: Chips | null = null;
  #disclosure: HTMLElement | null = null;

  /** `unfocus` is called when the chip that had the focus can be pressed no more. */
  constructor(
    private readonly words: Words,
    private readonly correct: Correct,
    private readonly unfocus: () => void,
  ) {}

  /** The chips of a reply, live; those of replies before it are not any more. After an emergency there are none. */
  of(message: BotItem, urgent: boolean): HTMLElement | null {
    const items = message.advice?.understood ?? message.understood;
    if (urgent || items?.length) this.#settle();
    else this.allow();
    if (urgent || !items?.length) return null;
    this.#live = new Chips(items, this.words, this.correct);
    return this.#live.element;
  }

  /** The chips folded behind a line, for a reply that is no advice. It goes when a newer one comes. */
  fold(items: readonly Understood[], chips: HTMLElement): HTMLElement {
    const summary = h("summary", {}, this.words.t("understood.so_far", { count: items.length }));
    this.#disclosure = h("details", { class: "so-far" }, summary, chips);
    return this.#disclosure;
  }

  /** A correction failed, or changed nothing: the chips can be pressed again. */
  allow(): void {
    this.#live?.enable(true);
  }

  #settle(): void {
    const held = this.#live?.freeze();
    this.#disclosure?.remove();
    this.#live = this.#disclosure = null;
    if (held) this.unfocus();
  }
}

// The place to write.

import { h } from "./dom";
import { icon } from "./icons";
import type { Words } from "./words";

// Pixels that the box grows to before it scrolls.
const TALLEST = 160;

export class Composer {
  readonly element: HTMLElement;
  readonly box: HTMLTextAreaElement;

  constructor(
    private readonly words: Words,
    private readonly send: (text: string) => void,
  ) {
    const { t } = words;
    this.box = h("textarea", {
      id: "message",
      rows: "1",
      dir: "auto",
      "aria-describedby": "message-hint",
      enterkeyhint: "send",
      autocomplete: "off",
      onkeydown: (event: KeyboardEvent) => this.#key(event),
      oninput: () => this.#grow(),
    });
    this.invite(false);
    const submit = (event: Event) => {
      event.preventDefault();
      this.#send();
    };
    this.element = h(
      "form",
      { class: "composer", onsubmit: submit },
      h(
        "div",
        { class: "column" },
        h("label", { class: "unseen", for: "message" }, t("compose.label")),
        h(
          "div",
          { class: "field" },
          this.box,
          h("button", { type: "submit", class: "send" }, icon("send"), h("span", {}, t("compose.send"))),
        ),
        h("p", { class: "hint", id: "message-hint" }, t("compose.hint")),
      ),
    );
  }

  /** Say what may be written: an answer, where choices are offered beside it. */
  invite(answer: boolean): void {
    this.box.placeholder = this.words.t(answer ? "compose.placeholder_answer" : "compose.placeholder");
  }

  /** Put a text back that was not taken, unless something else is being written. */
  restore(text: string): void {
    if (this.box.value) return;
    this.box.value = text;
    this.#grow();
  }

  #send(): void {
    const text = this.box.value;
    if (!text.trim()) {
      this.box.focus();
      return;
    }
    this.box.value = "";
    this.#grow();
    this.send(text);
  }

  #key(event: KeyboardEvent): void {
    // Safari says 229 and not that it is composing, where Enter only takes what was composed.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#send();
  }

  #grow(): void {
    this.box.style.height = "auto";
    // Scroll height leaves out the border, which the height includes.
    const edge = this.box.offsetHeight - this.box.clientHeight;
    this.box.style.height = `${Math.min(this.box.scrollHeight + edge, TALLEST)}px`;
  }
}

// "Was this helpful?": yes or no, then a comment if wanted, then thanks. It can be changed later.

import { h, newId } from "./dom";
import type { GivenFeedback } from "./types";
import type { Words } from "./words";

const LONGEST = 2000;

export type SendFeedback = (helpful: boolean, comment?: string) => Promise<unknown>;

export class Feedback {
  readonly element: HTMLElement;
  readonly #buttons: Record<"yes" | "no", HTMLButtonElement>;
  readonly #form = h("div", { class: "feedback-more" });
  readonly #told = h("p", { class: "quiet", "aria-live": "polite" });
  #comment: string | undefined;

  constructor(
    private readonly words: Words,
    private readonly send: SendFeedback,
    given?: GivenFeedback | null,
  ) {
    const { t } = words;
    const id = newId("feedback");
    this.#buttons = { yes: this.#button(true), no: this.#button(false) };
    const question = h("h3", { id }, t("feedback.question"));
    const row = h("div", { class: "row" }, this.#buttons.yes, this.#buttons.no);
    this.element = h(
      "section",
      { class: "feedback", role: "group", "aria-labelledby": id },
      question,
      row,
      this.#form,
      this.#told,
    );
    if (!given) return;
    this.#comment = given.comment ?? undefined;
    this.show(given.helpful);
    this.#told.textContent = t("feedback.thanks");
  }

  /** Show the answer that is stored, wherever it was given. */
  show(helpful: boolean): void {
    this.#buttons.yes.setAttribute("aria-pressed", String(helpful));
    this.#buttons.no.setAttribute("aria-pressed", String(!helpful));
  }

  #button(helpful: boolean): HTMLButtonElement {
    const label = this.words.t(helpful ? "feedback.yes" : "feedback.no");
    const press = () => this.#give(helpful);
    return h("button", { type: "button", class: "choice", "aria-pressed": "false", onclick: press }, label);
  }

  async #give(helpful: boolean): Promise<void> {
    const stored = await this.#store(helpful, this.#comment);
    if (!stored) return;
    this.show(helpful);
    this.#ask(helpful);
  }

  async #store(helpful: boolean, comment?: string): Promise<boolean> {
    const { t } = this.words;
    this.#told.textContent = t("feedback.sending");
    try {
      await this.send(helpful, comment);
    } catch {
      this.#told.textContent = t("feedback.failed");
      return false;
    }
    this.#comment = comment;
    this.#told.textContent = t("feedback.thanks");
    return true;
  }

  #ask(helpful: boolean): void {
    const { t } = this.words;
    const id = newId("comment");
    const box = h("textarea", { id, rows: "3", maxlength: LONGEST, dir: "auto" });
    box.value = this.#comment ?? "";
    const send = async () => {
      if (!box.value.trim() || (await this.#store(helpful, box.value))) this.#close();
    };
    this.#form.replaceChildren(
      h("label", { for: id }, t("feedback.comment")),
      box,
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", class: "primary", onclick: send }, t("feedback.send")),
        h("button", { type: "button", class: "choice", onclick: () => this.#close() }, t("feedback.skip")),
      ),
    );
  }

  #close(): void {
    const held = this.#form.contains((this.#form.getRootNode() as ShadowRoot).activeElement ?? null);
    this.#form.replaceChildren();
    if (held) this.element.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
  }
}

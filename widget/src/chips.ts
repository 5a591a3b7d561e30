// What was understood, as chips. Those of the newest reply are live: each can be taken back or changed.

import { focusedBeside, h, newId } from "./dom";
import { icon } from "./icons";
import type { Correction, Understood } from "./types";
import type { Words } from "./words";

export type Correct = (value: string, label: string) => void;

export class Chips {
  readonly element: HTMLElement;
  readonly #controls: HTMLElement[] = [];

  constructor(
    items: readonly Understood[],
    private readonly words: Words,
    private readonly correct: Correct,
  ) {
    this.element = h(
      "ul",
      { class: "chips" },
      items.map((item) => this.#chip(item)),
    );
  }

  /** Make the chips plain: what they say stays, and nothing can be pressed. Whether the focus was on one of them. */
  freeze(): boolean {
    const focused = focusedBeside(this.element);
    const held = this.#controls.some((control) => control.contains(focused));
    for (const control of this.#controls) control.remove();
    for (const chip of this.element.children) chip.classList.remove("live");
    return held;
  }

  /** Whether the chips can be pressed: not while a correction is on its way. */
  enable(on: boolean): void {
    for (const control of this.#controls) {
      for (const button of control.querySelectorAll("button")) button.disabled = !on;
    }
  }

  #chip({ text, corrections }: Understood): HTMLElement {
    const offered = corrections ?? [];
    const removal = offered.find(({ remove }) => remove);
    const others = offered.filter((correction) => correction !== removal);
    const shown = this.words.said(text, { links: false });
    const menu = others.length ? this.#menu(others) : null;
    const controls = h(
      "span",
      { class: "chip-controls" },
      menu && this.#opener(text, menu),
      removal && this.#removal(removal),
    );
    if (!offered.length) return h("li", { class: "chip" }, shown);
    this.#controls.push(controls);
    if (menu) this.#controls.push(menu);
    return h("li", { class: "chip live" }, shown, controls, menu);
  }

  #removal({ value, label }: Correction): HTMLElement {
    const press = () => this.#press(value, label);
    return h(
      "button",
      { type: "button", class: "chip-remove", "aria-label": label, title: label, onclick: press },
      icon("close"),
    );
  }

  #opener(text: string, menu: HTMLElement): HTMLElement {
    const { t } = this.words;
    const toggle = () => {
      menu.hidden = !menu.hidden;
      opener.setAttribute("aria-expanded", String(!menu.hidden));
    };
    const opener = h(
      "button",
      {
        type: "button",
        class: "chip-change",
        "aria-expanded": "false",
        "aria-controls": menu.id,
        "aria-label": t("understood.change_this", { what: text }),
        onclick: toggle,
      },
      t("understood.change"),
    );
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      toggle();
      opener.focus();
    });
    return opener;
  }

  #menu(others: Correction[]): HTMLElement {
    const buttons = others.map(({ value, label, short }) => {
      const press = () => this.#press(value, label);
      const shown = this.words.said(short ?? label, { links: false });
      return h("button", { type: "button", "aria-label": label, onclick: press }, shown);
    });
    return h("div", { class: "chip-menu", id: newId("chip-menu"), hidden: true }, buttons);
  }

  #press(value: string, label: string): void {
    this.enable(false);
    this.correct(value, label);
  }
}

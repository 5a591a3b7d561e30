// The frame around every scene: the number to call, the bar with its buttons, the alarm that stays, and how things stand.

import { callButton, callStrip } from "./call";
import { type Child, focusedBeside, h, newId } from "./dom";
import { icon } from "./icons";
import type { Words } from "./words";

export interface FrameEvents {
  search(): void;
  restart(): void;
  erase(): void;
}

export class Frame {
  readonly element: HTMLElement;
  /** Where the close button of a panel goes. */
  readonly bar: HTMLElement;
  /** Set by the conversation: what the buttons do. */
  events: FrameEvents | null = null;
  readonly #alarm = h("div", { class: "alarm-place", role: "alert" });
  readonly #note = h("div", { class: "state", role: "status" });
  readonly #scene: HTMLElement;
  readonly #actions: HTMLElement;
  readonly #more: HTMLButtonElement;
  readonly #strip: HTMLElement;

  /** `main`: whether the widget is what the page is for. */
  constructor(
    private readonly words: Words,
    main: boolean,
  ) {
    const { t } = words;
    const place = { class: "scene", tabindex: "-1", "aria-label": t("page.conversation") };
    this.#scene = main ? h("main", place) : h("div", { ...place, role: "region" });
    this.#more = h("button", { type: "button", class: "more", "aria-expanded": "false" }, icon("more"));
    this.#actions = this.#menu();
    this.#strip = callStrip(words);
    const brand = h(
      "div",
      { class: "brand" },
      h("span", { class: "logo" }, icon("signpost")),
      h("div", {}, h("h1", { class: "name" }, t("page.name")), h("p", { class: "tagline" }, t("page.tagline"))),
    );
    this.bar = h("div", { class: "bar" }, brand, this.#actions);
    const mark = h("p", { class: "demo" }, h("strong", {}, t("demonstration.mark")), " ", t("demonstration.text"));
    const top = h("header", { class: "top" }, this.#strip, this.bar, words.demonstration && mark);
    this.element = h("div", { class: "shell" }, top, this.#alarm, this.#scene, this.#note);
  }

  /** Put a scene in the middle. */
  show(content: HTMLElement, focus = false): void {
    this.#scene.replaceChildren(content);
    if (focus) this.focus();
  }

  /** The scene takes the focus. */
  focus(): void {
    this.#scene.focus({ preventScroll: true });
  }

  /** How things stand, in words, with a button that may help; nothing where all is well. */
  state(text: string, label?: string, press?: () => void): void {
    const button = label && press && h("button", { type: "button", onclick: press }, label);
    const shown: Child = text ? [this.words.said(text, { tag: "p", links: false }), button] : null;
    const parts = [shown].flat().filter((part) => part instanceof Node);
    this.#note.replaceChildren(...parts);
  }

  /** Whether there is a conversation that the buttons of the bar are for. */
  active(on: boolean): void {
    this.#actions.hidden = !on;
    this.#fold(true);
  }

  /** Ring, or be still. Rung once, it stays: a screen reader should not hear it again with every message. */
  alarm(rings: boolean): void {
    const { t } = this.words;
    this.#strip.hidden = rings;
    if (!rings) this.#alarm.replaceChildren();
    if (!rings || this.#alarm.firstChild) return;
    const text = h("div", {}, h("strong", {}, t("emergency.banner_title")), h("p", {}, t("emergency.banner_text")));
    this.#alarm.replaceChildren(h("div", { class: "alarm" }, icon("emergency"), text, callButton(this.words)));
  }

  #menu(): HTMLElement {
    const { t } = this.words;
    const menu = h(
      "div",
      { class: "menu", id: newId("menu") },
      this.#action("search", "search.open", () => this.events?.search()),
      this.#action("again", "page.start_over", () => this.events?.restart()),
      this.#action("bin", "page.delete", () => this.events?.erase()),
    );
    const label = t("page.more");
    for (const name of ["aria-label", "title"]) this.#more.setAttribute(name, label);
    this.#more.setAttribute("aria-controls", menu.id);
    this.#more.addEventListener("click", () => this.#fold(this.#more.ariaExpanded === "true"));
    const actions = h("div", { class: "actions", hidden: true }, this.#more, menu);
    actions.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.#more.ariaExpanded !== "true") return;
      event.stopPropagation();
      this.#fold(true);
      this.#more.focus();
    });
    actions.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !actions.contains(event.relatedTarget as Node)) this.#fold(true);
    });
    return actions;
  }

  #action(picture: string, key: string, press: () => void): HTMLElement {
    const act = () => {
      // A dialog gives the focus back to where it was, and the button is hidden when the menu folds.
      if (this.#more.ariaExpanded === "true" && focusedBeside(this.#more)) this.#more.focus();
      this.#fold(true);
      press();
    };
    return h("button", { type: "button", onclick: act }, icon(picture), h("span", {}, this.words.t(key)));
  }

  /** Fold the menu away, or open it. In a wide frame it is always open, and this changes nothing that is seen. */
  #fold(away: boolean): void {
    this.#more.setAttribute("aria-expanded", String(!away));
    this.#actions.classList.toggle("open", !away);
  }
}

// The button in the corner and the panel that it opens; on a narrow screen the panel is all there is until it is closed.

import { closeButton } from "./dialog";
import { h, unseen } from "./dom";
import type { Frame } from "./frame";
import { icon } from "./icons";
import type { Memory } from "./memory";
import type { Item } from "./types";
import type { Words } from "./words";

export interface LauncherEvents {
  opened(): void;
  closed(): void;
  /** The panel asks where in it the focus belongs. */
  focus(): void;
}

const NARROW = "(max-width: 40rem)";
const STOPS = "a[href], button, input, textarea, summary, [tabindex='0']";

export class Launcher {
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #panel: HTMLElement;
  readonly #badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });
  readonly #told = h("div", { class: "unseen", "aria-live": "polite" });
  readonly #narrow = matchMedia(NARROW);

  constructor(
    private readonly words: Words,
    private readonly memory: Memory,
    frame: Frame,
    private readonly events: LauncherEvents,
  ) {
    const { t } = words;
    this.#panel = h("div", { class: "panel-place", id: "panel", role: "dialog", "aria-label": t("page.name") });
    this.#panel.append(frame.element);
    this.#panel.addEventListener("keydown", (event) => this.#key(event));
    frame.bar.append(closeButton(words, () => this.close()));
    this.#button = h(
      "button",
      { type: "button", class: "launcher", "aria-controls": "panel", onclick: () => this.#toggle() },
      h("span", { class: "when-closed" }, icon("chat")),
      h("span", { class: "when-open" }, icon("close")),
      h("span", {}, t("launcher.open")),
      this.#badge,
    );
    this.element = h("div", { class: "corner" }, this.#button, this.#panel, this.#told);
    this.#narrow.addEventListener("change", this.#fit);
    window.visualViewport?.addEventListener("resize", this.#fit);
    this.#set(memory.get("open") === true);
  }

  /** Stop listening to the window. */
  stop(): void {
    this.#narrow.removeEventListener("change", this.#fit);
    window.visualViewport?.removeEventListener("resize", this.#fit);
  }

  get isOpen(): boolean {
    return !this.#panel.hidden;
  }

  open(): void {
    if (this.isOpen) return;
    this.#set(true);
    this.memory.set("open", true);
    this.events.opened();
    this.events.focus();
  }

  close(): void {
    if (!this.isOpen) return;
    this.#set(false);
    this.memory.set("open", false);
    this.events.closed();
    this.#button.focus();
  }

  /** How many of `count` messages were not seen yet, and that new ones came. */
  arrived(count: number, fresh: readonly Item[]): void {
    const { t } = this.words;
    const unseenNow = this.isOpen ? 0 : Math.max(0, count - (this.memory.get("seen") ?? count));
    if (this.isOpen) this.memory.set("seen", count);
    this.#badge.textContent = unseenNow ? this.words.number(unseenNow) : "";
    this.#badge.hidden = unseenNow === 0;
    this.#button.querySelector(".unseen")?.remove();
    const told = unseenNow ? t("launcher.unseen", { count: unseenNow }) : "";
    if (told) this.#button.append(unseen(told));
    // An open panel reads its messages out by itself.
    if (this.isOpen || !told) this.#told.textContent = "";
    else if (fresh.some(({ from }) => from === "clinician")) this.#told.textContent = t("launcher.from_clinic");
    else if (fresh.some(({ from }) => from === "bot")) this.#told.textContent = told;
  }

  #toggle(): void {
    if (this.isOpen) this.close();
    else this.open();
  }

  #set(open: boolean): void {
    this.#panel.hidden = !open;
    this.element.classList.toggle("open", open);
    this.#button.setAttribute("aria-expanded", String(open));
    this.#fit();
  }

  /** A panel that fills the screen is all there is; and it ends where a phone's keyboard begins. */
  readonly #fit = (): void => {
    const full = this.#narrow.matches && this.isOpen;
    if (full) this.#panel.setAttribute("aria-modal", "true");
    else this.#panel.removeAttribute("aria-modal");
    const height = window.visualViewport?.height;
    this.#panel.style.height = full && height ? `${height}px` : "";
  };

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Tab" && this.#narrow.matches) this.#trap(event);
  }

  #trap(event: KeyboardEvent): void {
    const stops = [...this.#panel.querySelectorAll<HTMLElement>(STOPS)].filter(
      (each) => !each.matches(":disabled") && (each.checkVisibility?.() ?? true),
    );
    const root = this.#panel.getRootNode() as ShadowRoot;
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    const here = root.activeElement;
    // The scene can hold the focus without being a stop itself.
    if (here !== edge && !(event.shiftKey && here?.matches("[tabindex='-1']") && !stops.includes(here as HTMLElement)))
      return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }
}

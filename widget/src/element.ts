// <signpost-chat>: a button in the corner that opens the conversation, or with display="page" the conversation itself.

import { Api } from "./api";
import { Conversation } from "./conversation";
import { h } from "./dom";
import { Frame } from "./frame";
import { Launcher } from "./launcher";
import { Memory } from "./memory";
import { sheets } from "./styles";
import { backoff, pause } from "./waits";
import { languageOf, Words } from "./words";

let scriptHome: URL | null = null;

/** Define the element; `home` is where the script came from, and the server is. */
export function define(home: URL): void {
  scriptHome = home;
  if (!customElements.get("signpost-chat")) customElements.define("signpost-chat", SignpostChat);
}

export class SignpostChat extends HTMLElement {
  static readonly observedAttributes = ["display", "home", "language"];

  #stop: AbortController | null = null;
  #conversation: Conversation | null = null;
  #launcher: Launcher | null = null;
  #memory: Memory | null = null;

  connectedCallback(): void {
    this.#start();
  }

  disconnectedCallback(): void {
    this.#end();
  }

  attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
    if (!this.#stop || before === now) return;
    this.#end();
    this.#start();
  }

  /** Open the panel, now or as soon as it is there. Does nothing where the conversation fills its place. */
  open(): void {
    if (this.#launcher) this.#launcher.open();
    else if (!this.#fills) this.#memory?.set("open", true);
  }

  /** Close the panel. */
  close(): void {
    if (this.#launcher) this.#launcher.close();
    else if (!this.#fills) this.#memory?.set("open", false);
  }

  get #fills(): boolean {
    return this.getAttribute("display") === "page";
  }

  #start(): void {
    const home = this.#home();
    if (!home) return;
    this.#stop = new AbortController();
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = sheets();
    // What stands inside the element is shown until there are words to show, and if none ever come.
    root.replaceChildren(document.createElement("slot"));
    this.#memory = Memory.of(home);
    void this.#load(new Api(home), root, this.#memory, this.#stop.signal);
  }

  #end(): void {
    this.#stop?.abort();
    this.#conversation?.stop();
    this.#launcher?.stop();
    this.#stop = this.#conversation = this.#launcher = null;
  }

  #home(): URL | null {
    const given = this.getAttribute("home");
    if (!given) return scriptHome;
    try {
      return new URL(given.endsWith("/") ? given : `${given}/`, document.baseURI);
    } catch {
      return scriptHome;
    }
  }

  async #load(api: Api, root: ShadowRoot, memory: Memory, signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted; tries += 1) {
      try {
        const words = new Words(await api.texts(languageOf(this), signal));
        if (!signal.aborted) this.#build(api, root, memory, words);
        return;
      } catch {
        await pause(backoff(tries), signal);
      }
    }
  }

  #build(api: Api, root: ShadowRoot, memory: Memory, words: Words): void {
    const fills = this.#fills;
    const frame = new Frame(words, fills);
    const layer = h("div", { class: fills ? "sp page" : "sp", lang: words.language, dir: words.direction });
    if (!fills) {
      this.#launcher = new Launcher(words, memory, frame, {
        opened: () => {
          this.#count();
          this.#tell("signpost-open");
        },
        closed: () => this.#tell("signpost-close"),
        focus: () => this.#conversation?.focus(),
      });
    }
    layer.append(this.#launcher?.element ?? frame.element);
    root.replaceChildren(layer);
    // What stood here for those without the widget has done its work: it would be found twice.
    this.replaceChildren();
    this.#conversation = new Conversation({
      api,
      words,
      memory,
      frame,
      layer,
      arrived: (count, fresh) => this.#launcher?.arrived(count, fresh),
    });
  }

  #count(): void {
    this.#launcher?.arrived(this.#conversation?.count ?? 0, []);
  }

  /** Only that it happened: what a conversation is about is no business of the page around it. */
  #tell(name: string): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }));
  }
}

// The conversation from consent to its end, and what stands in its place before and after.

import { type ApiError, asApiError } from "./api";
import { confirmation } from "./dialog";
import { focusedBeside, h } from "./dom";
import { barred, consent, declined, ended, receipt } from "./scenes";
import { openSearch } from "./search";
import { Talk, type TalkTools } from "./talk";

export interface ConversationTools extends TalkTools {
  /** Where dialogs go. */
  layer: HTMLElement;
}

export class Conversation {
  #talk: Talk | null = null;
  #closeDialog: (() => void) | null = null;
  #opening = false;
  #erasing = false;
  #stopped = false;

  constructor(private readonly tools: ConversationTools) {
    tools.frame.events = {
      search: () => this.#search(),
      restart: () => this.#ask("restart", () => this.#restart()),
      erase: () => this.#ask("delete", () => void this.#erase()),
    };
    window.addEventListener("offline", this.#offline);
    window.addEventListener("online", this.#online);
    if (!tools.words.allowed) this.#barred();
    else if (tools.memory.get("token")) void this.#converse().resume();
    else this.#consent();
  }

  /** Stop, and leave everything remembered: the page goes away, or the element does. */
  stop(): void {
    window.removeEventListener("offline", this.#offline);
    window.removeEventListener("online", this.#online);
    this.#stopped = true;
    this.#leave();
  }

  /** How many messages the bot and the clinic wrote. */
  get count(): number {
    return this.#talk?.thread.count ?? 0;
  }

  /** The focus goes to where the person goes on. */
  focus(): void {
    if (this.#talk) this.#talk.thread.focus();
    else this.tools.frame.focus();
  }

  readonly #offline = (): void => this.tools.frame.state(this.tools.words.t("state.offline"));
  readonly #online = (): void => this.tools.frame.state("");

  // Beginning

  #consent(focus = false): void {
    const { frame, words } = this.tools;
    const agree = () => void this.#agree();
    const decline = () => frame.show(declined(words, agree), true);
    frame.show(consent(words, agree, decline), focus);
  }

  async #agree(): Promise<void> {
    const { api, memory, frame, words } = this.tools;
    // Pressed twice, it still begins one conversation.
    if (this.#opening) return;
    this.#opening = true;
    frame.state(words.t("state.starting"));
    try {
      const { token, messages } = await api.open();
      if (this.#stopped) return;
      memory.forget();
      memory.set("token", token);
      memory.set("greeting", messages);
      memory.set("seen", 0);
      frame.state("");
      this.#converse().begin(messages);
    } catch (error) {
      if (!this.#stopped) this.#failed(asApiError(error));
    } finally {
      this.#opening = false;
    }
  }

  #converse(): Talk {
    const { frame } = this.tools;
    this.#leave();
    this.#talk = new Talk(this.tools, { over: (error) => this.#over(error), ended: () => this.#ended() });
    frame.active(true);
    frame.show(this.#talk.thread.element);
    return this.#talk;
  }

  #search(): void {
    const { api, memory, layer, words } = this.tools;
    this.#closeDialog = openSearch(layer, words, {
      ask: (text) => api.search(memory.get("token") ?? "", text),
      ended: () => this.#ended(),
    });
  }

  // Ending

  #ask(name: string, confirm: () => void): void {
    this.#closeDialog = confirmation(this.tools.layer, this.tools.words, name, confirm);
  }

  #restart(): void {
    this.#forget();
    // Nothing may be written into the conversation that is left, should the new one take its time.
    this.tools.frame.show(h("div", { class: "scroller" }));
    void this.#agree();
  }

  async #erase(): Promise<void> {
    const { api, memory, frame, words } = this.tools;
    this.#erasing = true;
    try {
      const given = await api.erase(memory.get("token") ?? "");
      const shown = receipt(words, given.receipt, () => this.#consent(true));
      this.#forget();
      frame.show(shown, true);
    } catch (thrown) {
      this.#erasing = false;
      if (!this.#over(asApiError(thrown))) frame.state(words.t("delete.failed"));
    }
    this.#erasing = false;
  }

  #over(error: ApiError): boolean {
    if (error.barred) this.#barred();
    else if (error.ended) this.#ended();
    return error.barred || error.ended;
  }

  #ended(): void {
    // Who deletes it gets the receipt, whatever the stream tells meanwhile.
    if (this.#erasing) return;
    const { frame, words } = this.tools;
    const held = focusedBeside(frame.element) !== null;
    this.#forget();
    const again = () => this.#consent(true);
    frame.show(ended(words, again), held);
  }

  #barred(): void {
    const { frame, words } = this.tools;
    this.#forget();
    frame.show(barred(words));
    console.error(words.t("barred.operator", { origin: location.origin }));
  }

  #forget(): void {
    const { memory, frame } = this.tools;
    this.#leave();
    memory.forget();
    frame.alarm(false);
    frame.active(false);
    frame.state("");
    this.tools.arrived(0, []);
  }

  #leave(): void {
    this.#talk?.stop();
    this.#closeDialog?.();
    this.#talk = this.#closeDialog = null;
  }

  #failed(error: ApiError): void {
    const { frame, words } = this.tools;
    if (this.#over(error)) return;
    const text = navigator.onLine ? error.message || words.t("state.failed") : words.t("state.offline");
    frame.state(text, words.t("state.retry"), () => void this.#agree());
  }
}

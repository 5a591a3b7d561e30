// <signpost-chat>: the conversation as a custom element. This file holds its states; the parts are in the files beside it.

import { Api } from "./api.js";
import { h, telephone } from "./dom.js";
import { icon } from "./icons.js";
import { Memory } from "./memory.js";
import { Outbox } from "./outbox.js";
import { confirmation, consent, declined, ended, receipt } from "./scenes.js";
import { Thread } from "./thread.js";

let sheets;
let words;
let home;

/** Fetch words and styles from `from`, then define the element. */
export async function define(from) {
  home = from;
  [words, ...sheets] = await Promise.all([new Api(home).texts(), stylesheet("widget"), stylesheet("card")]);
  customElements.define("signpost-chat", SignpostChat);
}

/** A stylesheet of ours for the shadow tree: made in script, so that no page has to allow inline styles. */
async function stylesheet(name) {
  const response = await fetch(new URL(`static/${name}.css`, home));
  return new CSSStyleSheet().replace(await response.text());
}

/** The text at `key`, its {placeholders} filled in from `values` and the numbers to call. */
function t(key, values = {}) {
  const known = { ...words.numbers, ...values };
  return (words.texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => known[name] ?? whole);
}

/** A button of the top bar; on a phone only the first of its words are seen. */
function action(picture, label, short, onclick) {
  const words = [h("span", { class: "wide" }, label), h("span", { class: "narrow" }, short)];
  return h("button", { type: "button", "aria-label": label, onclick }, icon(picture), words);
}

class SignpostChat extends HTMLElement {
  connectedCallback() {
    if (this.root) return;
    // What stood here for browsers without the widget has done its work.
    this.replaceChildren();
    this.root = this.attachShadow({ mode: "open" });
    this.root.adoptedStyleSheets = sheets;
    this.api = new Api(home);
    this.memory = new Memory();
    this.tools = { t, numbers: words.numbers, home, demonstration: words.demonstration };
    this.#build();
    if (this.memory.get("token")) this.#resume();
    else this.#show(consent(this.tools, { agree: () => this.#agree(), decline: () => this.#decline() }));
    window.addEventListener("offline", () => this.#state(t("state.offline")));
    window.addEventListener("online", () => this.#state(""));
  }

  disconnectedCallback() {
    this.outbox?.close();
  }

  #build() {
    this.alarm = h("div", { class: "alarm-place", role: "alert" });
    this.note = h("div", { class: "state", role: "status" });
    this.scene = h("main", { class: "scene", id: "conversation", tabindex: "-1", "aria-label": t("page.conversation") });
    this.actions = h(
      "div",
      { class: "actions", hidden: true },
      action("again", t("page.start_over"), t("page.start_over_short"), () => this.#askRestart()),
      action("bin", t("page.delete"), t("page.delete_short"), () => this.#askDelete()),
    );
    const number = words.numbers.emergency_number;
    this.strip = h(
      "p",
      { class: "strip" },
      h("a", { href: telephone(number) }, icon("phone"), h("span", {}, t("emergency.strip"))),
    );
    const mark = h("p", { class: "demo" }, h("strong", {}, t("demonstration.mark")), " ", t("demonstration.text"));
    this.root.append(
      h(
        "div",
        { class: "shell" },
        h(
          "header",
          { class: "top" },
          this.strip,
          h(
            "div",
            { class: "bar" },
            h(
              "div",
              { class: "brand" },
              h("span", { class: "logo" }, icon("signpost")),
              h("div", {}, h("p", { class: "name" }, t("page.name")), h("p", { class: "tagline" }, t("page.tagline"))),
            ),
            this.actions,
          ),
          words.demonstration && mark,
        ),
        this.alarm,
        this.scene,
        this.note,
      ),
    );
  }

  #show(content, focus = false) {
    this.scene.replaceChildren(content);
    this.scene.scrollTop = 0;
    if (focus) this.scene.focus({ preventScroll: true });
  }

  #state(text, button = null) {
    this.note.replaceChildren(...(text ? [h("p", {}, text), button].filter(Boolean) : []));
  }

  // Beginning

  async #agree() {
    this.#state(t("state.starting"));
    try {
      const { token, messages } = await this.api.open(true);
      this.memory.clear();
      this.memory.set("token", token);
      this.memory.set("greeting", messages);
      this.#state("");
      this.#converse();
      this.thread.replies(messages);
      this.thread.examples();
      this.thread.focus();
    } catch (error) {
      this.#failed(error, () => this.#agree());
    }
  }

  #decline() {
    this.#show(declined(this.tools, { again: () => this.#agree() }), true);
  }

  #converse() {
    this.thread = new Thread(this.tools, { say: (content, label) => this.#say(content, label), alarm: (rings) => this.#alarm(rings) });
    this.outbox = new Outbox(this.api, this.memory, {
      sending: (item) => this.thread.mark(item.id, "sending"),
      answered: (item, messages) => this.#answered(item, messages),
      waiting: (item, seconds) => this.#waiting(item, seconds),
      refused: (item, error) => this.#refused(item, error),
    });
    this.actions.hidden = false;
    this.#show(this.thread.element);
  }

  async #resume() {
    try {
      const { messages } = await this.api.history(this.memory.get("token"));
      this.#converse();
      this.thread.restore([...this.memory.get("greeting", []), ...messages]);
      const answered = new Set(messages.filter((each) => each.from === "person").map((each) => each.id));
      this.outbox.items = this.outbox.items.filter((item) => !answered.has(item.id));
      for (const item of this.outbox.items) this.thread.said(item.id, item.label);
      this.outbox.now();
      this.#state("");
    } catch (error) {
      if (error.ended) this.#ended();
      else this.#failed(error, () => this.#resume());
    }
  }

  // Talking

  #say(content, label) {
    const item = this.outbox.put(content, label);
    this.thread.said(item.id, label);
    this.thread.mark(item.id, "sending");
  }

  #answered(item, messages) {
    this.#state("");
    this.thread.mark(item.id, "sent");
    this.thread.replies(messages);
  }

  #waiting(item, seconds) {
    this.thread.mark(item.id, "waiting");
    const text = navigator.onLine ? t("state.retrying", { seconds }) : t("state.offline");
    this.#state(text, h("button", { type: "button", onclick: () => this.outbox.now() }, t("state.retry")));
  }

  #refused(item, error) {
    this.thread.mark(item.id, "refused");
    if (error.ended) return this.#ended();
    this.#state("");
    const text = `${error.message}\n\n${t("emergency.strip")}`;
    this.thread.replies([{ id: `refused-${item.id}`, kind: "failure", text }]);
  }

  #alarm(rings) {
    // Rung once, it stays: a screen reader should not hear it again with every message.
    if (!rings) this.alarm.replaceChildren();
    this.strip.hidden = rings;
    if (!rings || this.alarm.firstChild) return;
    const number = words.numbers.emergency_number;
    this.alarm.replaceChildren(
      h(
        "div",
        { class: "alarm" },
        icon("emergency"),
        h("div", {}, h("strong", {}, t("emergency.banner_title")), h("p", {}, t("emergency.banner_text"))),
        h("a", { class: "call", href: telephone(number) }, icon("phone"), t("emergency.call")),
      ),
    );
  }

  // Ending

  #askRestart() {
    confirmation(this.root, t, "restart", () => {
      this.#forget();
      this.#agree();
    });
  }

  #askDelete() {
    confirmation(this.root, t, "delete", async () => {
      try {
        const given = await this.api.erase(this.memory.get("token"));
        this.#forget();
        this.#show(receipt(this.tools, given.receipt, { again: () => this.#beginAgain() }), true);
      } catch (error) {
        if (error.ended) this.#ended();
        else this.#state(t("delete.failed"));
      }
    });
  }

  #ended() {
    this.#forget();
    this.#show(ended(this.tools, { again: () => this.#beginAgain() }), true);
  }

  #beginAgain() {
    this.#show(consent(this.tools, { agree: () => this.#agree(), decline: () => this.#decline() }), true);
  }

  #forget() {
    this.outbox?.close();
    this.memory.clear();
    this.alarm.replaceChildren();
    this.strip.hidden = false;
    this.actions.hidden = true;
    this.#state("");
  }

  #failed(error, again) {
    const text = navigator.onLine ? error.message || t("state.failed") : t("state.offline");
    this.#state(text, h("button", { type: "button", onclick: again }, t("state.retry")));
  }
}

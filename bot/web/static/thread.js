// The conversation itself: what was said by both sides, the choices of the last question, and the place to write.

import { callButton, card } from "./card.js";
import { choices, labels } from "./choices.js";
import { h, paragraphs, unseen } from "./dom.js";
import { icon } from "./icons.js";

/** `events`: say(content, label) when something is sent, alarm(rings) when an emergency is answered or a case begins anew. */
export class Thread {
  #offered = [];
  #marks = new Map();

  constructor(tools, events) {
    this.tools = tools;
    this.events = events;
    const { t } = tools;
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": t("page.conversation") });
    this.choices = h("div", { class: "choice-place" });
    this.typing = h("p", { class: "typing", hidden: true }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")));
    this.typing.append(unseen(t("message.typing")));
    this.scroller = h("div", { class: "scroller", tabindex: "0" }, h("div", { class: "column" }, this.log, this.typing, this.choices));
    this.box = h("textarea", {
      id: "message",
      rows: "1",
      placeholder: t("compose.placeholder"),
      "aria-describedby": "message-hint",
      enterkeyhint: "send",
      autocomplete: "off",
      onkeydown: (event) => this.#key(event),
      oninput: () => this.#grow(),
    });
    this.element = h("div", { class: "thread" }, this.scroller, this.#composer());
  }

  /** Something the person said, now or before. */
  said(id, label) {
    const { t } = this.tools;
    const mark = h("span", { class: "mark-sent" });
    this.#marks.set(id, mark);
    const bubble = h("div", { class: "bubble" }, unseen(`${t("message.you")}: `), paragraphs(label));
    this.log.append(h("div", { class: "turn person" }, bubble, mark));
    this.choices.replaceChildren();
    this.#toEnd();
  }

  /** Where a message of the person's stands: sending, sent, waiting or refused. */
  mark(id, state) {
    const mark = this.#marks.get(id);
    if (mark) mark.textContent = ["waiting", "refused"].includes(state) ? this.tools.t(`message.${state}`) : "";
    this.typing.hidden = state !== "sending";
    if (state === "sending") this.#toEnd();
  }

  /** Replies of the bot; the choices of the last one are offered below it. */
  replies(messages) {
    const within = this.element.getRootNode().activeElement;
    const held = !within || this.choices.contains(within) || within === this.scroller;
    const shown = messages.map((message) => this.#reply(message));
    this.typing.hidden = true;
    this.#offer(messages.at(-1));
    if (shown[0]) this.#toStart(shown[0]);
    if (held) this.focus();
  }

  /** A conversation as the server kept it, both sides. */
  restore(messages) {
    this.log.setAttribute("aria-live", "off");
    let offered = [];
    for (const message of messages) {
      if (message.from === "person") {
        this.said(message.id, message.text ?? labels(message.choices ?? [], offered, this.tools.t));
      } else {
        this.#reply(message);
        offered = message.choices ?? offered;
      }
    }
    const last = messages.at(-1);
    if (last && last.from !== "person") this.#offer(last);
    this.log.setAttribute("aria-live", "polite");
    this.#toEnd();
  }

  /** Messages to begin with, for a demonstration. */
  examples() {
    const { t, demonstration } = this.tools;
    if (!demonstration) return;
    const texts = ["one", "two", "three"].map((name) => t(`try.${name}`));
    const pick = (text) => h("button", { type: "button", class: "example", onclick: () => this.#send(text) }, text);
    this.choices.append(h("fieldset", { class: "choices" }, h("legend", {}, t("try.title")), texts.map(pick)));
  }

  /** The keyboard goes to where the next answer is given, unless that would throw up a phone's keyboard. */
  focus() {
    if (matchMedia("(pointer: fine)").matches) this.box.focus({ preventScroll: true });
    else this.scroller.focus({ preventScroll: true });
  }

  #reply(message) {
    const { t, numbers } = this.tools;
    const urgent = message.kind === "emergency";
    if (urgent) this.events.alarm(true);
    if (message.kind === "greeting") this.events.alarm(false);
    const turn = h("div", { class: `turn bot ${message.kind}` }, unseen(`${t("message.bot")}: `));
    if (message.advice) turn.append(card(message, this.tools));
    else {
      const bubble = h("div", { class: "bubble" }, paragraphs(message.text));
      if (urgent) bubble.append(callButton(t, numbers));
      turn.append(h("span", { class: "face" }, icon("signpost")), bubble);
    }
    this.log.append(turn);
    return turn;
  }

  #offer(message) {
    const { t } = this.tools;
    this.#offered = message?.choices ?? [];
    const form = message && choices(message, t, (values, label) => this.events.say({ choices: values }, label));
    this.choices.replaceChildren(...(form ? [form] : []));
    this.box.placeholder = t(form ? "compose.placeholder_answer" : "compose.placeholder");
  }

  #composer() {
    const { t } = this.tools;
    const send = h("button", { type: "submit", class: "send" }, icon("send"), h("span", {}, t("compose.send")));
    return h(
      "form",
      {
        class: "composer",
        onsubmit: (event) => {
          event.preventDefault();
          this.#send(this.box.value);
        },
      },
      h(
        "div",
        { class: "column" },
        h("label", { class: "unseen", for: "message" }, t("compose.label")),
        h("div", { class: "field" }, this.box, send),
        h("p", { class: "hint", id: "message-hint" }, t("compose.hint")),
      ),
    );
  }

  #send(text) {
    if (!text.trim()) return this.box.focus();
    this.box.value = "";
    this.#grow();
    this.events.say({ text }, text);
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send(this.box.value);
  }

  #grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 160)}px`;
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** A long reply is read from its beginning. */
  #toStart(turn) {
    const end = this.scroller.scrollHeight - this.scroller.clientHeight;
    this.scroller.scrollTop = Math.min(end, turn.offsetTop - 12);
  }
}

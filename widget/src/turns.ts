// One turn of the conversation: what the person, the bot or a clinician said.

import { callButton } from "./call";
import { h, unseen } from "./dom";
import { icon } from "./icons";
import { telephone } from "./links";
import type { BotItem, ClinicianItem } from "./types";
import type { Words } from "./words";

/** What the person said, and the place for a word on how it stands with sending it. */
export function personTurn(words: Words, label: string): { turn: HTMLElement; mark: HTMLElement } {
  const mark = h("span", { class: "mark-sent" });
  const said = words.said(label, { tag: "div", links: false, own: true });
  const bubble = h("div", { class: "bubble" }, unseen(`${words.t("message.you")}: `), said);
  return { turn: h("div", { class: "turn person" }, bubble, mark), mark };
}

/** What the bot said, where it is no advice card. */
export function botTurn(words: Words, message: BotItem): HTMLElement {
  const bubble = h("div", { class: "bubble" }, words.said(message.text, { tag: "div" }));
  if (message.kind === "emergency") bubble.append(callButton(words));
  const face = h("span", { class: "face" }, icon("signpost"));
  return h("div", { class: `turn bot ${safeName(message.kind)}` }, unseen(`${words.t("message.bot")}: `), face, bubble);
}

/** A card in the place of a bubble. */
export function cardTurn(words: Words, message: BotItem, card: HTMLElement): HTMLElement {
  return h("div", { class: `turn bot ${safeName(message.kind)}` }, unseen(`${words.t("message.bot")}: `), card);
}

/** What a person at the clinic wrote, and who answers what is written back. */
export function clinicianTurn(words: Words, message: ClinicianItem): HTMLElement {
  const { t } = words;
  const bubble = h(
    "div",
    { class: "bubble" },
    h("h2", { class: "who", dir: "auto" }, message.by ? t("clinician.by", { name: message.by }) : t("clinician.title")),
    message.at && h("p", { class: "when" }, h("time", { datetime: message.at }, words.moment(message.at))),
    words.said(message.text, { tag: "div" }),
    h("p", { class: "aside" }, t(message.held ? "clinician.answered_here" : "clinician.answered_by")),
  );
  return h("div", { class: "turn clinician" }, h("span", { class: "face" }, icon("doctor")), bubble);
}

/** Something that went wrong on the way, in the conversation, with the number to call. */
export function troubleTurn(words: Words, text: string): HTMLElement {
  const number = telephone(words.numbers.emergency_number ?? "");
  const bubble = h(
    "div",
    { class: "bubble" },
    words.said(text, { tag: "div" }),
    h("p", { class: "aside" }, h("a", { class: "inline-call", href: number }, words.t("emergency.strip"))),
  );
  return h("div", { class: "turn bot failure" }, h("span", { class: "face" }, icon("unknown")), bubble);
}

/** A name that may stand among class names: it comes from the server, and decides nothing but looks. */
function safeName(kind: string): string {
  return /^[a-z_]+$/.test(kind) ? kind : "notice";
}

// What stands in place of the conversation: consent before it, a refusal, its end, and the receipt.

import { callButton } from "./call";
import { type Child, h, list } from "./dom";
import { icon } from "./icons";
import type { Receipt } from "./types";
import type { Words } from "./words";

type Press = () => void;
type Button = [label: string, press: Press, name: string];

/** Before the first message: what this is, what is kept, and the number to call instead. */
export function consent(words: Words, agree: Press, decline: Press): HTMLElement {
  const { t } = words;
  const points: [string, string][] = [
    ["shield", t("consent.kept")],
    ["bin", t("consent.yours")],
    ["doctor", t("consent.limits")],
    ["check", t("consent.adults")],
  ];
  return scene(
    "consent",
    h("h2", { class: "title" }, t("consent.title")),
    h("p", { class: "lead" }, t("consent.lead")),
    urgent(words, t("consent.emergency")),
    h("h3", {}, t("consent.before")),
    list(points, ([name, text]) => [icon(name), h("span", {}, text)], "points"),
    buttons([t("consent.agree"), agree, "primary"], [t("consent.decline"), decline, "choice"]),
  );
}

/** After a refusal: nothing is stored, and people who can help are named. */
export function declined(words: Words, again: Press): HTMLElement {
  const { t } = words;
  return scene(
    "declined",
    h("h2", { class: "title" }, t("consent.declined_title")),
    h("p", { class: "lead" }, t("consent.declined")),
    urgent(words, t("consent.declined_emergency")),
    buttons([t("consent.again"), again, "choice"]),
  );
}

/** When the conversation is gone: deleted, or its token no longer good. */
export function ended(words: Words, again: Press): HTMLElement {
  const { t } = words;
  return scene(
    "ended",
    h("h2", { class: "title" }, t("state.gone")),
    urgent(words, t("consent.declined_emergency")),
    buttons([t("state.new"), again, "primary"]),
  );
}

/** On a page that may not use the widget: that it cannot be used here, and whom to call. */
export function barred(words: Words): HTMLElement {
  const { t } = words;
  return scene(
    "barred",
    h("h2", { class: "title" }, t("barred.title")),
    h("p", { class: "lead" }, t("barred.text")),
    urgent(words, t("consent.declined_emergency")),
  );
}

/** What was erased, and what stays; to print or to write down. */
export function receipt(words: Words, given: Receipt, again: Press): HTMLElement {
  const { t } = words;
  const erased = Object.entries(given.erased ?? {}).filter(([, count]) => count > 0);
  const counted = ([name, count]: [string, number]) => {
    const key = `delete.counts.${name}`;
    return t(words.has(key) ? key : "delete.counts.other", { count });
  };
  const fact = (name: string, value: Child) => [h("dt", {}, t(name)), h("dd", {}, value)];
  return scene(
    "receipt",
    h("h2", { class: "title" }, t("delete.receipt_title")),
    h("p", { class: "lead" }, t("delete.receipt_text")),
    h(
      "dl",
      { class: "facts" },
      fact("delete.receipt_number", words.said(given.conversation, { links: false, own: true })),
      given.erased_at && fact("delete.receipt_when", words.moment(given.erased_at)),
      fact("delete.receipt_erased", erased.length ? list(erased, counted) : t("delete.receipt_nothing")),
      fact("delete.receipt_kept", t("delete.receipt_stays")),
    ),
    buttons([t("delete.receipt_print"), () => window.print(), "choice"], [t("state.new"), again, "primary"]),
  );
}

function urgent(words: Words, text: string): HTMLElement {
  return h("div", { class: "urgent-note" }, h("p", {}, text), callButton(words));
}

function scene(name: string, ...content: Child[]): HTMLElement {
  return h("div", { class: `scroller ${name}` }, h("div", { class: "column panel" }, content));
}

function buttons(...all: Button[]): HTMLElement {
  return h(
    "div",
    { class: "row" },
    all.map(([label, onclick, name]) => h("button", { type: "button", class: name, onclick }, label)),
  );
}

// What stands in place of the conversation: consent before it, a refusal, its end, the receipt, and questions in a dialog.

import { callButton } from "./card.js";
import { h, list } from "./dom.js";
import { icon } from "./icons.js";

/** Before the first message: what this is, what is kept, and the number to call instead. */
export function consent({ t, numbers }, { agree, decline }) {
  const points = [
    ["shield", t("consent.kept")],
    ["bin", t("consent.yours")],
    ["doctor", t("consent.limits")],
    ["check", t("consent.adults")],
  ];
  return scene(
    "consent",
    h("h1", {}, t("consent.title")),
    h("p", { class: "lead" }, t("consent.lead")),
    h("div", { class: "urgent-note" }, h("p", {}, t("consent.emergency")), callButton(t, numbers)),
    h("h2", {}, t("consent.before")),
    list(points, ([name, text]) => [icon(name), h("span", {}, text)], "points"),
    buttons([t("consent.agree"), agree, "primary"], [t("consent.decline"), decline, "choice"]),
  );
}

/** After a refusal: nothing is stored, and people who can help are named. */
export function declined({ t, numbers }, { again }) {
  return scene(
    "declined",
    h("h1", {}, t("consent.declined_title")),
    h("p", { class: "lead" }, t("consent.declined")),
    h("div", { class: "urgent-note" }, h("p", {}, t("consent.declined_emergency")), callButton(t, numbers)),
    buttons([t("consent.again"), again, "choice"]),
  );
}

/** When the conversation is gone: deleted, or its token no longer good. */
export function ended({ t, numbers }, { again }) {
  return scene(
    "ended",
    h("h1", {}, t("state.gone")),
    h("div", { class: "urgent-note" }, h("p", {}, t("consent.declined_emergency")), callButton(t, numbers)),
    buttons([t("state.new"), again, "primary"]),
  );
}

/** What was erased, and what stays. */
export function receipt({ t }, given, { again }) {
  const erased = Object.entries(given.erased ?? {}).filter(([, count]) => count > 0);
  const fact = (name, value) => [h("dt", {}, t(name)), h("dd", {}, value)];
  return scene(
    "receipt",
    h("h1", {}, t("delete.receipt_title")),
    h("p", { class: "lead" }, t("delete.receipt_text")),
    h(
      "dl",
      { class: "facts" },
      fact("delete.receipt_number", given.conversation),
      fact("delete.receipt_when", given.erased_at && new Date(given.erased_at).toLocaleString()),
      fact(
        "delete.receipt_erased",
        erased.length
          ? list(erased, ([name, count]) => t(`delete.counts.${name}`, { count }))
          : t("delete.receipt_nothing"),
      ),
      fact("delete.receipt_kept", t("delete.receipt_stays")),
    ),
    buttons([t("state.new"), again, "primary"]),
  );
}

/** Asks before something that cannot be undone; `name` is the group of its texts. */
export function confirmation(root, t, name, confirm) {
  const before = root.activeElement;
  const close = () => dialog.close();
  const dialog = h(
    "dialog",
    { "aria-labelledby": "ask", onclose: () => (dialog.remove(), before?.focus()) },
    h("h2", { id: "ask" }, t(`${name}.title`)),
    h("p", {}, t(`${name}.text`)),
    buttons([t(`${name}.confirm`), () => (close(), confirm()), "primary"], [t(`${name}.cancel`), close, "choice"]),
  );
  root.append(dialog);
  dialog.showModal();
}

function scene(name, ...content) {
  return h("div", { class: `scroller ${name}` }, h("div", { class: "column panel" }, content));
}

function buttons(...all) {
  return h(
    "div",
    { class: "row" },
    all.map(([label, onclick, name]) => h("button", { type: "button", class: name, onclick }, label)),
  );
}

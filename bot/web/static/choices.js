// The choices of a question: buttons where one may be picked, boxes where several may. Used once, then gone.

import { h } from "./dom.js";

const NONE = "none";
const NOT_SURE = "not_sure";

/** A form for the choices of `message`; calls `answer(values, labels)` once. Null where there is nothing to choose. */
export function choices(message, t, answer) {
  if (!message.choices?.length) return null;
  return message.several ? several(message, t, answer) : single(message, t, answer);
}

/** What the values of an answer read as, for a conversation that is loaded again. */
export function labels(values, offered, t) {
  const known = new Map([[NONE, t("choices.none")], [NOT_SURE, t("choices.not_sure")]]);
  for (const choice of offered ?? []) known.set(choice.value, choice.label);
  return values.map((value) => known.get(value) ?? value).join(", ");
}

function single(message, t, answer) {
  const buttons = message.choices.map((choice) =>
    h("button", { type: "button", class: "choice", onclick: () => answer([choice.value], choice.label) }, choice.label),
  );
  return h("fieldset", { class: "choices" }, h("legend", {}, t("choices.one")), h("div", { class: "row" }, buttons));
}

function several(message, t, answer) {
  const special = (value) => value === NONE || value === NOT_SURE;
  const named = (value) => message.choices.find((choice) => choice.value === value)?.label;
  const boxes = message.choices
    .filter((choice) => !special(choice.value))
    .map((choice) => ({ choice, box: h("input", { type: "checkbox", value: choice.value }) }));
  const picked = () => boxes.filter(({ box }) => box.checked).map(({ choice }) => choice);
  const complaint = h("p", { class: "complaint", role: "alert" });
  const send = h("button", { type: "submit", class: "primary" }, t("choices.send"));
  const others = [
    [NONE, named(NONE) ?? t("choices.none")],
    [NOT_SURE, named(NOT_SURE) ?? t("choices.not_sure")],
  ].map(([value, label]) =>
    h("button", { type: "button", class: "choice", onclick: () => answer([value], label) }, label),
  );
  // "None of these" beside a ticked box would contradict it, and one of the two would be lost.
  const settle = () => {
    complaint.textContent = "";
    others.forEach((button) => (button.disabled = picked().length > 0));
  };
  return h(
    "form",
    {
      class: "choices",
      novalidate: true,
      onchange: settle,
      onsubmit: (event) => {
        event.preventDefault();
        const chosen = picked();
        if (!chosen.length) complaint.textContent = t("choices.nothing_chosen");
        else answer(chosen.map(({ value }) => value), chosen.map(({ label }) => label).join(", "));
      },
    },
    h(
      "fieldset",
      {},
      h("legend", {}, t("choices.several")),
      h("div", { class: "boxes" }, boxes.map(({ choice, box }) => h("label", {}, box, h("span", {}, choice.label)))),
    ),
    complaint,
    h("div", { class: "row" }, send, others),
  );
}

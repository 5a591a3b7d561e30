// The choices of a question: buttons where one may be picked, boxes where several may. Used once, then gone.

import { h } from "./dom";
import { NONE, NOT_SURE } from "./labels";
import type { BotItem, Choice } from "./types";
import type { Words } from "./words";

type Answered = (values: string[], label: string) => void;

/** A form for the choices of `message`; calls `answer` once. Null where there is nothing to choose. */
export function choices(message: BotItem, words: Words, answer: Answered): HTMLElement | null {
  const offered = message.choices ?? [];
  if (!offered.length) return null;
  let form: HTMLElement;
  let used = false;
  const once: Answered = (values, label) => {
    if (used) return;
    used = true;
    disable(form);
    answer(values, label);
  };
  form = message.several ? several(offered, words, once) : single(offered, words, once);
  return form;
}

/** Makes every control in `place` unusable. */
export function disable(place: Element): void {
  for (const control of place.querySelectorAll<HTMLButtonElement | HTMLInputElement>("button, input")) {
    control.disabled = true;
  }
}

function button(choice: Choice, words: Words, answer: Answered): HTMLButtonElement {
  const press = () => answer([choice.value], choice.label);
  return h("button", { type: "button", class: "choice", onclick: press }, words.said(choice.label, { links: false }));
}

function single(offered: Choice[], words: Words, answer: Answered): HTMLElement {
  const buttons = offered.map((choice) => button(choice, words, answer));
  return h(
    "fieldset",
    { class: "choices" },
    h("legend", {}, words.t("choices.one")),
    h("div", { class: "row" }, buttons),
  );
}

function several(offered: Choice[], words: Words, answer: Answered): HTMLElement {
  const { t } = words;
  const special = (value: string) => value === NONE || value === NOT_SURE;
  const boxes = offered
    .filter(({ value }) => !special(value))
    .map((choice) => ({ choice, box: h("input", { type: "checkbox", value: choice.value }) }));
  const picked = () => boxes.filter(({ box }) => box.checked).map(({ choice }) => choice);
  const others = (
    [
      [NONE, t("choices.none")],
      [NOT_SURE, t("choices.not_sure")],
    ] as const
  ).map(([value, label]) =>
    button({ value, label: offered.find((choice) => choice.value === value)?.label ?? label }, words, answer),
  );
  const complaint = h("p", { class: "complaint", role: "alert" });
  // "None of these" beside a ticked box would contradict it, and one of the two would be lost.
  const settle = () => {
    complaint.textContent = "";
    for (const each of others) each.disabled = picked().length > 0;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const chosen = picked();
    if (!chosen.length) complaint.textContent = t("choices.nothing_chosen");
    else
      answer(
        chosen.map(({ value }) => value),
        chosen.map(({ label }) => label).join(", "),
      );
  };
  const labels = boxes.map(({ choice, box }) => h("label", {}, box, words.said(choice.label, { links: false })));
  return h(
    "form",
    { class: "choices", novalidate: true, onchange: settle, onsubmit: submit },
    h("fieldset", {}, h("legend", {}, t("choices.several")), h("div", { class: "boxes" }, labels)),
    complaint,
    h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, t("choices.send")), others),
  );
}

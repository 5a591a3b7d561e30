// What the archive has: an answer with its origin, or the reason why none is shown; and similar questions.

import { type Child, h, list, newId } from "./dom";
import { icon } from "./icons";
import type { Answer, Line, Similar } from "./types";
import type { Words } from "./words";

// A longer text is folded to its beginning.
const LONG = 480;

/** A line of text, whether the server gives it bare or with its sources. */
export function lineText(item: Line | string): string {
  return typeof item === "string" ? item : item.text;
}

/** An answer of the archive. Whose words they are, its heading says. */
export function answer(found: Answer | null | undefined, words: Words): HTMLElement | null {
  if (!found) return null;
  const { t } = words;
  const heading = found.heading?.replace(/:$/, "");
  if (!found.shown || !found.text) {
    const name = found.withheld_because ? "note" : "quiet";
    if (found.heading) return words.said(found.heading, { tag: "p", name });
    return h("p", { class: name }, t(found.withheld_because ? "advice.withheld" : "advice.no_answer"));
  }
  return h(
    "section",
    { class: "answer" },
    h("h3", {}, icon("quote"), heading ? words.said(heading) : h("span", {}, t("advice.answer"))),
    list(found.notes ?? [t("advice.answer_for_someone_else")], (note) => words.said(lineText(note)), "notes"),
    found.doctor && h("p", { class: "quiet" }, words.said(t("advice.answer_doctor", { name: found.doctor }))),
    found.title && words.said(found.title, { tag: "p", name: "answer-title" }),
    found.question &&
      h("details", {}, h("summary", {}, t("advice.answer_question")), words.said(found.question, { tag: "p" })),
    long(found.text, words),
    // Where doctors differ, the other reply stands beside this one, with an origin and notes of its own.
    (found.others ?? []).map((other) => [
      other.lead && words.said(other.lead, { tag: "p", name: "note" }),
      answer(other, words),
    ]),
  );
}

/** Questions of the archive that are like this one. */
export function similar(items: readonly (Similar | string)[] | null | undefined, words: Words): HTMLElement | null {
  return list(items, (item) => {
    if (typeof item === "string") return words.said(item);
    return [
      words.said(item.title),
      item.cut_off && h("span", { class: "quiet" }, ` ${words.t("advice.cut_off")}`),
    ] as Child;
  });
}

/** A long text folded to its beginning, with a button to open it. */
function long(text: string, words: Words): Child {
  const { t } = words;
  // What is folded away cannot be seen, so no link in it may take the focus.
  const said = (links: boolean) => words.said(text, { tag: "div", links });
  if (text.length < LONG) return h("blockquote", {}, said(true));
  const quote = h("blockquote", { id: newId("quote"), class: "folded" }, said(false));
  const turn = () => {
    const folded = quote.classList.toggle("folded");
    quote.replaceChildren(said(!folded));
    button.setAttribute("aria-expanded", String(!folded));
    button.textContent = t(folded ? "advice.answer_more" : "advice.answer_less");
  };
  const button = h(
    "button",
    { type: "button", class: "link", "aria-expanded": "false", "aria-controls": quote.id, onclick: turn },
    t("advice.answer_more"),
  );
  return [quote, button];
}

// Looking up answered questions of the archive, beside the conversation.

import { answer } from "./answer";
import { asApiError } from "./api";
import { callButton } from "./call";
import { closeButton, openDialog } from "./dialog";
import { type Child, h, list, newId } from "./dom";
import type { Found, Similar } from "./types";
import type { Words } from "./words";

export interface SearchEvents {
  ask(text: string): Promise<Found>;
  /** The conversation that the search belongs to has ended. */
  ended(): void;
}

/** Opens the search; gives the way to close it. */
export function openSearch(layer: HTMLElement, words: Words, events: SearchEvents): () => void {
  const { t } = words;
  const id = newId("search");
  const field = h("input", { id, type: "search", dir: "auto", autocomplete: "off", enterkeyhint: "search" });
  const state = h("div", { class: "search-state", "aria-live": "polite" });
  const results = h("div", { class: "search-results" });
  // An answer to an older question that comes late is not shown.
  let asked = 0;

  const show = (told: Child, found: Child = null) => {
    state.replaceChildren(h("div", {}, told));
    results.replaceChildren(h("div", {}, found));
  };

  const ask = async () => {
    if (!field.value.trim()) return field.focus();
    asked += 1;
    const mine = asked;
    show(h("p", { class: "quiet" }, t("search.loading")));
    try {
      const found = await events.ask(field.value);
      if (mine === asked) show(told(found, words), shown(found, words));
    } catch (thrown) {
      const error = asApiError(thrown);
      if (mine !== asked) return;
      if (!error.ended && !error.barred) return show(failed(error.message, ask, words));
      close();
      events.ended();
    }
  };

  const submit = (event: Event) => {
    event.preventDefault();
    void ask();
  };
  // Browsers use Escape to empty a search field first; here it means what it does everywhere else in a dialog.
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    close();
  });
  const form = h(
    "form",
    { class: "search-form", role: "search", onsubmit: submit },
    h("label", { for: id }, t("search.label")),
    h("div", { class: "field" }, field, h("button", { type: "submit", class: "primary" }, t("search.ask"))),
  );
  const close = openDialog(
    layer,
    t("search.title"),
    "search",
    closeButton(words, () => close()),
    h("p", { class: "quiet" }, t("search.lead")),
    form,
    state,
    results,
  );
  field.focus();
  return close;
}

/** What is said aloud about what was found: an emergency, nothing, or how much. */
function told({ message, answers, similar }: Found, words: Words): Child {
  const { t } = words;
  if (message) {
    const text = words.said(message, { tag: "p" });
    return h("div", { class: "urgent-note", role: "alert" }, text, callButton(words));
  }
  const count = (answers?.length ?? 0) + (similar?.length ?? 0);
  if (!count) return h("p", { class: "note" }, t("search.nothing"));
  return h("p", { class: "quiet" }, t("search.found", { count }));
}

function shown({ message, answers, similar }: Found, words: Words): Child {
  if (message) return null;
  const questions = list(similar, (item) => question(item, words), "similar");
  return [
    (answers ?? []).map((each) => answer(each, words)),
    questions && h("section", {}, h("h3", {}, words.t("advice.similar")), questions),
  ];
}

function question(item: Similar | string, words: Words): Child {
  if (typeof item === "string") return words.said(item);
  return [
    words.said(item.title, { tag: "strong" }),
    item.cut_off && h("span", { class: "quiet" }, ` ${words.t("advice.cut_off")}`),
    item.question && words.said(item.question, { tag: "p", name: "quiet" }),
  ];
}

function failed(message: string, again: () => void, words: Words): Child {
  const { t } = words;
  return h(
    "div",
    { class: "note" },
    message ? words.said(message, { tag: "p" }) : h("p", {}, t("search.failed")),
    h("p", {}, t("emergency.strip")),
    h("button", { type: "button", class: "choice", onclick: again }, t("state.retry")),
  );
}

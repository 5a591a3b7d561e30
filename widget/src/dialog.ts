// Dialogs over everything: made for one use, the focus goes back to where it was.

import { type Child, focusedBeside, h, newId } from "./dom";
import { icon } from "./icons";
import type { Words } from "./words";

/** Opens a dialog in `layer`; gives the way to close it. */
export function openDialog(layer: HTMLElement, title: string, name: string, ...content: Child[]): () => void {
  const before = focusedBeside(layer);
  const id = newId("dialog");
  const gone = () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
  const dialog = h(
    "dialog",
    { class: name, "aria-labelledby": id, onclose: gone },
    h("h2", { id, tabindex: "-1" }, title),
    content,
  );
  layer.append(dialog);
  dialog.showModal();
  return () => dialog.close();
}

/** Asks before something that cannot be undone; `name` is the group of its texts. Gives the way to close it. */
export function confirmation(layer: HTMLElement, { t }: Words, name: string, confirm: () => void): () => void {
  const sure = () => {
    close();
    confirm();
  };
  const close = openDialog(
    layer,
    t(`${name}.title`),
    "ask",
    h("p", {}, t(`${name}.text`)),
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", class: "primary", onclick: sure }, t(`${name}.confirm`)),
      h("button", { type: "button", class: "choice", onclick: () => close() }, t(`${name}.cancel`)),
    ),
  );
  return close;
}

/** A button that only shows a cross. */
export function closeButton({ t }: Words, close: () => void): HTMLElement {
  const label = t("page.close");
  return h(
    "button",
    { type: "button", class: "close", "aria-label": label, title: label, onclick: close },
    icon("close"),
  );
}

// The review form by keyboard: words of a message are marked, and keys do what buttons do. All of it works without
// this script too, by hand.
(() => {
  "use strict";
  const form = document.getElementById("review");
  if (!form) return;
  const help = document.getElementById("review-help");
  const status = document.getElementById("review-status");
  const rows = document.getElementById("review-marks");
  const template = document.getElementById("review-mark-row");
  const keys = document.getElementById("review-keys");
  const STORED = "signpost-review-keys";

  // Whoever may not keep anything on this device has the shortcuts on.
  const remember = (value) => {
    try {
      if (value !== undefined) localStorage.setItem(STORED, value);
      return localStorage.getItem(STORED);
    } catch {
      return null;
    }
  };
  keys.checked = remember() !== "off";
  keys.addEventListener("change", () => remember(keys.checked ? "on" : "off"));

  for (const hidden of document.querySelectorAll("#review-help-open, [data-mark]")) hidden.hidden = false;
  document.getElementById("review-help-open").addEventListener("click", () => help.showModal());

  const texts = [...document.querySelectorAll("textarea.markable")];
  let newest = null; // the text that was last selected in: a click on a button takes the focus away
  for (const text of texts) {
    const fit = () => {
      text.style.height = "auto";
      text.style.height = `${text.scrollHeight + 4}px`;
    };
    fit();
    addEventListener("resize", fit);
    text.addEventListener("focus", () => (newest = text));
    // A field that is read-only has no caret to move by keyboard in every browser. This one has, and takes nothing in.
    text.readOnly = false;
    text.setAttribute("aria-readonly", "true");
    text.inputMode = "none";
    text.addEventListener("beforeinput", (event) => event.preventDefault());
    text.addEventListener("drop", (event) => event.preventDefault());
  }

  function selected(text) {
    const words = text.value.slice(text.selectionStart, text.selectionEnd);
    const start = text.selectionStart + (words.length - words.trimStart().length);
    return { words: words.trim(), start };
  }

  function emptyRow() {
    for (const row of rows.children) {
      const filled = [...row.querySelectorAll("input:not([type=hidden])")].some((field) => field.value.trim());
      if (!filled) return row;
    }
    const row = template.content.firstElementChild.cloneNode(true);
    const number = rows.children.length;
    for (const each of row.querySelectorAll("[id], [for]")) {
      for (const name of ["id", "for"]) {
        if (each.hasAttribute(name)) each.setAttribute(name, each.getAttribute(name).replace("-new-", `-${number}-`));
      }
    }
    rows.append(row);
    return row;
  }

  function mark(text) {
    const { words, start } = text ? selected(text) : { words: "" };
    if (!words) {
      status.textContent = form.dataset.selectFirst;
      if (text) text.focus();
      return;
    }
    const row = emptyRow();
    row.querySelector("[name=mark_message]").value = text.dataset.message;
    // An input has no line breaks: across lines, the words are found again by their place.
    row.querySelector("[name=mark_words]").value = words;
    row.querySelector("[name=mark_start]").value = start;
    status.textContent = form.dataset.marked;
    row.querySelector("[name=mark_finding]").focus();
  }

  rows.addEventListener("input", (event) => {
    // Words that are changed by hand stand where they are found first.
    if (event.target.name === "mark_words" || event.target.name === "mark_message") {
      event.target.closest("li").querySelector("[name=mark_start]").value = "";
    }
  });
  for (const button of document.querySelectorAll("[data-mark]")) {
    button.addEventListener("click", () => mark(document.getElementById(button.dataset.mark)));
  }

  const typing = (element) =>
    element.isContentEditable ||
    element.matches("select, textarea:not(.markable), input:not([type=radio], [type=checkbox], [type=submit])");

  const pick = (place) => {
    const radio = form.querySelectorAll("input[name=level_verdict]")[place];
    radio.checked = true;
    radio.focus();
  };
  const does = {
    1: () => pick(0),
    2: () => pick(1),
    3: () => pick(2),
    m: () => mark(texts.includes(document.activeElement) ? document.activeElement : newest),
    n: () => document.querySelector("[data-next]").click(),
    s: () => form.requestSubmit(document.getElementById("review-save")),
  };
  document.addEventListener("keydown", (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat);
    if (!plain || help.open || typing(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      help.showModal();
    } else if (keys.checked && !event.shiftKey && Object.hasOwn(does, event.key)) {
      event.preventDefault();
      does[event.key]();
    }
  });
})();

// Elements from data. Text only ever becomes text nodes: nothing here can turn a string into markup.

/** An element with attributes, listeners (`on...`) and children; null and false children are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/** Add children: elements as they are, everything else as text. */
export function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Text as paragraphs, split where a blank line stands. */
export function paragraphs(text) {
  return String(text ?? "")
    .split(/\n{2,}/)
    .filter((part) => part.trim())
    .map((part) => h("p", {}, part.trim()));
}

/** Words for screen readers only. */
export function unseen(text) {
  return h("span", { class: "unseen" }, text);
}

/** A list, or nothing where there are no items. */
export function list(items, render = (item) => item, name = "plain") {
  const shown = (items ?? []).filter(Boolean);
  return shown.length ? h("ul", { class: name }, shown.map((item) => h("li", {}, render(item)))) : null;
}

/** A phone number as the address of a call: only digits, plus, star and hash are dialled. */
export function telephone(number) {
  return `tel:${String(number).replace(/[^\d+*#]/g, "")}`;
}

/** The address if it leads to this server or to the web, else null: no script hides behind a link. */
export function safeAddress(address, base) {
  try {
    const url = new URL(address, base);
    return ["https:", "http:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

// Elements from data. Text only ever becomes text nodes: nothing here can turn a string into markup.

/** What an element may hold; null, undefined and false are left out. */
export type Child = Node | string | number | null | undefined | false | Child[];

// A method's parameter may be narrowed, so that a handler for keys fits where one for events is asked.
type Listener = { on(event: Event): unknown }["on"];
type Attributes = Record<string, string | number | boolean | null | undefined | Listener>;

/** An element with attributes, listeners (`on...`) and children. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  tag: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/** Add children: elements as they are, everything else as text. */
export function append(element: Node, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false || child === "") continue;
    if (Array.isArray(child)) append(element, child);
    else element.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Words for screen readers only. */
export function unseen(text: string): HTMLElement {
  return h("span", { class: "unseen" }, text);
}

/** A list, or nothing where there are no items. */
export function list<Value>(
  items: readonly Value[] | null | undefined,
  render: (item: NonNullable<Value>) => Child,
  name = "plain",
): HTMLElement | null {
  const shown = (items ?? []).filter((item) => item !== null && item !== undefined && item !== "");
  if (!shown.length) return null;
  return h(
    "ul",
    { class: name },
    shown.map((item) => h("li", {}, render(item as NonNullable<Value>))),
  );
}

let made = 0;

/** An id that nothing else in the tree has. */
export function newId(name: string): string {
  made += 1;
  return `${name}-${made}`;
}

/** The element that has the focus in the same tree as `element`, if any. */
export function focusedBeside(element: Node): Element | null {
  const root = element.getRootNode();
  return root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
}

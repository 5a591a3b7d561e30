// Addresses: which of them may be followed, and how those in a text become links. Nothing else in a text becomes anything.

import { h } from "./dom";

const ALLOWED = ["https:", "http:", "tel:"];
// Up to a blank, a quote, a bracket that no address has, or a character that cannot be seen: those can turn text around.
const ADDRESS = /(?<![\p{L}\p{N}])https?:\/\/[^\s<>"'`{}|\\^\p{C}]+/giu;
const TRAILING = /[.,;:!?*_~\]]$/;

/** The address, if it leads to the web or to a phone; else null. No script hides behind a link. */
export function safeAddress(address: string, base?: URL | string): string | null {
  try {
    const url = new URL(address, base);
    // A name before the host makes an address look like another's.
    return ALLOWED.includes(url.protocol) && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}

/** A phone number as the address of a call: only digits, plus, star and hash are dialled. */
export function telephone(number: string): string {
  return `tel:${String(number).replace(/[^\d+*#]/g, "")}`;
}

/** A link that opens beside the conversation and tells the other side nothing. */
export function link(href: string, ...content: (Node | string)[]): HTMLAnchorElement {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, content);
}

/** The text as nodes, unchanged to the last character, its web addresses as links. */
export function linkify(text: string): Node[] {
  const nodes: Node[] = [];
  let done = 0;
  const plain = (end: number) => {
    if (end > done) nodes.push(document.createTextNode(text.slice(done, end)));
    done = end;
  };
  for (const found of text.matchAll(ADDRESS)) {
    const shown = withoutEnding(found[0]);
    const href = safeAddress(shown);
    if (!href) continue;
    plain(found.index);
    nodes.push(link(href, shown));
    done += shown.length;
  }
  plain(text.length);
  return nodes;
}

/** Without the full stop or bracket of the sentence that the address stands in. */
function withoutEnding(address: string): string {
  let shown = address;
  for (;;) {
    const open = shown.split("(").length;
    const unopened = shown.endsWith(")") && shown.split(")").length > open;
    if (!unopened && !TRAILING.test(shown)) return shown;
    shown = shown.slice(0, -1);
  }
}

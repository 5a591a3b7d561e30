// Links that call the emergency number.

import { h } from "./dom";
import { icon } from "./icons";
import { telephone } from "./links";
import type { Words } from "./words";

/** A link that calls the emergency number, as large as a thumb. */
export function callButton({ t, numbers }: Words): HTMLElement {
  const number = numbers.emergency_number ?? "";
  return h("a", { class: "call", href: telephone(number) }, icon("phone"), t("emergency.call"));
}

/** The line that stands above everything from the start. */
export function callStrip({ t, numbers }: Words): HTMLElement {
  const number = numbers.emergency_number ?? "";
  const call = h("a", { href: telephone(number) }, icon("phone"), h("span", {}, t("emergency.strip")));
  return h("p", { class: "strip" }, call);
}

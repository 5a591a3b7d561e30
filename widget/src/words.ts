// The widget's words in one language: texts with their placeholders filled in, numbers and dates, and which way they run.

import { type Child, h } from "./dom";
import { linkify } from "./links";
import type { Texts } from "./types";

type Values = Record<string, string | number>;
type Tag = "span" | "div" | "p" | "strong" | "h2";

// A phone number keeps its order inside a line that runs from right to left.
const ISOLATE = "\u2066";
const END = "\u2069";

export class Words {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly demonstration: boolean;
  readonly allowed: boolean;
  readonly numbers: Record<string, string>;
  readonly #texts: Record<string, string>;
  readonly #locale: string;

  constructor(given: Texts) {
    this.language = given.language || "en";
    this.direction = given.direction === "rtl" ? "rtl" : "ltr";
    this.demonstration = given.demonstration === true;
    this.allowed = given.allowed !== false;
    this.numbers = given.numbers ?? {};
    this.#texts = given.texts ?? {};
    this.#locale = localeOf(this.language);
  }

  /** The text at `key`, its {placeholders} filled in from `values` and the numbers to call. */
  readonly t = (key: string, values: Values = {}): string =>
    (this.#texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      if (value !== undefined) return typeof value === "number" ? this.number(value) : value;
      const number = this.numbers[name];
      if (number === undefined) return whole;
      return this.direction === "rtl" ? ISOLATE + number + END : number;
    });

  /** Whether there is a text at `key`. */
  has(key: string): boolean {
    return key in this.#texts;
  }

  /** A number as people who read this language write it. */
  number(value: number): string {
    return this.#format(() => new Intl.NumberFormat(this.#locale).format(value), String(value));
  }

  /** Some seconds as people who read this language write them. */
  seconds(value: number): string {
    const how = { style: "unit", unit: "second", unitDisplay: "long" } as const;
    return this.#format(() => new Intl.NumberFormat(this.#locale, how).format(value), String(value));
  }

  /** A moment as people who read this language write it; as it came, where it is none. */
  moment(value: string): string {
    // Dates are guessed from many texts; only one that is written as a date is one.
    if (!/^\d{4}-\d\d-\d\d/.test(value)) return value;
    const format = () =>
      new Intl.DateTimeFormat(this.#locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(value));
    return this.#format(format, value);
  }

  /** What the server or a person wrote, whole: its own direction, kept apart from what stands around it. */
  said(text: unknown, { tag = "span", name = "", links = true, own = false } = {} as SaidOptions): HTMLElement {
    const whole = String(text ?? "");
    const content: Child = links ? linkify(whole) : whole;
    // The clinical content is written in English, whatever language surrounds it; the person's own words are not ours.
    const english = !own && !/^en\b/i.test(this.language);
    return h(tag, { class: `said ${name}`.trim(), dir: "auto", lang: english ? "en" : null }, content);
  }

  #format(format: () => string, otherwise: string): string {
    try {
      return format();
    } catch {
      // An unknown language tag or an impossible date must not take the rest of the page with it.
      return otherwise;
    }
  }
}

interface SaidOptions {
  tag?: Tag;
  name?: string;
  links?: boolean;
  own?: boolean;
}

/** The language to ask for: the element's own, else that of the page around it, else the browser's. */
export function languageOf(element: Element): string {
  const own = element.getAttribute("language");
  if (own) return own;
  for (let here: Element | null = element; here; here = outside(here)) {
    const around = here.closest("[lang]")?.getAttribute("lang");
    if (around) return around;
  }
  return navigator.language || "en";
}

/** The language as the browser's own country writes it; English that says no more is British. */
function localeOf(language: string): string {
  if (language.includes("-")) return language;
  const own = (navigator.languages ?? []).find((each) => each.toLowerCase().startsWith(`${language.toLowerCase()}-`));
  return own ?? (language === "en" ? "en-GB" : language);
}

/** The element that holds the shadow tree in which `element` stands. */
function outside(element: Element): Element | null {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

// The advice card: how urgent by colour, picture and words; then why, what was understood, what a doctor told someone else,
// what to do meanwhile, what to watch for, and what would change it. Whatever the server leaves out is left out here.

import { answer, lineText, similar } from "./answer";
import { callButton } from "./call";
import { type Child, h, list, unseen } from "./dom";
import { icon } from "./icons";
import { link, safeAddress } from "./links";
import { details, reasons, sourcesOf } from "./reasons";
import type { Advice, BotItem, Change, Line, SafetyNet } from "./types";
import type { Words } from "./words";

const LEVELS = ["emergency", "same_day", "within_2_weeks", "routine", "self_care", "unknown"];

/** What a card holds that is not text: the chips and the question whether it was helpful. */
export interface CardParts {
  home: URL;
  chips: HTMLElement | null;
  feedback: HTMLElement | null;
}

/** Whether a message is one thing to do at once, without questions and asides. */
export function isSpoken({ advice }: BotItem): boolean {
  // Who may harm themselves is spoken to in whole sentences, whatever the level.
  return advice?.level === "emergency" || Boolean(advice?.crisis);
}

/** The card of a message that carries advice. */
export function card(message: BotItem, advice: Advice, words: Words, parts: CardParts): HTMLElement {
  const { t } = words;
  const level = known(advice.level);
  const label = advice.level_label || t(`levels.${level}`);
  const body = isSpoken(message) ? spoken(message, advice, words, parts) : calm(message, advice, words, parts);
  return h(
    "article",
    { class: `card level-${level}`, "aria-label": t("advice.card", { level: label }) },
    h(
      "header",
      { class: "card-head" },
      h("span", { class: "card-icon" }, icon(level)),
      h(
        "div",
        {},
        h("p", { class: "card-level" }, unseen(`${t("advice.urgency")}: `), words.said(label)),
        words.said(advice.headline || label, { tag: "h2" }),
      ),
    ),
    h(
      "div",
      { class: "card-body" },
      body,
      advice.demonstration && words.said(advice.demonstration, { tag: "p", name: "mark" }),
    ),
  );
}

/** An emergency is one thing to do; the rest is folded away. */
function spoken(message: BotItem, advice: Advice, words: Words, { home }: CardParts): Child {
  const { t } = words;
  // The headline stands in the card's head already.
  const lead = `${advice.headline}.\n`;
  const text = message.text.startsWith(lead) ? message.text.slice(lead.length) : message.text;
  const net = advice.safety_net;
  return [
    words.said(text, { tag: "div", name: "act" }),
    callButton(words),
    watchFor(net, t("advice.while_waiting"), words),
    net?.how_long && words.said(net.how_long, { tag: "p" }),
    Boolean(advice.reasons?.length) && details(t("advice.why_and_source"), reasons(advice.reasons, words, false)),
    report(advice, words, home),
  ];
}

function calm(message: BotItem, advice: Advice, words: Words, { home, chips, feedback }: CardParts): Child {
  const { t } = words;
  const lines = (items: Advice["self_care"], name = "plain") =>
    list(items, (line: Line | string) => words.said(lineText(line)), name);
  const who = typeof advice.specialty === "string" ? advice.specialty : advice.specialty?.label;
  const related = Boolean(advice.related?.length) && words.said(advice.related?.join(", "), { tag: "p" });
  const sections = [
    section(t("advice.why"), reasons(advice.reasons, words), unexplained(advice.unexplained, words)),
    section(t("advice.self_care"), lines(advice.self_care, "ticks"), sourcesOf(advice.self_care, words)),
    watchFor(advice.safety_net, t("advice.watch_for"), words),
    expectations(advice.safety_net, words),
    section(
      t("advice.doctor"),
      who && words.said(t("advice.specialty", { specialty: who }), { tag: "p" }),
      lines(advice.doctor),
      sourcesOf(advice.doctor, words),
    ),
    answer(advice.answer, words),
    section(t("advice.similar"), similar(advice.similar, words)),
    section(
      t("advice.would_change"),
      list(advice.would_change, (item) => change(item, words), "changes"),
    ),
    section(t("advice.related"), related),
    understood(advice, words, chips),
  ];
  // A reply that comes without its parts is still a reply.
  const text = sections.some(Boolean) ? null : words.said(message.text, { tag: "div" });
  return [text, sections, report(advice, words, home), feedback];
}

/** The way to the report, where there is one; it opens beside the conversation. */
function report(advice: Advice, { t }: Words, home: URL): HTMLElement | null {
  const address = advice.report_url ? safeAddress(advice.report_url, home) : null;
  if (!address || address.startsWith("tel:")) return null;
  return h("p", { class: "report" }, link(address, icon("report"), h("span", {}, t("advice.report"))));
}

function section(title: string, ...content: Child[]): HTMLElement | null {
  const shown = content.filter(Boolean);
  return shown.length ? h("section", {}, h("h3", {}, title), shown) : null;
}

function unexplained(complaints: string[] | null | undefined, words: Words): HTMLElement | null {
  if (!complaints?.length) return null;
  const text = words.t("advice.unexplained", { complaints: complaints.join(", ") });
  return words.said(text, { tag: "p", name: "note" });
}

function understood(advice: Advice, words: Words, chips: HTMLElement | null): HTMLElement | null {
  const { t } = words;
  const missed = (advice.not_understood ?? []).map(lineText);
  const quoted = missed.map((text, index) => [
    index > 0 && ", ",
    h("q", {}, words.said(text, { links: false, own: true })),
  ]);
  return section(
    t("advice.understood"),
    chips,
    Boolean(advice.denied?.length) &&
      details(
        t("advice.denied"),
        list(advice.denied, (item) => words.said(lineText(item)), "sources"),
      ),
    missed.length > 0 && h("p", { class: "quiet" }, t("advice.not_understood"), " ", quoted),
  );
}

function watchFor(net: SafetyNet | null | undefined, title: string, words: Words): HTMLElement | null {
  if (!net?.watch_for?.length && !net?.how_to_get_help) return null;
  const help = net.how_to_get_help;
  return h(
    "section",
    { class: "watch" },
    h("h3", {}, icon("emergency"), h("span", {}, title)),
    list(net.watch_for, (line) => words.said(lineText(line))),
    help && h("p", {}, h("strong", {}, `${words.t("advice.how_to_get_help")}: `), words.said(help)),
  );
}

function expectations(net: SafetyNet | null | undefined, words: Words): HTMLElement | null {
  const texts = [net?.how_long, net?.uncertain].filter(Boolean);
  return section(words.t("advice.how_long"), ...texts.map((text) => words.said(text, { tag: "p" })));
}

function change(item: Change | string, words: Words): Child {
  if (typeof item === "string") return words.said(item);
  const level = known(item.level);
  const label = item.level_label || words.t(`levels.${level}`);
  return [words.said(item.text), h("span", { class: `pill level-${level}` }, icon(level), words.said(label))];
}

function known(level: string | null | undefined): string {
  return level && LEVELS.includes(level) ? level : "unknown";
}

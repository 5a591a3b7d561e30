// The advice card: how urgent by colour, picture and words; then why, what was understood, what a doctor told someone else,
// what to do meanwhile, what to watch for, and what would change it. Whatever the server leaves out is left out here.

import { h, list, paragraphs, safeAddress, telephone, unseen } from "./dom.js";
import { icon } from "./icons.js";

const LEVELS = ["emergency", "same_day", "within_2_weeks", "routine", "self_care", "unknown"];

/** The card of a message that carries advice. `tools`: t gives texts, numbers are the numbers to call. */
export function card(message, { t, numbers, home }) {
  const { advice } = message;
  const level = LEVELS.includes(advice.level) ? advice.level : "unknown";
  const label = advice.level_label || t(`levels.${level}`);
  // Who may harm themselves is spoken to in whole sentences, whatever the level.
  const spoken = level === "emergency" || advice.crisis;
  const body = spoken ? emergencyBody(message, t, numbers, home) : calmBody(advice, t, home);
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
        h("p", { class: "card-level" }, unseen(`${t("advice.urgency")}: `), label),
        h("h2", {}, advice.headline || label),
      ),
    ),
    h("div", { class: "card-body" }, body, advice.demonstration && h("p", { class: "mark" }, advice.demonstration)),
  );
}

/** An emergency is one thing to do; the rest is folded away. */
function emergencyBody(message, t, numbers, home) {
  const { advice } = message;
  const text = message.text.split("\n").filter((line) => line.trim() && line !== `${advice.headline}.`);
  return [
    h("div", { class: "act" }, text.map((line) => h("p", {}, line))),
    callButton(t, numbers),
    watchFor(advice.safety_net, t("advice.while_waiting"), t),
    advice.safety_net?.how_long && h("p", {}, advice.safety_net.how_long),
    advice.reasons?.length > 0 &&
      h("details", {}, h("summary", {}, t("advice.why_and_source")), reasons(advice.reasons, t, false)),
    report(advice, t, home),
  ];
}

function calmBody(advice, t, home) {
  const who = typeof advice.specialty === "string" ? advice.specialty : advice.specialty?.label;
  return [
    section(t("advice.why"), reasons(advice.reasons, t), unexplained(advice.unexplained, t)),
    section(t("advice.self_care"), list(advice.self_care, line, "ticks"), sourcesOf(advice.self_care, t)),
    watchFor(advice.safety_net, t("advice.watch_for"), t),
    expect(advice.safety_net, t),
    section(
      t("advice.doctor"),
      who && h("p", {}, t("advice.specialty", { specialty: who })),
      list(advice.doctor, line),
      sourcesOf(advice.doctor, t),
    ),
    answer(advice.answer, t),
    section(t("advice.similar"), list(advice.similar, (item) => similar(item, t))),
    section(t("advice.would_change"), list(advice.would_change, (item) => change(item, t), "changes")),
    section(t("advice.related"), advice.related?.length > 0 && h("p", {}, advice.related.join(", "))),
    understood(advice, t),
    report(advice, t, home),
  ];
}

/** The way to the report, where there is one; it opens beside the conversation. */
function report(advice, t, home) {
  const address = advice.report_url && safeAddress(advice.report_url, home);
  return address && h("p", { class: "report" }, h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, t("advice.report")));
}

/** A link that calls the emergency number, as large as a thumb. */
export function callButton(t, numbers) {
  const number = numbers.emergency_number;
  return h("a", { class: "call", href: telephone(number) }, icon("phone"), t("emergency.call"));
}

/** The coloured mark of a level: picture and words. */
export function pill(level, label) {
  const known = LEVELS.includes(level) ? level : "unknown";
  return h("span", { class: `pill level-${known}` }, icon(known), label);
}

function section(title, ...content) {
  const shown = content.flat().filter(Boolean);
  return shown.length ? h("section", {}, h("h3", {}, title), shown) : null;
}

/** A line of text, whether the server gives it bare or with its sources. */
function line(item) {
  return typeof item === "string" ? item : item.text;
}

/** Why, each reason with its rule and its sources; folded behind a line of their own unless they are folded already. */
function reasons(items, t, fold = true) {
  const origin = (reason) => [
    reason.rule && h("p", { class: "rule" }, ruleLine(reason.rule, t)),
    list(reason.sources, (source) => sourceLine(source, t), "sources"),
  ];
  const folded = (reason) => (fold ? h("details", {}, h("summary", {}, t("advice.source")), origin(reason)) : origin(reason));
  return list(
    items,
    (reason) => [h("p", {}, reason.text), (reason.rule || reason.sources?.length > 0) && folded(reason)],
    "reasons",
  );
}

/** The sources of a list's lines, each once, folded. */
function sourcesOf(lines, t) {
  const all = (lines ?? []).flatMap((item) => item.sources ?? []).map((source) => sourceLine(source, t));
  if (!all.length) return null;
  return h("details", {}, h("summary", {}, t("advice.source")), list([...new Set(all)], (source) => source, "sources"));
}

function unexplained(complaints, t) {
  if (!complaints?.length) return null;
  return h("p", { class: "note" }, t("advice.unexplained", { complaints: complaints.join(", ") }));
}

function ruleLine(rule, t) {
  const by = rule.reviewed?.by ?? (typeof rule.reviewed === "string" ? rule.reviewed : null);
  const signed = by ? t("advice.reviewed", { name: by }) : t("advice.not_reviewed");
  const caution = rule.caution ? ` ${typeof rule.caution === "string" ? rule.caution : t("advice.caution")}` : "";
  return `${t("advice.rule", { id: rule.id, version: rule.version })}, ${signed}.${caution}`;
}

function sourceLine(source, t) {
  if (typeof source === "string") return source;
  const place = source.section ? t("advice.section", { section: source.section }) : "";
  return [source.organisation, source.title, source.year, place].filter(Boolean).join(", ");
}

function understood(advice, t) {
  const missed = (advice.not_understood ?? []).map((item) => (typeof item === "string" ? item : item.text));
  return section(
    t("advice.understood"),
    list(advice.understood, line, "chips"),
    advice.denied?.length > 0 &&
      h("details", {}, h("summary", {}, t("advice.denied")), list(advice.denied, line, "sources")),
    missed.length > 0 &&
      h("p", { class: "quiet" }, t("advice.not_understood"), " ", missed.map((words) => `“${words}”`).join(", ")),
  );
}

/** What the archive has: an answer with its origin, or the reason why none is shown. Whose words they are, its heading says. */
function answer(found, t) {
  if (!found) return null;
  const title = (found.heading || t("advice.answer")).replace(/:$/, "");
  if (!found.shown || !found.text) {
    const why = found.heading || t(found.withheld_because ? "advice.withheld" : "advice.no_answer");
    return h("p", { class: found.withheld_because ? "note" : "quiet" }, why);
  }
  return h(
    "section",
    { class: "answer" },
    h("h3", {}, icon("quote"), h("span", {}, title)),
    list(found.notes ?? [t("advice.answer_for_someone_else")], line, "notes"),
    found.doctor && h("p", { class: "quiet" }, t("advice.answer_doctor", { name: found.doctor })),
    found.title && h("p", { class: "answer-title" }, found.title),
    long(found.text, t),
    // Where doctors differ, the other reply stands beside this one, with an origin and notes of its own.
    found.others?.map((other) => [other.lead && h("p", { class: "note" }, other.lead), answer(other, t)]),
  );
}

/** A long text folded to its beginning, with a button to open it. */
function long(text, t) {
  const quote = h("blockquote", {}, paragraphs(text));
  if (text.length < 480) return quote;
  quote.classList.add("folded");
  const button = h("button", { type: "button", class: "link", "aria-expanded": "false" }, t("advice.answer_more"));
  button.addEventListener("click", () => {
    const folded = quote.classList.toggle("folded");
    button.setAttribute("aria-expanded", String(!folded));
    button.textContent = t(folded ? "advice.answer_more" : "advice.answer_less");
  });
  return [quote, button];
}

function watchFor(net, title, t) {
  if (!net?.watch_for?.length && !net?.how_to_get_help) return null;
  return h(
    "section",
    { class: "watch" },
    h("h3", {}, icon("emergency"), title),
    list(net.watch_for, line),
    net.how_to_get_help && h("p", {}, h("strong", {}, `${t("advice.how_to_get_help")}: `), net.how_to_get_help),
  );
}

function expect(net, t) {
  if (!net) return null;
  return section(t("advice.how_long"), [net.how_long, net.uncertain].filter(Boolean).map((text) => h("p", {}, text)));
}

function change(item, t) {
  if (typeof item === "string") return item;
  return [h("span", {}, item.text), pill(item.level, item.level_label || t(`levels.${item.level}`))];
}

function similar(item, t) {
  if (typeof item === "string") return item;
  return [item.title, item.cut_off && h("span", { class: "quiet" }, ` ${t("advice.cut_off")}`)];
}

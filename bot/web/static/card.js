// The advice card: how urgent by colour, picture and words; then why, what was understood, what a doctor told someone else,
// what to do meanwhile, what to watch for, and what would change it. Whatever the server leaves out is left out here.

import { h, list, paragraphs, safeAddress, telephone, unseen } from "./dom.js";
import { icon } from "./icons.js";

const LEVELS = ["emergency", "same_day", "within_2_weeks", "routine", "self_care", "unknown"];

/** The card of one piece of advice. `t` gives texts, `numbers` the numbers to call. */
export function card(advice, { t, numbers, home }) {
  const level = LEVELS.includes(advice.level) ? advice.level : "unknown";
  const urgent = level === "emergency";
  const label = advice.level_label || t(`levels.${level}`);
  const report = advice.report_url && safeAddress(advice.report_url, home);
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
        h("p", { class: "card-level" }, unseen(`${t("advice.urgency")}: `), label, timeframe(advice, label)),
        h("h2", {}, advice.headline || label),
      ),
    ),
    h(
      "div",
      { class: "card-body" },
      urgent && callButton(t, numbers),
      section(t("advice.why"), reasons(advice.reasons, t)),
      section(t("advice.self_care"), list(advice.self_care, line, "ticks")),
      watchFor(advice.safety_net, t),
      answer(advice.answer, t),
      doctor(advice, t),
      section(t("advice.would_change"), list(advice.would_change, (item) => change(item, t), "changes")),
      section(t("advice.similar"), list(advice.similar, (item) => similar(item, t))),
      understood(advice, t),
      report && h("p", {}, h("a", { href: report, target: "_blank", rel: "noopener noreferrer" }, t("advice.report"))),
      advice.demonstration && h("p", { class: "mark" }, advice.demonstration),
    ),
  );
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

function timeframe(advice, label) {
  const said = advice.timeframe;
  return said && said !== label ? h("span", { class: "card-time" }, said) : null;
}

/** A line of text, whether the server gives it bare or with its sources. */
function line(item) {
  return typeof item === "string" ? item : item.text;
}

function reasons(items, t) {
  return list(
    items,
    (reason) => [
      h("p", {}, reason.text),
      (reason.rule || reason.sources?.length) &&
        h(
          "details",
          {},
          h("summary", {}, t("advice.source")),
          reason.rule && h("p", { class: "rule" }, ruleLine(reason.rule, t)),
          list(reason.sources, (source) => sourceLine(source, t), "sources"),
        ),
    ],
    "reasons",
  );
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
    missed.length > 0 &&
      h("p", { class: "quiet" }, t("advice.not_understood"), " ", missed.map((words) => `“${words}”`).join(", ")),
  );
}

function answer(found, t) {
  if (!found) return null;
  if (found.shown === false) {
    const why = t(found.withheld_because === "emergency" ? "advice.withheld_emergency" : "advice.withheld_calmer");
    return section(t("advice.withheld"), h("p", { class: "note" }, ...[found.note ?? why].flat().join(" ")));
  }
  if (!found.text) return null;
  const notes = [found.note ?? t("advice.answer_for_someone_else")].flat();
  const fact = (name, value) => [h("dt", {}, t(name)), h("dd", {}, value)];
  return h(
    "section",
    { class: "answer" },
    h("h3", {}, icon("doctor"), t("advice.answer")),
    list(notes, line, "notes"),
    found.title && h("p", { class: "answer-title" }, found.title),
    h(
      "dl",
      {},
      found.doctor && fact("advice.answer_doctor", found.doctor),
      fact("advice.answer_specialty", found.specialty || t("advice.answer_no_specialty")),
      fact("advice.answer_date", found.date || t("advice.answer_no_date")),
    ),
    long(found.text, t),
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

function doctor(advice, t) {
  const who = typeof advice.specialty === "string" ? advice.specialty : advice.specialty?.label;
  return section(
    t("advice.doctor"),
    who && h("p", {}, t("advice.specialty", { specialty: who })),
    list(advice.doctor, line),
  );
}

function watchFor(net, t) {
  if (!net) return null;
  return h(
    "section",
    { class: "watch" },
    net.watch_for?.length > 0 && h("h3", {}, icon("emergency"), t("advice.watch_for")),
    list(net.watch_for, line),
    net.how_to_get_help && h("p", {}, h("strong", {}, `${t("advice.how_to_get_help")}: `), net.how_to_get_help),
    net.how_long && h("p", {}, h("strong", {}, `${t("advice.how_long")}: `), net.how_long),
    net.uncertain && h("p", { class: "quiet" }, net.uncertain),
  );
}

function change(item, t) {
  if (typeof item === "string") return item;
  return [h("span", {}, item.text), pill(item.level, item.level_label || t(`levels.${item.level}`))];
}

function similar(item, t) {
  if (typeof item === "string") return item;
  return [item.title, item.cut_off && h("span", { class: "quiet" }, ` ${t("advice.cut_off")}`)];
}

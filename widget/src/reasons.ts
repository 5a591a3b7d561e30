// Why the advice is what it is: each reason with its rule and its sources.

import { type Child, h, list } from "./dom";
import type { Line, Reason, Rule, Source } from "./types";
import type { Words } from "./words";

/** The reasons; rule and sources behind a line of their own, unless the whole is folded already. */
export function reasons(items: readonly Reason[] | null | undefined, words: Words, fold = true): HTMLElement | null {
  const origin = (reason: Reason): Child => [
    reason.rule && words.said(ruleLine(reason.rule, words), { tag: "p", name: "rule" }),
    list(reason.sources, (source) => words.said(sourceLine(source, words)), "sources"),
  ];
  const folded = (reason: Reason): Child => (fold ? details(words.t("advice.source"), origin(reason)) : origin(reason));
  return list(
    items,
    (reason) => [
      words.said(reason.text, { tag: "p" }),
      Boolean(reason.rule || reason.sources?.length) && folded(reason),
    ],
    "reasons",
  );
}

/** The sources of a list's lines, each once, folded. */
export function sourcesOf(lines: readonly (Line | string)[] | null | undefined, words: Words): HTMLElement | null {
  const all = (lines ?? []).flatMap((line) => (typeof line === "string" ? [] : (line.sources ?? [])));
  const shown = [...new Set(all.map((source) => sourceLine(source, words)))];
  if (!shown.length) return null;
  return details(
    words.t("advice.source"),
    list(shown, (source) => words.said(source), "sources"),
  );
}

/** Something folded behind a line that opens it. */
export function details(summary: string, ...content: Child[]): HTMLElement {
  return h("details", {}, h("summary", {}, summary), content);
}

function ruleLine(rule: Rule, { t }: Words): string {
  const by = typeof rule.reviewed === "string" ? rule.reviewed : rule.reviewed?.by;
  const signed = by ? t("advice.reviewed", { name: by }) : t("advice.not_reviewed");
  const caution = typeof rule.caution === "string" ? rule.caution : rule.caution ? t("advice.caution") : "";
  const line = `${t("advice.rule", { id: rule.id, version: String(rule.version) })}, ${signed}.`;
  return caution ? `${line} ${caution}` : line;
}

function sourceLine(source: Source | string, { t }: Words): string {
  if (typeof source === "string") return source;
  const place = source.section ? t("advice.section", { section: source.section }) : "";
  return [source.organisation, source.title, source.year, place].filter(Boolean).join(", ");
}

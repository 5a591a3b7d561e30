// The shapes that the chat API gives, as the contract has them. What may be missing or null says so.

export interface Choice {
  label: string;
  value: string;
}

export interface Correction extends Choice {
  /** The label without the name of the thing, for where that stands beside it. */
  short?: string | null;
  remove?: boolean | null;
}

export interface Understood {
  text: string;
  corrections?: Correction[] | null;
}

export interface Source {
  organisation?: string | null;
  title?: string | null;
  year?: number | string | null;
  section?: string | null;
}

export interface Line {
  text: string;
  sources?: (Source | string)[] | null;
}

export interface Rule {
  id: string;
  version: string | number;
  reviewed?: { by?: string | null } | string | null;
  caution?: boolean | string | null;
}

export interface Reason extends Line {
  rule?: Rule | null;
}

export interface SafetyNet {
  uncertain?: string | null;
  watch_for?: (Line | string)[] | null;
  how_to_get_help?: string | null;
  how_long?: string | null;
}

export interface Answer {
  shown?: boolean | null;
  heading?: string | null;
  text?: string | null;
  title?: string | null;
  question?: string | null;
  doctor?: string | null;
  notes?: (Line | string)[] | null;
  withheld_because?: string | null;
  lead?: string | null;
  others?: Answer[] | null;
}

export interface Similar {
  title: string;
  question?: string | null;
  cut_off?: boolean | null;
}

export interface Change {
  text: string;
  level: string;
  level_label?: string | null;
}

export interface Advice {
  level?: string | null;
  level_label?: string | null;
  headline?: string | null;
  reasons?: Reason[] | null;
  understood?: Understood[] | null;
  denied?: (Line | string)[] | null;
  not_understood?: (Line | string)[] | null;
  unexplained?: string[] | null;
  answer?: Answer | null;
  similar?: (Similar | string)[] | null;
  self_care?: (Line | string)[] | null;
  doctor?: (Line | string)[] | null;
  specialty?: string | { label?: string | null } | null;
  safety_net?: SafetyNet | null;
  would_change?: (Change | string)[] | null;
  related?: string[] | null;
  demonstration?: string | null;
  crisis?: unknown;
  report_url?: string | null;
}

export interface GivenFeedback {
  helpful: boolean;
  comment?: string | null;
}

export interface BotItem {
  from?: "bot";
  id: string;
  kind: string;
  text: string;
  choices?: Choice[] | null;
  several?: boolean | null;
  understood?: Understood[] | null;
  advice?: Advice | null;
  feedback?: GivenFeedback | null;
}

export interface PersonItem {
  from: "person";
  id: string;
  text?: string | null;
  choices?: string[] | null;
}

export interface ClinicianItem {
  from: "clinician";
  id: string;
  text: string;
  at?: string | null;
  /** Who writes, with what they are. */
  by?: string | null;
  /** Whether this clinician's side reads what is written back, and not the bot. */
  held?: boolean | null;
}

/** One thing said in the conversation, by whichever of the three. */
export type Item = BotItem | PersonItem | ClinicianItem;

/** What the person sends: words of their own, or choices that were offered. */
export type Content = { text: string } | { choices: string[] };

export interface Receipt {
  conversation: string;
  erased_at?: string | null;
  erased?: Record<string, number> | null;
}

export interface Found {
  answers?: Answer[] | null;
  similar?: (Similar | string)[] | null;
  message?: string | null;
}

export interface Texts {
  language: string;
  direction?: "ltr" | "rtl";
  texts: Record<string, string>;
  numbers: Record<string, string>;
  demonstration?: boolean;
  allowed?: boolean;
}

// What the values of an answer read as, for a conversation that is loaded again: the labels that were offered before it.

import type { BotItem, Choice, PersonItem } from "./types";
import type { Words } from "./words";

export const NONE = "none";
export const NOT_SURE = "not_sure";

export class Labels {
  readonly #known = new Map<string, string>();

  constructor(private readonly words: Words) {}

  /** Note what a reply offers; the newest label of a value counts. */
  offered({ choices, understood, advice }: BotItem): void {
    const corrections = [...(understood ?? []), ...(advice?.understood ?? [])].flatMap(
      (each) => each.corrections ?? [],
    );
    for (const { value, label } of [...corrections, ...(choices ?? [])] as Choice[]) this.#known.set(value, label);
  }

  /** What the person said, as they read it when they pressed it. */
  read({ text, choices }: PersonItem): string {
    return text ?? (choices ?? []).map((value) => this.#label(value)).join(", ");
  }

  #label(value: string): string {
    const offered = this.#known.get(value);
    if (offered !== undefined) return offered;
    if (value === NONE) return this.words.t("choices.none");
    return value === NOT_SURE ? this.words.t("choices.not_sure") : value;
  }
}

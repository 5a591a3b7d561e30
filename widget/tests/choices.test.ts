// The choices of a question, live chips, feedback and labels.

import { beforeEach, describe, expect, it } from "vitest";
import { Chips } from "../src/chips";
import { choices } from "../src/choices";
import { Feedback } from "../src/feedback";
import { Labels } from "../src/labels";
import type { BotItem } from "../src/types";
import { bot, fresh, settle, words } from "./help";

const OFFERED = [
  { label: "Droop", value: "droop" },
  { label: "Slurred", value: "slurred" },
  { label: "Nothing like that", value: "none" },
  { label: "I cannot tell", value: "not_sure" },
];
let sent: unknown[];
const answer = (values: string[], label: string) => sent.push([values, label]);
const form = (several: boolean, offered = OFFERED) =>
  choices(bot("?", { kind: "question", choices: offered, several }) as BotItem, words, answer)!;
const buttons = (place: Element) => [...place.querySelectorAll("button")];
const named = (place: Element, name: string) => buttons(place).find(({ textContent }) => textContent === name)!;

beforeEach(() => {
  fresh();
  sent = [];
});

describe("one choice", () => {
  it("is used once, and then none can be pressed", () => {
    const place = form(false);
    named(place, "Droop").click();
    expect(sent).toEqual([[["droop"], "Droop"]]);
    expect(buttons(place).map(({ disabled }) => disabled)).toEqual([true, true, true, true]);
    for (const button of buttons(place)) {
      button.disabled = false;
      button.click();
    }
    expect(sent).toHaveLength(1);
  });

  it("is a group with a name", () => {
    expect(form(false).querySelector("legend")?.textContent).toBe("Choose one answer");
    expect(form(false).localName).toBe("fieldset");
  });
});

describe("several choices", () => {
  const boxes = (place: Element) => [...place.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
  const submit = (place: Element) => place.dispatchEvent(new Event("submit", { cancelable: true }));
  const tick = (box: HTMLInputElement, on = true) => {
    box.checked = on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };

  it("need at least one", () => {
    const place = form(true);
    submit(place);
    expect(sent).toEqual([]);
    expect(place.querySelector("[role=alert]")?.textContent).toBe(words.t("choices.nothing_chosen"));
    tick(boxes(place)[0]!);
    expect(place.querySelector("[role=alert]")?.textContent).toBe("");
  });

  it("are sent together, once, with what they read as", () => {
    const place = form(true);
    for (const box of boxes(place)) tick(box);
    submit(place);
    submit(place);
    expect(sent).toEqual([[["droop", "slurred"], "Droop, Slurred"]]);
    expect(buttons(place).every(({ disabled }) => disabled) && boxes(place).every(({ disabled }) => disabled)).toBe(
      true,
    );
  });

  it("exclude none and not sure while one is ticked", () => {
    const place = form(true);
    const others = () => ["Nothing like that", "I cannot tell"].map((name) => named(place, name).disabled);
    expect(others()).toEqual([false, false]);
    tick(boxes(place)[1]!);
    expect(others()).toEqual([true, true]);
    tick(boxes(place)[1]!, false);
    expect(others()).toEqual([false, false]);
    named(place, "Nothing like that").click();
    expect(sent).toEqual([[["none"], "Nothing like that"]]);
  });

  it("have none and not sure, whether the server names them or not", () => {
    const place = form(true, OFFERED.slice(0, 2));
    named(place, "Not sure").click();
    expect(sent).toEqual([[["not_sure"], "Not sure"]]);
  });
});

describe("chips", () => {
  const items = [
    {
      text: "twitching",
      corrections: [
        { label: "Not so: twitching", value: "off", remove: true },
        { label: "It has gone", value: "gone" },
      ],
    },
    { text: "tired", corrections: [] },
    { text: "cough" },
  ];
  const make = () => new Chips(items, words, (value, label) => sent.push([value, label]));

  it("are taken back with the cross, once", () => {
    const { element } = make();
    const cross = element.querySelector<HTMLButtonElement>(".chip-remove")!;
    expect(cross.getAttribute("aria-label")).toBe("Not so: twitching");
    cross.click();
    cross.click();
    expect(sent).toEqual([["off", "Not so: twitching"]]);
  });

  it("are changed from a menu that opens and closes", () => {
    const { element } = make();
    document.body.append(element);
    const opener = element.querySelector<HTMLButtonElement>(".chip-change")!;
    const menu = element.querySelector<HTMLElement>(".chip-menu")!;
    expect([opener.getAttribute("aria-expanded"), menu.hidden, opener.getAttribute("aria-controls")]).toEqual([
      "false",
      true,
      menu.id,
    ]);
    opener.click();
    expect([opener.getAttribute("aria-expanded"), menu.hidden]).toEqual(["true", false]);
    menu.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect([opener.getAttribute("aria-expanded"), menu.hidden]).toEqual(["false", true]);
    menu.querySelector("button")!.click();
    expect(sent).toEqual([["gone", "It has gone"]]);
  });

  it("are plain without corrections, and when they are frozen", () => {
    const chips = make();
    expect(chips.element.querySelectorAll(".live")).toHaveLength(1);
    chips.freeze();
    expect(buttons(chips.element)).toEqual([]);
    expect([...chips.element.children].map(({ textContent }) => textContent)).toEqual(["twitching", "tired", "cough"]);
  });
});

describe("labels", () => {
  it("are the newest that were offered, corrections too", () => {
    const labels = new Labels(words);
    labels.offered(bot("", { choices: [{ label: "Left", value: "side" }] }) as BotItem);
    labels.offered(
      bot("", {
        choices: [{ label: "Right", value: "side" }],
        understood: [{ text: "x", corrections: [{ label: "It has gone", value: "gone" }] }],
      }) as BotItem,
    );
    labels.offered(
      bot("", {
        advice: { understood: [{ text: "x", corrections: [{ label: "Not so: x", value: "off" }] }] },
      }) as BotItem,
    );
    const read = (...values: string[]) => labels.read({ from: "person", id: "1", choices: values });
    expect(read("side", "gone", "off")).toBe("Right, It has gone, Not so: x");
    expect(read("none", "not_sure", "other")).toBe("None of these, Not sure, other");
    expect(labels.read({ from: "person", id: "1", text: "  own\n\nwords " })).toBe("  own\n\nwords ");
  });
});

describe("feedback", () => {
  let fail = false;
  const send = async (helpful: boolean, comment?: string) => {
    if (fail) throw new Error("no");
    sent.push([helpful, comment]);
  };
  const pressed = (element: Element) => ["Yes", "No"].map((name) => named(element, name).getAttribute("aria-pressed"));
  const told = (element: Element) => element.querySelector("[aria-live=polite]")?.textContent;

  beforeEach(() => {
    fail = false;
  });

  it("is yes or no, then a comment, then thanks", async () => {
    const { element } = new Feedback(words, send);
    expect(element.querySelector("h3")?.textContent).toBe("Was this helpful?");
    named(element, "No").click();
    await settle();
    expect([sent, pressed(element), told(element)]).toEqual([
      [[false, undefined]],
      ["false", "true"],
      words.t("feedback.thanks"),
    ]);
    element.querySelector("textarea")!.value = "too <short>";
    named(element, "Send comment").click();
    await settle();
    expect(sent.at(-1)).toEqual([false, "too <short>"]);
    expect(element.querySelector("textarea")).toBeNull();
    named(element, "Yes").click();
    await settle();
    expect([sent.at(-1), pressed(element)]).toEqual([
      [true, "too <short>"],
      ["true", "false"],
    ]);
  });

  it("needs no comment", async () => {
    const { element } = new Feedback(words, send);
    named(element, "Yes").click();
    await settle();
    named(element, "No comment").click();
    expect([sent, element.querySelector("textarea")]).toEqual([[[true, undefined]], null]);
  });

  it("says when it could not be stored, and can be given again", async () => {
    const { element } = new Feedback(words, send);
    fail = true;
    named(element, "Yes").click();
    await settle();
    expect([pressed(element), told(element)]).toEqual([["false", "false"], words.t("feedback.failed")]);
    fail = false;
    named(element, "Yes").click();
    await settle();
    expect(pressed(element)).toEqual(["true", "false"]);
  });

  it("is shown as it was stored", () => {
    const { element } = new Feedback(words, send, { helpful: false, comment: "no" });
    expect([pressed(element), told(element)]).toEqual([["false", "true"], words.t("feedback.thanks")]);
  });
});

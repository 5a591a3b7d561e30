// Which addresses become links, and that nothing else does.

import { describe, expect, it } from "vitest";
import { h } from "../src/dom";
import { linkify, safeAddress, telephone } from "../src/links";

function shown(text: string) {
  const place = h("p", {}, linkify(text));
  return {
    text: place.textContent,
    links: [...place.querySelectorAll("a")].map((each) => [each.textContent, each.href]),
  };
}

describe("a text with addresses", () => {
  it.each([
    ["See https://www.nhs.uk/conditions/ now", "https://www.nhs.uk/conditions/"],
    ["See https://www.nhs.uk/stroke.", "https://www.nhs.uk/stroke"],
    ["(http://clinic.example/a?b=c&d=e#f)", "http://clinic.example/a?b=c&d=e#f"],
    ["https://en.wikipedia.org/wiki/Face_(anatomy) is long", "https://en.wikipedia.org/wiki/Face_(anatomy)"],
    ["HTTPS://CLINIC.EXAMPLE/Now!", "HTTPS://CLINIC.EXAMPLE/Now"],
    ["line\nhttps://a.example\n\nend", "https://a.example"],
  ])("%j has one link", (text, address) => {
    const { text: whole, links } = shown(text);
    expect(whole).toBe(text);
    expect(links).toEqual([[address, new URL(address).href]]);
  });

  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    " javascript:alert(1)//",
    "\u0001javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:abc",
    "[x](javascript:alert(1))",
    "ftp://a.example/",
    "//evil.example",
    "www.evil.example",
    "mailto:a@b.example",
    "http s://a.example",
    "https:/a.example",
    "https://",
    "https:// a",
    "https://user:pass@evil.example/",
    "https://bank.example@evil.example/",
    "xhttps://a.example",
    "http://[",
  ])("%j has none", (text) => {
    const { text: whole, links } = shown(text);
    expect(whole).toBe(text);
    expect(links).toEqual([]);
  });

  it("ends an address where text could be turned around", () => {
    const { text, links } = shown("https://a.example/\u202Egpj.exe");
    expect(text).toBe("https://a.example/\u202Egpj.exe");
    expect(links).toEqual([["https://a.example/", "https://a.example/"]]);
  });

  it("opens links beside the page, and tells the other side nothing", () => {
    const link = h("p", {}, linkify("https://a.example")).querySelector("a");
    expect(link?.target).toBe("_blank");
    expect(link?.rel).toBe("noopener noreferrer");
  });
});

describe("an address from the server", () => {
  it.each(["javascript:alert(1)", " JAVASCRIPT:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x"])(
    "is no link: %j",
    (address) => expect(safeAddress(address, "https://signpost.example/")).toBeNull(),
  );

  it("is a link on the same server, the web or the phone", () => {
    expect(safeAddress("reports/abc", "https://signpost.example/")).toBe("https://signpost.example/reports/abc");
    expect(safeAddress("tel:999")).toBe("tel:999");
    expect(telephone("+44 (0) 999;ext=1")).toBe("tel:+4409991");
  });
});

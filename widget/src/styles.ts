// The styles as sheets for a shadow tree: made in script, so that no page has to allow inline styles.

import base from "./styles/base.css";
import card from "./styles/card.css";
import controls from "./styles/controls.css";
import dark from "./styles/dark.css";
import frame from "./styles/frame.css";
import launcher from "./styles/launcher.css";
import media from "./styles/media.css";
import scenes from "./styles/scenes.css";
import thread from "./styles/thread.css";

let made: CSSStyleSheet[] | null = null;

/** The sheets, made once for all elements of a page. */
export function sheets(): CSSStyleSheet[] {
  // The dark palette is written once, and used where the system asks for it and where the element does.
  const asked = dark.replace(":host", ':host([scheme="dark"])');
  const system = `@media (prefers-color-scheme: dark) { ${dark.replace(":host", ':host(:not([scheme="light"]))')} }`;
  made ??= [base, system, asked, frame, controls, scenes, thread, card, launcher, media].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  return made;
}

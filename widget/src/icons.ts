// Pictures as paths on a grid of 24, drawn in the colour of the text beside them. Always beside words, so hidden from readers.

const SPACE = "http://www.w3.org/2000/svg";

const PATHS: Record<string, string> = {
  signpost: "M11 2h2v2h5l3 2.5L18 9h-5v2h-2V9H5V4h6zM6 11h7v5H6l-3-2.5zM11 16h2v6h-2z",
  phone:
    "M6.6 2.8 9.4 2l2 4.6-2 1.7a12 12 0 0 0 6.3 6.3l1.7-2 4.6 2-.8 2.8a3 3 0 0 1-3.3 2.1A18 18 0 0 1 4.5 6.1 3 3 0 0 1 6.6 2.8z",
  emergency: "M12 1.5 23.5 21.5H.5zM10.9 8.5v6.5h2.2V8.5zM10.9 16.7v2.3h2.2v-2.3z",
  same_day: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM11 6v7l4.8 2.9 1-1.7-3.8-2.3V6z",
  within_2_weeks: "M7 2h2v2h6V2h2v2h4v18H3V4h4zM5 9v11h14V9zM7.5 11.5h3v3h-3zM13.5 11.5h3v3h-3z",
  routine: "M7 2h2v2h6V2h2v2h4v18H3V4h4zM5 9v11h14V9zM10.7 18.2 7 14.6l1.4-1.4 2.3 2.2 4.9-4.9 1.4 1.4z",
  self_care: "M12 3 2 11.5h3V21h5.5v-6h3v6H19v-9.5h3z",
  unknown:
    "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM11 16.5v2.2h2.2v-2.2zM12.1 5.3A3.9 3.9 0 0 0 8 9.2h2.1a1.9 1.9 0 1 1 3 1.5C11.8 11.6 11 12.4 11 14.5h2.2c0-1.3.6-1.7 1.6-2.5a3.8 3.8 0 0 0-2.7-6.7z",
  send: "M2 3l20 9-20 9 3-9zM6.5 11v2l8-1z",
  check: "M9.2 18.3 3 12.1l1.7-1.7 4.5 4.5L19.3 4.8 21 6.5z",
  shield: "M12 2l8 3v6c0 5-3.4 9.3-8 11-4.6-1.7-8-6-8-11V5zM10.9 16.2l6-6-1.5-1.5-4.5 4.5-2.2-2.2-1.5 1.5z",
  bin: "M9 2h6l1 2h5v2H3V4h5zM5 8h14l-1 14H6zM9.5 10.5v9h1.6v-9zM12.9 10.5v9h1.6v-9z",
  again: "M12 4a8 8 0 1 1-7.7 5.8l1.9.6A6 6 0 1 0 12 6v3.5L6.8 5 12 .5z",
  doctor:
    "M12 2a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM3 22c0-5 3.5-9 9-9s9 4 9 9zM11 15.5v1.6H9.4v1.8H11v1.6h2v-1.6h1.6v-1.8H13v-1.6z",
  quote: "M4 5h7v7c0 3-1.5 5.5-5 7l-1-1.8c2-1 3-2.5 3-4.2H4zM13 5h7v7c0 3-1.5 5.5-5 7l-1-1.8c2-1 3-2.5 3-4.2h-4z",
  close: "M5.4 4 12 10.6 18.6 4 20 5.4 13.4 12l6.6 6.6-1.4 1.4-6.6-6.6L5.4 20 4 18.6l6.6-6.6L4 5.4z",
  more: "M5 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM12 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM19 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  search: "M10 2a8 8 0 0 1 6.3 12.9l5.4 5.4-1.4 1.4-5.4-5.4A8 8 0 1 1 10 2zM10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12z",
  report: "M5 2h9l5 5v15H5zM13 4H7v16h10V8h-4zM9 11h6v1.8H9zM9 15h6v1.8H9z",
  print: "M7 2h10v5H7zM4 8h16a2 2 0 0 1 2 2v7h-4v5H6v-5H2v-7a2 2 0 0 1 2-2zM8 14v6h8v-6z",
  chat: "M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-8l-6 4.5V18H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM6.5 8v1.8h11V8zM6.5 11.6v1.8h7v-1.8z",
  edit: "M15.5 3.5l5 5L9 20H4v-5zM15.5 6.3 6 15.8V18h2.2l9.5-9.5z",
};

/** The picture of this name, or of "unknown". */
export function icon(name: string): SVGElement {
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(SPACE, "path");
  path.setAttribute("d", (Object.hasOwn(PATHS, name) && PATHS[name]) || PATHS.unknown || "");
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

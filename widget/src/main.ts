/*! Signpost widget. Includes eventsource-parser (MIT, (c) Espen Hovlandsdal). */
// <script src="https://HOST/widget.js" defer></script><signpost-chat></signpost-chat>

import { define } from "./element";

const script = document.currentScript;
define(new URL(".", script instanceof HTMLScriptElement && script.src ? script.src : location.href));

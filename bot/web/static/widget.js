// <script src="https://HOST/widget.js" defer></script><signpost-chat></signpost-chat>
// Finds out where it came from, fetches the rest from there, and defines the element.
(() => {
  const home = new URL(".", document.currentScript.src);
  import(new URL("static/chat.js", home).href)
    .then((chat) => chat.define(home))
    .catch((error) => console.error("Signpost could not be loaded", error));
})();

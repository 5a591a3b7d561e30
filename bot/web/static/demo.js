// The demonstration page's own button opens the chat, as a clinic's page may.
document.getElementById("ask").addEventListener("click", () => document.querySelector("signpost-chat").open());

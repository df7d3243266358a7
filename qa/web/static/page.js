// Quotes on hover, sources beside the chat, example questions, and the status line. No text is ever parsed as HTML here
// but what the server's renderer made.
"use strict";
(() => {
  const make = (tag, attributes) => Object.assign(document.createElement(tag), attributes);
  const tip = make("div", { id: "tip", role: "tooltip", hidden: true });
  const pane = make("aside", { id: "source", hidden: true, tabIndex: -1 });
  pane.setAttribute("aria-label", "Source");
  let server;

  // The quote behind a number, on hover and on focus.
  function showTip(chip) {
    const quote = make("q", { textContent: chip.dataset.quote, dir: "auto" });
    tip.replaceChildren(quote, make("p", { textContent: chip.dataset.source, dir: "auto" }));
    tip.hidden = false;
    const at = chip.getBoundingClientRect(), box = tip.getBoundingClientRect();
    const below = at.top - box.height - 8 < 0;
    tip.style.left = `${Math.max(8, Math.min(at.left - 16, innerWidth - box.width - 8))}px`;
    tip.style.top = `${below ? at.bottom + 8 : at.top - box.height - 8}px`;
    chip.setAttribute("aria-describedby", "tip");
  }
  const hideTip = () => { tip.hidden = true; };
  for (const name of ["mouseover", "focusin"])
    document.addEventListener(name, (event) => {
      const chip = event.target.closest?.(".cite");
      if (chip && chip.dataset.quote) showTip(chip); else if (!event.target.closest?.("#tip")) hideTip();
    });
  addEventListener("scroll", hideTip, true);

  // The source pane.
  async function open(button) {
    const { document: name, start, end } = button.dataset;
    hideTip();
    document.querySelectorAll(".open").forEach((other) => other.classList.remove("open"));
    button.classList.add("open");
    pane.innerHTML = await server.source({ document: name, start: Number(start), end: Number(end) });
    pane.hidden = false;
    document.documentElement.classList.add("reading");
    pane.querySelector("mark")?.scrollIntoView({ block: "center" });
    pane.focus({ preventScroll: true });
  }
  function close() {
    pane.hidden = true;
    document.documentElement.classList.remove("reading");
    const button = document.querySelector(".open");
    button?.classList.remove("open");
    button?.focus({ preventScroll: true });
  }

  function fill(box, text) {
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function ask(text) {
    fill(document.querySelector("#ask textarea"), text);
    setTimeout(() => document.querySelector("#ask .submit-button")?.click(), 50);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button?.matches(".cite, .near")) open(button);
    else if (button?.matches(".example")) ask(button.textContent);
    else if (button?.matches("#source .close")) close();
    else if (button?.matches("#status .cancel")) server.cancel(0).then(look);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !tip.hidden) hideTip();
    else if (event.key === "Escape" && !pane.hidden) close();
  });

  // The status line looks again while something is under way.
  let line;
  function show(html) {
    if (line.innerHTML !== html) line.innerHTML = html;
    if (line.querySelector("[data-busy=true]")) setTimeout(look, 1000);
  }
  const look = () => server.status(0).then(show, () => setTimeout(look, 5000));
  window.qaConnect = () => {
    ({ element: line, server } = window.qaDesk);
    document.body.append(tip, pane);
    look();
    watch();
  };
  function watch() {
    const chat = document.querySelector("#now")?.parentElement, ask = document.querySelector("#ask:has(textarea)");
    if (!chat || !ask) return void requestAnimationFrame(watch);
    new MutationObserver(() => follow(chat)).observe(chat, { childList: true, subtree: true });
    new MutationObserver(() => label(ask)).observe(ask, { childList: true, subtree: true, attributeFilter: ["disabled"] });
    label(ask);
    follow(chat);
  }

  // What Gradio leaves out of the question box: names of its buttons, the direction of the text, the first focus.
  let focused = false;
  function label(ask) {
    ask.querySelector(".submit-button")?.setAttribute("aria-label", "Ask");
    ask.querySelector(".stop-button")?.setAttribute("aria-label", "Stop");
    const box = ask.querySelector("textarea");
    if (box.dir !== "auto") box.dir = "auto";
    if (focused || box.disabled) return;
    focused = true;
    box.focus({ preventScroll: true });
  }

  // A new question moves to the top and empties the box; nothing moves while its answer is written.
  let turns = 0;
  function follow(chat) {
    const all = chat.querySelectorAll(".turn"), last = all[all.length - 1];
    if (all.length === turns) return;
    const box = document.querySelector("#ask textarea");
    if (last?.querySelector("[aria-busy=true]")) fill(box, "");
    if (all.length > turns) last.scrollIntoView({ block: "start" });
    turns = all.length;
  }
  if (window.qaDesk) window.qaConnect();
})();

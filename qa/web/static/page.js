// Quotes on hover, sources beside the chat, example questions, and the status line. No text is ever parsed as HTML here
// but what the server's renderer made.
"use strict";
(() => {
  const make = (tag, attributes) => Object.assign(document.createElement(tag), attributes);
  const tip = make("div", { id: "tip", role: "tooltip", hidden: true });
  const pane = make("aside", { id: "source", hidden: true, tabIndex: -1 });
  pane.setAttribute("aria-label", "Source");

  // The page's own routes: JSON goes there (POST, or GET without it), a fragment or JSON comes back.
  async function api(path, data) {
    const headers = { "content-type": "application/json" };
    const sent = fetch(`/page/api/${path}`, data ? { method: "POST", headers, body: JSON.stringify(data) } : {});
    const answer = await sent.catch(() => { throw new Error("The server is not there. The page goes on when it is back."); });
    if (answer.status === 401 && line) line.textContent = await answer.clone().text();
    if (!answer.ok) throw new Error(await answer.text());
    return answer.headers.get("content-type").includes("json") ? answer.json() : answer.text();
  }

  // The card behind a number: quote, speaker, title and date, on hover and on focus. The pointer may go into it; a pointer
  // that lies still while the page moves below it does not close the card of what the keyboard is on.
  let hiding, pointed;
  function showTip(chip) {
    const { quote, why, speaker, source } = chip.dataset, line = make("p", { dir: "auto" });
    if (speaker) line.append(make("b", { textContent: speaker }), " · ");
    line.append(source || why);
    tip.replaceChildren(...(quote ? [make("q", { textContent: quote, dir: "auto" })] : []), line);
    tip.hidden = false;
    pointed = chip;
    placeTip();
    chip.setAttribute("aria-describedby", "tip");
  }
  function placeTip() {
    const at = pointed.getBoundingClientRect(), box = tip.getBoundingClientRect();
    if (at.bottom < 0 || at.top > innerHeight || !at.width) return hideTip();
    const below = at.top - box.height - 8 < 0;
    tip.style.left = `${Math.max(8, Math.min(at.left - 16, innerWidth - box.width - 8))}px`;
    tip.style.top = `${below ? at.bottom + 8 : at.top - box.height - 8}px`;
  }
  const hideTip = () => { clearTimeout(hiding); tip.hidden = true; };
  for (const name of ["mouseover", "focusin"])
    document.addEventListener(name, (event) => {
      const chip = event.target.closest?.("[data-quote], [data-why]");
      clearTimeout(hiding);
      if (chip) showTip(chip);
      else if (!event.target.closest?.("#tip") && !tip.hidden && !pointed.matches(":focus-visible")) hiding = setTimeout(hideTip, 150);
    });
  addEventListener("scroll", () => tip.hidden || placeTip(), true);

  // What a screen reader hears, politely.
  const voice = make("div", { id: "voice", role: "status" });
  const say = (text) => { voice.textContent = text; };

  // The source pane. `places` are those that the buttons of one answer open, each once, and `at` the one that is shown;
  // `origin` was clicked. Buttons come and go as an answer is written, so the one of a place is looked up.
  const key = (place) => `${place.start} ${place.end} ${place.document}`;
  function chip(place) {
    const all = [...document.querySelectorAll(".cite, .near")].filter((each) => key(each.dataset) === key(place));
    return all.find((each) => each === origin || origin.closest(".turn")?.contains(each)) || all.pop();
  }
  const narrow = matchMedia("(max-width: 60rem)");
  let origin, scrolled, places = [], at = 0, asked = 0;
  function open(button) {
    const group = button.closest(".how, .answer") || document.body, buttons = [...group.querySelectorAll(".cite, .near")];
    const here = group.matches(".how") ? buttons : buttons.filter((other) => !other.closest(".how"));
    places = [...new Map(here.reverse().map(({ dataset }) => [key(dataset), { ...dataset }])).values()].reverse();
    [origin, scrolled] = [button, scrollY];
    show(places.findIndex((each) => key(each) === key(button.dataset)));
  }
  async function show(wanted) {
    const chosen = places[wanted], { document: name, start, end } = chosen, mine = ++asked;
    const also = places.filter((each) => each !== chosen && each.document === name).map((each) => [Number(each.start), Number(each.end)]);
    const place = { document: name, start: Number(start), end: Number(end), quote: chosen.quote };
    const html = await api("source", { ...place, also, at: wanted + 1, of: places.length });
    if (mine !== asked) return;
    at = wanted;
    const by = pane.contains(document.activeElement) && document.activeElement.dataset.by;
    hideTip();
    pane.innerHTML = html;
    pick(name);
    if (pane.hidden) beside(true);
    document.querySelectorAll(".open").forEach((other) => other.classList.remove("open"));
    chip(chosen)?.classList.add("open");
    pane.querySelector("mark")?.scrollIntoView({ block: "center" });
    (pane.querySelector(`.step[data-by="${by}"]`) || pane).focus({ preventScroll: true });
    if (places.length > 1) say(`Source ${at + 1} of ${places.length}: ${chosen.source || ""}`);
  }
  const step = (by) => show((at + by + places.length) % places.length);
  // The pane pushes the chat aside, or covers it on a phone; the line that was read stays where it was.
  function beside(shown) {
    const top = origin.getBoundingClientRect().top;
    pane.hidden = !shown;
    document.documentElement.classList.toggle("reading", shown);
    pane.role = narrow.matches ? "dialog" : "complementary";
    pane.ariaModal = narrow.matches || null;
    document.querySelector("gradio-app").inert = shown && narrow.matches;
    if (origin.closest("#side")) return;
    if (shown) scrollBy(0, origin.getBoundingClientRect().top - top); else scrollTo(0, scrolled);
  }
  function close() {
    asked++;
    document.querySelector(".open")?.classList.remove("open");
    beside(false);
    (origin.isConnected ? origin : chip(origin.dataset))?.focus({ preventScroll: true });
  }

  function fill(box, text) {
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  // A question that is asked by a click leaves in the box what was being written there.
  const questionBox = () => document.querySelector("#ask textarea"), lastTurn = () => [...document.querySelectorAll(".turn")].pop();
  let draft = "";
  function ask(text) {
    if (how.edit) unedit();
    draft = questionBox().value;
    fill(questionBox(), text);
    setTimeout(enter, 50);
  }

  // Gradio drops a question that comes before it is done with the last one, a moment after that answer is shown. So the
  // one in the box is sent again until it is taken up, unless it is changed meanwhile.
  const queued = make("p", { id: "queued", role: "status", hidden: true, textContent: "Asked as soon as this answer is done, unless you change it." });
  let meant, trying, sent;
  const enter = () => questionBox().dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
  function mean() {
    meant = questionBox().value;
    clearTimeout(trying);
    trying = setTimeout(again, 100);
  }
  function again() {
    queued.hidden = !meant?.trim() || meant !== questionBox().value;
    if (queued.hidden) return;
    if (queued !== document.querySelector("#composer").firstChild) document.querySelector("#composer").prepend(queued);
    if (!opening && document.querySelector("#ask .submit-button")) enter(); else trying = setTimeout(again, 100);
  }
  document.addEventListener("keypress", (event) => {
    if (!event.target.matches("#ask textarea") || event.key !== "Enter" || event.shiftKey) return;
    if (!event.isComposing) mean();
    if (event.isComposing || opening) event.stopPropagation();
    if (opening) event.preventDefault();
  }, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#new, #go"), asks = event.target.closest?.("#ask .submit-button");
    if (asks) mean();
    if (opening && (asks || button)) event.stopPropagation();
    if (!button) return;
    if (how.edit) unedit();
    [meant, sent, carried] = [""];  // it was meant for the conversation that is left
    wish = button.id === "new" ? NEW : location.hash;
    if (opening) return;
    awaiting(wish);
    if (document.querySelector("#ask .stop-button")) leavings.push(Date.now());
  }, true);
  document.addEventListener("input", (event) => {
    if (!event.target.matches("#ask textarea")) return;
    if (event.isTrusted && how.again) how = {};  // another question does not take the place of the one asked again
    [meant, queued.hidden] = ["", true];
  });
  // It leaves the box once an answer to it is begun; what was written behind it stays.
  function taken(last, busy) {
    if (!sent || !last || last.querySelector(".unasked") || !(busy || last.dataset.turn !== sent.turn)) return;
    const box = questionBox();
    if (box.value.startsWith(sent.text)) fill(box, box.value.slice(sent.text.length));
    sent = undefined;
  }

  // An earlier question is edited in the box, or asked again: `how` goes with the next question.
  const editing = make("p", { id: "editing", hidden: true });
  editing.append("Asks in a new conversation, which begins with what stands above this question. ");
  editing.append(make("button", { type: "button", className: "unedit", textContent: "Cancel" }));
  let how = {};
  window.qaChoice = (text) => {
    const choice = { ...wanted(), ...how };
    const clicked = draft || how.again;
    if (clicked) fill(questionBox(), draft);
    sent = clicked ? undefined : { text, turn: lastTurn()?.dataset.turn };
    [draft, meant] = ["", ""];
    edit(null);
    return choice;
  };
  const question = (turn) => turn.querySelector(".question").textContent;
  function edit(turn) {
    how = turn ? { edit: Number(turn.dataset.turn) } : {};
    document.querySelectorAll(".turn.edited").forEach((other) => other.classList.remove("edited"));
    turn?.classList.add("edited");
    editing.hidden = !turn;
    document.querySelector("#composer").prepend(editing);
  }
  function beginEdit(turn) {
    if (!how.edit) draft = questionBox().value;
    edit(turn);
    fill(questionBox(), question(turn));
    questionBox().focus({ preventScroll: true });
  }
  function unedit() {
    edit(null);
    fill(questionBox(), draft);
    draft = "";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button?.matches(".example, .again") && event.detail > 1) return;  // a double click asks once
    if (button?.matches(".cite, .near")) open(button);
    else if (button?.matches(".example")) ask(button.textContent);
    else if (button?.matches(".welcome .add")) document.getElementById(button.dataset.for).click();
    else if (button?.matches(".edit")) beginEdit(button.closest(".turn"));
    else if (button?.matches(".unedit")) unedit();
    else if (button?.matches(".again")) {
      const turn = button.closest(".turn");
      ask(question(turn));
      how = { again: Number(turn.dataset.turn) };
    }
    else if (button?.matches("#source .close")) close();
    else if (button?.matches("#source .step")) step(Number(button.dataset.by));
    else if (button?.matches("#status .cancel")) api("cancel", {}).then(showLine);
  });
  document.addEventListener("keydown", (event) => {
    const own = sheet.open || event.isComposing || (event.target.matches("input[type=search]") && event.target.value);
    if (event.key === "Escape" && own) return;  // it closes the dialog, or empties the field
    if (event.key === "Escape" && !tip.hidden) hideTip();
    else if (event.key === "Escape" && !pane.hidden) close();
    else if (event.key === "Escape" && !editing.hidden) unedit();
    else if (event.key === "Escape") document.querySelector("#ask .stop-button")?.click();
    if (event.key === "ArrowUp" && event.target.matches("#ask textarea") && !event.target.value) {
      const last = [...document.querySelectorAll(".turn[data-turn]")].pop();
      if (last && !document.querySelector("#now [aria-busy=true]")) { beginEdit(last); event.preventDefault(); }
    }
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by && !pane.hidden && places.length > 1 && !event.target.matches("textarea, input, select")) step(by);
  });

  const documents = make("div", { id: "documents" }), files = make("div", { id: "files" });
  const findDocument = make("input", { id: "find-document", type: "search", placeholder: "Search the documents", autocomplete: "off" });
  const since = make("input", { type: "date", id: "since" }), until = make("input", { type: "date", id: "until" });
  const models = make("div", { id: "models", hidden: true, role: "dialog", tabIndex: -1 });
  let model = localStorage.getItem("qa.model") || "";

  // The status line looks again often while something is under way.
  let line, looking;
  function showLine(html) {
    const failed = line.querySelector(".failed");
    if (line.innerHTML !== html) line.innerHTML = html;
    clearTimeout(looking);
    looking = setTimeout(look, line.querySelector("[data-busy=true]") ? 1000 : 20000);
    if (failed && !line.querySelector(".failed")) { listDocuments(); welcome(); }
    if (!models.hidden && !models.querySelector(".consent")) listModels();
    chips();
  }
  const lost = ({ message }) => { line.textContent = message; clearTimeout(looking); looking = setTimeout(look, 3000); };
  const look = () => api(`status?model=${encodeURIComponent(model)}`).then(showLine, lost);
  window.qaConnect = () => {
    line = window.qaDesk;
    document.body.prepend(toggle, side);
    document.body.append(tip, pane, voice, sheet);
    document.body.append(models);
    look();
    watch();
    listDocuments();
    listFiles();
  };
  function watch() {
    const chat = document.querySelector("#now")?.parentElement, ask = document.querySelector("#ask:has(textarea)");
    if (!chat || !ask) return void requestAnimationFrame(watch);
    new MutationObserver(() => { follow(chat); kept(); }).observe(chat, { childList: true, subtree: true, attributeFilter: ["data-opened"] });
    new MutationObserver(() => label(ask)).observe(ask, { childList: true, subtree: true, attributeFilter: ["disabled"] });
    new ResizeObserver(([{ target }]) => under(target.offsetHeight)).observe(document.querySelector("#top"));
    label(ask);
    follow(chat);
    kept();
  }
  // A question that moves to the top stays below the line there, which takes three rows on a phone.
  const under = (height) => document.documentElement.style.setProperty("--top", `${height}px`);

  // What Gradio leaves out of the question box: names of its buttons, the direction of the text, the first focus.
  let focused = false;
  function label(ask) {
    ask.querySelector(".submit-button")?.setAttribute("aria-label", "Ask");
    ask.querySelector(".stop-button")?.setAttribute("aria-label", "Stop");
    const box = ask.querySelector("textarea");
    if (box.dir !== "auto") box.dir = "auto";
    if (focused || box.disabled) return;
    focused = true;
    fill(box, box.value);  // it then takes its height
    if (document.activeElement === document.body) box.focus({ preventScroll: true });
  }

  // A new question moves to the top and empties the box; nothing moves while its answer is written.
  let turns = 0, writing = false;
  function follow(chat) {
    const all = chat.querySelectorAll(".turn"), last = all[all.length - 1];
    const busy = Boolean(last?.querySelector("[aria-busy=true]")), began = busy && !writing, ended = writing && !busy;
    taken(last, busy);
    if (began || all.length > turns) last.scrollIntoView({ block: "start" });
    [turns, writing] = [all.length, busy];
    if (began) say("Reading the sources.");
    if (ended && last) say(ending(last));
    goOn(last);
  }
  // Under the last answer, once it is there: questions that the documents answer.
  let gone = "";
  async function goOn(last) {
    const turn = last?.dataset.turn;
    if (!turn || turn === gone || !chat()) return;
    gone = turn;
    const html = await api(`suggest?chat=${chat()}&turn=${turn}`).catch(() => "");
    const still = [...document.querySelectorAll(".turn")].pop();
    if (still?.dataset.turn === turn && !still.querySelector(".next")) still.insertAdjacentHTML("beforeend", html);
  }
  function ending(turn) {
    const count = new Set([...turn.querySelectorAll(".text .cite")].map((chip) => chip.dataset.cite)).size;
    if (turn.querySelector(".refusal")) return "The documents do not clearly answer this.";
    return `The answer is ready, with ${count} source${count === 1 ? "" : "s"}.`;
  }

  // The sidebar: conversations, and the documents below them. On a narrow page it is a sheet.
  const side = make("nav", { id: "side" }), toggle = make("button", { id: "side-toggle", type: "button", textContent: "☰" });
  const find = make("input", { id: "find-chat", type: "search", placeholder: "Search", autocomplete: "off" });
  const chats = make("div", { id: "chats" });
  function section(id, title, ...children) {
    const whole = make("section", { id });
    whole.append(make("h2", { textContent: title }), ...children);
    return whole;
  }
  side.append(section("side-chats", "Conversations", find, chats), section("side-documents", "Documents", ...panel()));
  side.setAttribute("aria-label", "Conversations and documents");
  find.setAttribute("aria-label", "Search the conversations");
  toggle.setAttribute("aria-controls", "side");
  toggle.setAttribute("aria-label", "Conversations and documents");
  function shown(open) {
    document.documentElement.classList.toggle("sided", open);
    toggle.setAttribute("aria-expanded", open);
    document.querySelector("gradio-app")?.toggleAttribute("inert", open && narrow.matches);
    if (!narrow.matches) localStorage.setItem("qa.side", open ? "open" : "shut");
  }
  shown(!narrow.matches && localStorage.getItem("qa.side") !== "shut");
  toggle.addEventListener("click", () => shown(!document.documentElement.classList.contains("sided")));
  addEventListener("pointerdown", ({ target }) => narrow.matches && !target.closest?.("nav, dialog, #side-toggle") && shown(false));
  side.addEventListener("keydown", ({ key }) => { if (key === "Escape" && narrow.matches) { shown(false); toggle.focus(); } });

  // Conversations. The address names the one that is open: #chat=…, and with &turn=… a place in it.
  const address = () => new URLSearchParams(location.hash.slice(1));
  const chat = () => document.querySelector("#past [data-chat]")?.dataset.chat ?? "";
  window.qaWanted = () => address().has("chat") ? `#${address().get("chat")}` : "";
  // One conversation opens at a time: until it is there no question is asked, and the last wish comes next.
  const NEW = "new", WAIT = 20000;
  let opening = location.hash || NEW, wish = opening, opened = "", giving;
  const leavings = [];
  function awaiting(place) {
    opening = place;
    clearTimeout(giving);
    giving = setTimeout(() => { opening = ""; }, WAIT);
  }
  awaiting(opening);
  function go(place) {
    wish = place;
    if (!opening) document.querySelector(place === NEW ? "#new" : "#go").click();
  }
  function arrived() {
    const mark = document.querySelector("#past [data-chat]")?.dataset.opened;
    if (!mark || mark === opened) return;
    const last = opening;
    [opened, opening] = [mark, ""];
    if (!last || wish === last) return;
    if (wish !== NEW) history.replaceState(null, "", wish);
    go(wish);
  }
  // An answer that was left ends by itself; its page is open already.
  window.qaLeft = (key) => {
    while (leavings.length) if (Date.now() - leavings.shift() < 60000) return "-";
    return key;
  };
  let listing = 0;
  async function list() {
    const mine = ++listing, html = await api(`chats?find=${encodeURIComponent(find.value)}`).catch(({ message }) => say(message));
    if (mine !== listing || html === undefined) return;
    chats.innerHTML = html;
    current();
  }
  function current() {
    for (const each of chats.querySelectorAll(".chat"))
      each.dataset.chat === chat() ? each.setAttribute("aria-current", "page") : each.removeAttribute("aria-current");
  }
  function showTurn() {
    const turn = address().get("turn"), place = turn && document.querySelector(`.turn[data-turn="${CSS.escape(turn)}"]`);
    if (!place || address().get("chat") !== chat()) return;
    place.classList.add("linked");
    place.scrollIntoView({ block: "start" });
  }
  let before = "";
  function kept() {
    arrived();
    if (opening) return;
    const count = document.querySelectorAll(".turn[data-turn]").length, now = `${chat()} ${count}`;
    if (now === before || !chat()) return;
    before = now;
    look();
    chips();
    if (address().get("chat") !== chat()) history.replaceState(null, "", count ? `#chat=${chat()}` : location.pathname);
    list();
    showTurn();
  }
  find.addEventListener("input", list);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { list(); look(); } });
  addEventListener("hashchange", () => {
    if (!opening && address().get("chat") === chat()) showTurn();
    else go(address().has("chat") ? location.hash : NEW);
  });
  chats.addEventListener("click", ({ target }) => {
    const { chat, turn } = target.closest("button.chat")?.dataset ?? {};
    if (!chat) return;
    location.hash = turn ? `chat=${chat}&turn=${turn}` : `chat=${chat}`;
    if (narrow.matches) shown(false);
  });

  // One dialog for all that is asked before something is done. Each choice is [its name, what it does, how it looks].
  const sheet = make("dialog", { id: "sheet" });
  const row = (...children) => { const all = make("div", { className: "row" }); all.append(...children); return all; };
  function choice([name, act, look = ""]) {
    const button = make("button", { type: "button", textContent: name, className: look });
    button.addEventListener("click", async () => {
      try {
        if ((await act?.()) !== "stay") sheet.close();
      } catch (error) {
        sheet.querySelector(".wrong").textContent = error.message;
      }
    });
    return button;
  }
  function consult(title, parts, choices) {
    const heading = make("h2", { id: "sheet-title", textContent: title, dir: "auto" });
    sheet.setAttribute("aria-labelledby", "sheet-title");
    sheet.replaceChildren(heading, ...parts, make("p", { className: "wrong", role: "alert" }), row(...choices.map(choice)));
    if (!sheet.open) sheet.showModal();
  }
  sheet.addEventListener("click", ({ target }) => target === sheet && sheet.close());
  sheet.addEventListener("close", () => { // what opened it may be gone
    const at = document.activeElement;
    if (at === document.body || sheet.contains(at)) document.querySelector("#ask textarea").focus();
  });

  // A conversation: rename, take away, delete.
  const save = (parameters) => make("a", { href: `/page/api/export?${new URLSearchParams(parameters)}`, download: "" }).click();
  function manage({ chat: id, title }) {
    const name = make("input", { value: title, maxLength: 80, ariaLabel: "Title" });
    const rename = async () => { chats.innerHTML = await api("chats/rename", { chat: id, title: name.value }); current(); };
    const remove = async () => {
      chats.innerHTML = await api("chats/delete", { chat: id });
      if (id === chat()) document.querySelector("#new").click();
    };
    const warning = make("p", { textContent: "Its questions and answers will be gone for good." });
    const sure = () => { consult(`Delete “${title}”?`, [warning], [["Keep it"], ["Delete", remove, "alarm"]]); return "stay"; };
    name.addEventListener("keydown", ({ key }) => key === "Enter" && sheet.querySelector(".main").click());
    consult("Conversation", [name], [
      ["Markdown", () => save({ form: "markdown", chat: id })], ["Evidence file", () => save({ form: "evidence", chat: id })],
      ["Delete…", sure, "alarm"], ["Rename", rename, "main"],
    ]);
  }
  chats.addEventListener("click", ({ target }) => target.closest(".more") && manage(target.closest(".more").dataset));

  // An answer: copy, link, take away, judge.
  async function copy(text, said) {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else {  // not over plain HTTP from another machine
      const box = make("textarea", { value: text });
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
    say(said);
  }
  async function judge(turn, said) {
    const verdict = await api("feedback", { chat: chat(), turn: Number(turn), ...said });
    for (const thumb of document.querySelectorAll(`[data-turn="${turn}"] .thumb`))
      thumb.ariaPressed = verdict !== "" && (thumb.dataset.act === "up") === (verdict === "right");
    say("Kept for the evaluation.");
  }
  function wrong(turn) {
    const kinds = ["wrong answer", "wrong source", "should have refused", "should have answered"], of = make("fieldset", { ariaLabel: "Kind" });
    of.append(...kinds.map((kind) => {
      const whole = make("label", {}), radio = make("input", { type: "radio", name: "verdict", value: kind });
      whole.append(radio, ` ${kind[0].toUpperCase()}${kind.slice(1)}`);
      return whole;
    }));
    const refused = document.querySelector(`[data-turn="${turn}"] .refusal`);
    of.querySelectorAll("input")[refused ? kinds.length - 1 : 0].checked = true;
    const text = make("textarea", { rows: 3, maxLength: 4000, ariaLabel: "The right answer, if you know it", dir: "auto" });
    text.placeholder = "The right answer, if you know it. To show where it stands, open a source and choose “This is the right passage”.";
    consult("What is wrong with this answer?", [of, text], [
      ["Cancel"], ["Keep", () => judge(turn, { verdict: of.querySelector(":checked").value, answer: text.value }), "main"],
    ]);
  }
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.(".act"), turn = button?.closest(".turn")?.dataset.turn;
    if (!turn) return;
    const pressed = button.ariaPressed === "true", place = { chat: chat(), turn };
    const acts = {
      copy: async () => copy(await api(`copy?${new URLSearchParams(place)}`), "Copied with its sources."),
      link: () => copy(`${location.origin}/#${new URLSearchParams(place)}`, "Link copied. It opens for you alone."),
      markdown: () => save({ form: "markdown", ...place }),
      evidence: () => save({ form: "evidence", ...place }),
      up: () => judge(turn, { verdict: pressed ? "" : "right" }),
      down: () => (pressed ? judge(turn, { verdict: "" }) : wrong(turn)),
    };
    await acts[button.dataset.act]();
    if (["copy", "link"].includes(button.dataset.act)) {
      const name = button.textContent;
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = name; }, 1500);
    }
  });

  // The right passage: what is selected in the source pane, else the sentence that it shows.
  function pick(name) {
    const turn = origin.closest(".turn")?.dataset.turn, page = pane.querySelector(".page");
    if (!turn || !page) return;
    const button = make("button", { type: "button", className: "pick", textContent: "This is the right passage" });
    button.title = "The selected words, or the sentence that is marked";
    button.addEventListener("mousedown", (event) => event.preventDefault());  // it would end the selection
    button.addEventListener("click", async () => {
      const selected = getSelection(), inside = page.contains(selected.anchorNode) && page.contains(selected.focusNode);
      const quote = (inside && selected.toString().trim()) || page.querySelector("mark").textContent;
      const done = judge(turn, { passage: { document: name, quote } }).then(() => "Kept as the right passage");
      button.textContent = await done.catch((error) => error.message);
    });
    pane.append(button);
  }

  // Documents: a list to read, to choose from and to remove from; files are added by button or by dropping them.
  function panel() {
    const choose = (text, attributes) => {
      const input = make("input", { type: "file", multiple: true, hidden: true, ...attributes });
      const button = make("button", { type: "button", className: "add", textContent: text });
      button.addEventListener("click", () => input.click());
      input.addEventListener("change", () => {
        add([...input.files].map((file) => ({ name: file.webkitRelativePath || file.name, file })));
        input.value = "";
      });
      return [button, input];
    };
    const adders = make("div", { className: "adders" }), period = make("div", { className: "period" });
    adders.append(...choose("Add files", { id: "add-files" }), ...choose("Add a folder", { id: "add-folder", webkitdirectory: true }));
    for (const [name, input] of Object.entries({ From: since, Until: until })) {
      const label = make("label", { textContent: name });
      label.append(input);
      period.append(label);
      input.addEventListener("change", () => { Object.assign(scope(), { since: since.value, until: until.value }); chips(); });
    }
    findDocument.setAttribute("aria-label", "Search the documents");
    findDocument.addEventListener("input", listDocuments);
    return [adders, files, findDocument, period, documents];
  }
  let listingDocuments = 0;
  async function listDocuments() {
    const mine = ++listingDocuments, find = findDocument.value, html = await api(`documents?find=${encodeURIComponent(find)}`);
    if (mine !== listingDocuments || documents.querySelector(".asking")) return;
    documents.innerHTML = html;
    const listed = [...documents.querySelectorAll(".pick")].map(({ dataset }) => dataset.document);
    if (!find && !documents.querySelector(".none"))  // then what is not listed is gone
      for (const id in scope().documents) if (!listed.includes(id)) delete scope().documents[id];
    if (documents.querySelector("[data-busy=true]")) setTimeout(listDocuments, 700);
    else if (leaving) { leaving = false; look(); }
    chips();
  }
  let adding = false, leaving = false, lookingAtFiles;
  async function listFiles() {
    files.innerHTML = await api("documents/files");
    const busy = Boolean(files.querySelector("[data-busy=true]"));
    clearTimeout(lookingAtFiles);
    if (busy) lookingAtFiles = setTimeout(listFiles, 500);
    else if (adding) { listDocuments(); look(); welcome(); }
    adding = busy;
  }
  // The empty page offers to add documents, and then questions made from them.
  async function welcome() {
    const html = await api("welcome"), shown = document.querySelector(".welcome");
    if (shown) shown.outerHTML = html;
  }
  async function add(list) {
    if (!list.length) return;
    shown(true);
    try {
      const { batch, send } = await api("documents/add", { files: list.map(({ name, file }) => [name, file.size]) });
      listFiles();
      for (const number of send) {
        const where = `/page/api/documents/file?batch=${batch}&number=${number}`;
        await fetch(where, { method: "PUT", body: list[number].file }).catch(() => 0);  // it says itself that it failed
      }
      await api("documents/finish", { batch });
      adding = true;
      listFiles();
    } catch (error) {
      files.replaceChildren(make("p", { className: "failed", role: "alert", textContent: error.message }));
    }
  }
  async function inside(entry) {
    if (entry.isFile) return [{ name: entry.fullPath.slice(1), file: await new Promise((done, fail) => entry.file(done, fail)) }];
    const reader = entry.createReader(), found = [];
    for (let more = [0]; more.length; found.push(...more)) more = await new Promise((done, fail) => reader.readEntries(done, fail));
    const visible = found.filter((each) => each?.name && !each.name.startsWith("."));
    return (await Promise.all(visible.map(inside))).flat();
  }
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  const dropping = (on) => document.documentElement.classList.toggle("dropping", on);
  document.addEventListener("dragover", (event) => { if (carries(event)) { event.preventDefault(); dropping(true); } });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) dropping(false); });
  document.addEventListener("drop", async (event) => {
    dropping(false);
    if (!carries(event)) return;
    event.preventDefault();
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const entries = items.map((item) => item.webkitGetAsEntry?.() || item.getAsFile());
    const found = entries.map((each) => each instanceof File ? [{ name: each.name, file: each }] : inside(each));
    add((await Promise.all(found)).flat());
  });
  async function read(button) {
    const mine = ++asked, html = await api("documents/read", { id: button.dataset.document });
    if (mine !== asked) return;
    [origin, scrolled, places] = [button, scrollY, []];
    if (narrow.matches) shown(false);
    pane.innerHTML = html;
    if (pane.hidden) beside(true);
    pane.focus({ preventScroll: true });
  }
  function confirmRemoval(button) {
    const item = button.closest("li"), asks = make("div", { className: "asks", role: "alertdialog" });
    const text = make("p", { textContent: `Remove “${button.dataset.title}” for everyone? ${button.dataset.what}` });
    const yes = make("button", { type: "button", className: "yes", textContent: "Remove" });
    const no = make("button", { type: "button", textContent: "Keep" });
    asks.setAttribute("aria-label", "Remove this document?");
    asks.append(text, yes, no);
    const end = () => { item.classList.remove("asking"); asks.remove(); button.focus(); };
    no.addEventListener("click", end);
    asks.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); end(); } });
    yes.addEventListener("click", async () => {
      delete scope().documents[button.dataset.document];
      await api("documents/remove", { id: button.dataset.document }).catch((error) => say(error.message));
      item.classList.remove("asking");
      leaving = true;
      setTimeout(listDocuments, 300);
    });
    item.classList.add("asking");
    item.append(asks);
    no.focus();
  }

  // Which documents are asked, for each conversation; shown above the question box.
  const scopes = JSON.parse(sessionStorage.getItem("qa.scopes") || "{}"), bar = make("div", { id: "scope" });
  let carried;
  const narrowed = (one) => Boolean(one && (one.since || one.until || Object.keys(one.documents).length));
  function scope() {
    const id = chat();
    if (id && narrowed(scopes[""])) scopes[id] = scopes[""];  // chosen before the conversation had its name
    if (id) delete scopes[""];
    if (carried && id !== carried.from) {
      scopes[id] ??= carried.scope;
      carried = undefined;
    }
    return scopes[id] ??= { documents: {}, since: "", until: "" };
  }
  function wanted() {
    const now = scope(), ids = Object.keys(now.documents);
    if (how.edit) carried = { from: chat(), scope: structuredClone(now) };
    return { documents: ids.length ? ids : null, since: now.since, until: now.until, model };
  }
  function chips() {
    const now = scope(), titles = Object.values(now.documents), host = line?.firstElementChild?.dataset.host;
    sessionStorage.setItem("qa.scopes", JSON.stringify(scopes));
    for (const [box, date] of [[since, now.since], [until, now.until]]) if (box.value !== date) box.value = date;  // "" clears one half typed
    for (const box of documents.querySelectorAll(".pick")) box.ariaChecked = box.dataset.document in now.documents;
    const period = [now.since && `from ${now.since}`, now.until && `until ${now.until}`].filter(Boolean).join(" ");
    const which = titles.length === 1 ? titles[0] : titles.length ? `${titles.length} documents` : "";
    const made = [["documents", which], ["period", period]].filter(([, text]) => text).map(([what, text]) => {
      const button = make("button", { type: "button", className: "unscope", title: what === "documents" ? titles.join("\n") : "" });
      button.append("Only ", make("bdi", { textContent: text }), " ✕");
      button.setAttribute("aria-label", `Asked only of ${text}. Ask all again`);
      button.dataset.what = what;
      return button;
    });
    if (host) made.push(make("span", { className: "sends", textContent: `Each question, and the sentences found for it, go to ${host}` }));
    bar.replaceChildren(...made);
    const composer = document.querySelector("#composer");
    if (composer && bar.parentElement !== composer) composer.prepend(bar);
  }
  function unscope(what) {
    Object.assign(scope(), what === "documents" ? { documents: {} } : { since: "", until: "" });
    chips();
    document.querySelector("#ask textarea").focus();
  }
  function pickDocument({ dataset: { document: id, title } }) {
    const chosen = scope().documents;
    if (id in chosen) delete chosen[id]; else chosen[id] = title;
    chips();
  }

  // Who answers the next question. A model elsewhere is asked for once in each browser before it is used.
  let modelsShown;
  async function listModels() {
    const html = await api(`models?model=${encodeURIComponent(model)}`);
    if (html !== modelsShown || !models.querySelector(".model")) models.innerHTML = modelsShown = html;
  }
  async function showModels(open = models.hidden) {
    if (open) await listModels();
    models.hidden = !open;
    if (open) models.querySelector("button")?.focus(); else document.querySelector(".models")?.focus();
  }
  function use(name) {
    model = name;
    localStorage.setItem("qa.model", name);
    showModels(false);
    look();
  }
  function chooseModel({ dataset: { model: name, host, label } }) {
    const known = JSON.parse(localStorage.getItem("qa.hosts") || "[]");
    if (!host || known.includes(host)) return use(name);
    const asks = make("div", { className: "consent" }), no = make("button", { type: "button", textContent: "Not now" });
    const yes = make("button", { type: "button", className: "yes", textContent: "Use it" });
    const text = `${label}: each question you ask, and the sentences found for it, will be sent to ${host}. Nothing else is.`;
    yes.addEventListener("click", () => { localStorage.setItem("qa.hosts", JSON.stringify([...known, host])); use(name); });
    no.addEventListener("click", listModels);
    asks.append(make("p", { textContent: text }), yes, no);
    models.replaceChildren(asks);
    no.focus();
  }
  models.setAttribute("aria-label", "Who answers");
  models.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); showModels(false); }
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("button");
    if (!models.hidden && !target.closest?.("#models, .models") && target.isConnected) models.hidden = true;
    if (button?.matches(".models")) showModels();
    else if (button?.matches("#models .model")) chooseModel(button);
    else if (button?.matches("#models .fetch")) api("fetch", { model: button.dataset.model }).then(look, (error) => say(error.message));
    else if (button?.matches("#models .cancel")) api("cancel", {}).then(showLine);
    else if (button?.matches("#documents .pick")) pickDocument(button);
    else if (button?.matches("#documents .read")) read(button);
    else if (button?.matches("#documents .remove")) confirmRemoval(button);
    else if (button?.matches("#files .undo")) api("documents/undo", { batch: button.dataset.batch }).then(() => { adding = true; listFiles(); });
    else if (button?.matches(".unscope")) unscope(button.dataset.what);
  });
  if (window.qaDesk) window.qaConnect();
})();

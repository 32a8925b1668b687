// Texts of the release are put in as text (textContent), never as markup.
const find = (id) => document.getElementById(id);
const KEYS = {
  a: "accept", e: "edit", r: "reject", m: "key_mask", h: "key_earlier",
  "←": "back", "→": "forth", n: "key_next", "?": "key_help",
};
// `at` is the question that was asked for last; `question` the one that is shown.
const page = { words: null, tongue: "en", overview: null, at: null, question: null };
const shown = { target: true, earlier: true };

function word(name, slots = {}) {
  return page.words[page.tongue][name].replace(/\{(\w+)\}/g, (_, slot) => slots[slot]);
}

function made(tag, properties = {}, children = []) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

async function asked(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw new Error(word("lost"));
  }
  const content = await response.json();
  if (!response.ok) throw new Error(content.problem);
  return content;
}

// What the page says in its own language.

function speak() {
  document.documentElement.lang = page.tongue;
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  find("tongue").textContent = page.tongue === "en" ? "中文" : "English";
  find("tongue").lang = page.tongue === "en" ? "zh" : "en";
  find("reviewer").textContent = word("reviewer", { name: page.overview.reviewer });
  find("keys-list").replaceChildren(...Object.entries(KEYS).flatMap(([key, name]) => [
    made("dt", {}, [made("kbd", { textContent: key })]), made("dd", { textContent: word(name) }),
  ]));
  find("reasons").replaceChildren(...page.words[page.tongue].reasons.map((reason, index) => {
    const button = made("button", { type: "button" }, [made("kbd", { textContent: index + 1 }), ` ${reason}`]);
    button.addEventListener("click", () => { find("reason").value = reason; reject(); });
    return button;
  }));
  tellProgress();
  if (page.question) draw();
}

function tellProgress() {
  const { states, file } = page.overview;
  const count = (choice) => states.filter((state) => state === choice).length;
  const counts = { accept: count("accept"), edit: count("edit"), reject: count("reject") };
  const done = counts.accept + counts.edit + counts.reject;
  find("bar").max = states.length;
  find("bar").value = done;
  find("progress").textContent = word("progress", { ...counts, done, total: states.length });
  if (done === states.length) say(word("all_done", { total: states.length, file }));
  else say("");
}

function say(text, bad = false) {
  find("message").textContent = text;
  find("message").hidden = text === "";
  find("message").classList.toggle("bad", bad);
}

// One question.

async function open(number) {
  page.at = number;
  wait(true);
  const question = await asked(`/api/questions/${number}`);
  // A reader who went on meanwhile wants another one.
  if (page.at !== number) return;
  page.question = question;
  history.replaceState(null, "", `#${number + 1}`);
  draw();
  await Promise.allSettled([...document.querySelectorAll("#stack img:not([hidden])")].map((image) => image.decode()));
  if (page.at === number) wait(false);
}

// Nothing is decided on before all of it can be seen, or while a decision is being kept.
function wait(waiting) {
  find("card").setAttribute("aria-busy", waiting);
}

const waits = () => find("card").getAttribute("aria-busy") !== "false";

function draw() {
  const { question } = page;
  close();
  drawSlice();
  find("history").replaceChildren(...question.history.map(bubble));
  drawCard();
  drawState();
  find("back").disabled = question.number === 0;
  find("forth").disabled = question.number === page.overview.states.length - 1;
  const card = find("card");
  card.focus({ preventScroll: true });
  // The whole card where it fits, else its beginning.
  card.scrollIntoView({ block: card.offsetHeight < card.parentElement.clientHeight ? "nearest" : "start" });
}

function drawSlice() {
  const { image, picture, masks, history, target } = page.question;
  find("stack").style.setProperty("--aspect", image.aspect);
  find("picture").hidden = image.withheld;
  find("withheld").hidden = !image.withheld;
  if (image.withheld) find("picture").removeAttribute("src");
  else find("picture").src = picture;
  find("picture").alt = image.scan;
  find("scan").textContent = `${image.scan}, ${image.split}`;
  for (const edge of ["top", "bottom", "left", "right"]) find(`edge-${edge}`).textContent = image.edges?.[edge] ?? "";
  find("masks").replaceChildren(...masks.map((mask) => {
    const named = mask.target ? target : history.find((turn) => turn.turn === mask.turn).target;
    const drawn = made("img", { src: mask.url, alt: `${word("turn", { turn: mask.turn })}: ${named}` });
    drawn.dataset.role = mask.target ? "target" : "earlier";
    return drawn;
  }));
  toggle();
}

function toggle() {
  for (const role of ["target", "earlier"]) {
    for (const mask of document.querySelectorAll(`[data-role=${role}]`)) mask.hidden = !shown[role];
    const button = find(`show-${role}`);
    button.setAttribute("aria-pressed", shown[role]);
    button.hidden = document.querySelector(`[data-role=${role}]`) === null;
  }
}

function bubble(turn) {
  const told = turn.kind === "segment" ? turn.target : word("text_only");
  const item = made("li", {}, [
    made("span", { className: "number" }, [
      ...(turn.colour ? [swatch(turn.colour)] : []), `${word("turn", { turn: turn.turn })}: ${told}`,
    ]),
    made("p", { className: "asked", lang: page.question.language, textContent: turn.question }),
    ...(turn.answer ? [made("p", { lang: page.question.language, textContent: turn.answer })] : []),
  ]);
  if (turn.colour) item.style.setProperty("--colour", turn.colour);
  return item;
}

function swatch(colour) {
  const drawn = made("span", { className: "swatch" });
  drawn.style.setProperty("--colour", colour);
  return drawn;
}

function drawCard() {
  const { question } = page;
  const total = page.overview.states.length;
  const where = [word("place", { number: question.number + 1, total }), word("turn", { turn: question.turn })];
  find("place").textContent = [...where, word(`other_${question.language}`)].join(" · ");
  find("card").classList.toggle("text-only", question.kind === "answer");
  find("question").textContent = question.question;
  find("question").lang = question.language;
  find("answer").textContent = question.answer ? `${word("answered")}: ${question.answer}` : "";
  find("target").textContent = question.target ?? word("text_only");
  const clues = question.clues.length ? question.clues : [word("none")];
  find("clues").replaceChildren(...clues.map((clue) => made("li", { textContent: clue })));
  find("made").textContent = [question.pattern.replaceAll("_", " "), ...question.facets].join(" · ");
  const [other] = question.other;
  find("other-name").textContent = other ? word(`other_${other.language}`) : "";
  find("other").textContent = other?.question ?? "";
  find("other").lang = other?.language ?? "";
}

function drawState() {
  const { decision } = page.question;
  const state = find("state");
  state.hidden = decision === null;
  state.className = `state ${decision?.decision ?? ""}`;
  const told = { accept: "accepted", edit: "edited", reject: "rejected" };
  state.textContent = decision ? word(told[decision.decision], decision) : "";
  for (const choice of ["accept", "edit", "reject"]) {
    find(choice).classList.toggle("made", decision?.decision === choice);
  }
}

// Decisions.

async function decide(content) {
  if (waits()) return;
  wait(true);
  const { number, seen } = page.question;
  try {
    const kept = await asked(`/api/questions/${number}/decision`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ seen, ...content }),
    });
    page.overview.states = kept.states;
  } finally {
    wait(false);
  }
  tellProgress();
  await next(number);
}

async function next(number) {
  const { states } = page.overview;
  const order = states.map((_, index) => (number + 1 + index) % states.length);
  await open(order.find((index) => states[index] === null) ?? number);
}

const accept = () => decide({ decision: "accept" });

function startEdit() {
  if (waits()) return;
  close();
  find("editing").hidden = false;
  find("text").value = page.question.decision?.text ?? page.question.question;
  find("text").lang = page.question.language;
  find("text").focus();
  find("editing").scrollIntoView({ block: "nearest" });
}

function startReject() {
  if (waits()) return;
  close();
  find("rejecting").hidden = false;
  find("reason").value = page.question.decision?.reason ?? "";
  find("reason").focus();
  find("rejecting").scrollIntoView({ block: "nearest" });
}

async function kept(form, content) {
  try {
    await decide(content);
  } catch (error) {
    form.querySelector(".problem").textContent = error.message;
  }
}

const edit = () => kept(find("editing"), { decision: "edit", text: find("text").value });
const reject = () => kept(find("rejecting"), { decision: "reject", reason: find("reason").value });

function close() {
  for (const form of [find("editing"), find("rejecting")]) {
    form.hidden = true;
    form.querySelector(".problem").textContent = "";
  }
}

function go(number) {
  return number < 0 || number >= page.overview.states.length ? undefined : open(number);
}

// Keys and buttons do the same.

const DOES = {
  a: accept,
  e: startEdit,
  r: startReject,
  m: () => { shown.target = !shown.target; toggle(); },
  h: () => { shown.earlier = !shown.earlier; toggle(); },
  n: () => next(page.at),
  ArrowLeft: () => go(page.at - 1),
  ArrowRight: () => go(page.at + 1),
  "?": () => find("keys").showModal(),
};
const BUTTONS = {
  accept: "a", edit: "e", reject: "r", back: "ArrowLeft", forth: "ArrowRight",
  "show-target": "m", "show-earlier": "h", help: "?",
};

async function act(key) {
  if (page.question === null) return;
  try {
    await DOES[key]();
  } catch (error) {
    say(error.message, true);
  }
}

function pressed(event) {
  const panel = [find("editing"), find("rejecting")].find((form) => !form.hidden);
  // A key that is held down would decide on question after question that nobody read.
  if (find("keys").open || event.isComposing || (event.repeat && !panel)) return;
  if (event.key === "Escape" && panel) {
    close();
    find("card").focus({ preventScroll: true });
  } else if (panel === find("editing") && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    panel.requestSubmit();
  } else if (panel === find("rejecting") && /^[1-9]$/.test(event.key) && find("reason").value === "") {
    find("reasons").children[event.key - 1]?.click();
  } else if (panel || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(DOES, event.key)) {
    return;
  } else {
    act(event.key);
  }
  event.preventDefault();
}

function listen() {
  document.addEventListener("keydown", pressed);
  for (const [id, key] of Object.entries(BUTTONS)) find(id).addEventListener("click", () => act(key));
  for (const cancel of document.querySelectorAll(".cancel")) cancel.addEventListener("click", close);
  const submits = [[find("editing"), edit], [find("rejecting"), reject]];
  for (const [form, save] of submits) {
    form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  }
  find("tongue").addEventListener("click", () => {
    page.tongue = page.tongue === "en" ? "zh" : "en";
    speak();
  });
  window.addEventListener("hashchange", () => open(numbered() ?? page.at));
}

// The question that the address names, from #1; null where it names none.
function numbered() {
  const number = Number(location.hash.slice(1)) - 1;
  return Number.isInteger(number) && number >= 0 && number < page.overview.states.length ? number : null;
}

page.tongue = navigator.language.startsWith("zh") ? "zh" : "en";
page.words = await asked("/words.json");
page.overview = await asked("/api/overview");
find("release").textContent = page.overview.release;
speak();
listen();
const first = page.overview.states.indexOf(null);
await open(numbered() ?? (first === -1 ? 0 : first));

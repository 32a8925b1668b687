// What a reader chose stays while dialogues come and go: the opacity, the outlines, the language, and the turn.
const chosen = { opacity: 55, outlines: true, language: null };
const viewer = () => element.querySelector(".viewer");

function show(turn) {
  const root = viewer();
  root.dataset.turn = turn;
  for (const part of root.querySelectorAll("[data-mask]")) {
    const number = Number(part.dataset.mask);
    part.classList.toggle("chosen", number === turn);
    part.classList.toggle("earlier", number < turn);
  }
  for (const line of root.querySelectorAll("[data-state]")) line.hidden = Number(line.dataset.state) !== turn;
  for (const button of root.querySelectorAll(".number")) {
    button.setAttribute("aria-pressed", Number(button.dataset.choose) === turn);
  }
  for (const bubble of root.querySelectorAll("[data-bubble]")) {
    bubble.classList.toggle("chosen", Number(bubble.dataset.bubble) === turn);
  }
}

function settle() {
  const root = viewer();
  root.style.setProperty("--opacity", chosen.opacity / 100);
  root.dataset.outlines = chosen.outlines;
  root.dataset.shown = chosen.language ?? root.dataset.language;
  const slider = root.querySelector(".opacity input");
  if (slider) slider.value = chosen.opacity;
  const outlines = root.querySelector(".outlines input");
  if (outlines) outlines.checked = chosen.outlines;
  for (const button of root.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", button.dataset.show === root.dataset.shown);
  }
}

function keepLink() {
  const root = viewer();
  mturn.link({ dialogue: root ? root.dataset.dialogue : null, turn: root ? root.dataset.turn : null });
}

function refresh() {
  if (viewer() === null) return;
  settle();
  const turn = Number(viewer().dataset.turn);
  show(turn);
  reveal(turn);
}

// Only the list of turns scrolls: the page stays where the reader has it.
function reveal(turn) {
  const bubble = element.querySelector(`[data-bubble="${turn}"]`);
  const list = bubble.parentElement;
  const offset = bubble.getBoundingClientRect().top - list.getBoundingClientRect().top;
  if (offset < 0 || offset + bubble.clientHeight > list.clientHeight) list.scrollBy({ top: offset });
}

function choose(turn, focus) {
  show(turn);
  reveal(turn);
  keepLink();
  if (focus) element.querySelector(`[data-bubble="${turn}"] .number`).focus({ preventScroll: true });
}

async function copyLink(button) {
  keepLink();
  try {
    await navigator.clipboard.writeText(window.location.href);
  } catch {
    // A page inside another page may lack the permission; the older way does not ask for it.
    const text = document.createElement("textarea");
    text.value = window.location.href;
    button.after(text);
    text.select();
    document.execCommand("copy");
    text.remove();
  }
  const before = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 2000);
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-choose]");
  const language = event.target.closest("[data-show]");
  const bubble = event.target.closest("[data-bubble]");
  const copy = event.target.closest(".copy-link");
  if (button) {
    choose(Number(button.dataset.choose), false);
  } else if (language) {
    chosen.language = language.dataset.show;
    settle();
  } else if (copy) {
    copyLink(copy);
  } else if (bubble && window.getSelection().isCollapsed) {
    choose(Number(bubble.dataset.bubble), true);
  }
});

element.addEventListener("input", (event) => {
  if (event.target.type === "range") chosen.opacity = Number(event.target.value);
  if (event.target.type === "checkbox") chosen.outlines = event.target.checked;
  settle();
});

element.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step || event.target.tagName === "INPUT" || viewer() === null) return;
  event.preventDefault();
  const turns = [...element.querySelectorAll("[data-bubble]")].map((bubble) => Number(bubble.dataset.bubble));
  const next = turns[turns.indexOf(Number(viewer().dataset.turn)) + step];
  if (next !== undefined) choose(next, true);
});

watch("value", () => {
  refresh();
  keepLink();
});
refresh();

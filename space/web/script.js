// Runs before gradio does. Gives the page its language, and `mturn` to what is on it.
(() => {
  const path = location.pathname.replace(/\/+$/, "");
  const language = path.endsWith("/zh") ? "zh" : "en";
  // In a frame of another site storage may be closed; the choice is then for this page only.
  const chosen = {
    read() { try { return localStorage.getItem("mturn-language"); } catch { return null; } },
    keep(value) { try { localStorage.setItem("mturn-language", value); } catch {} },
  };
  if (language === "en" && !chosen.read() && (navigator.language || "").toLowerCase().startsWith("zh")) {
    location.replace(path + "/zh" + location.search);
    return;
  }
  // Gradio takes its own words (of the upload field, of tables) from the browser's language.
  const told = language === "zh" ? "zh-CN" : "en";
  Object.defineProperty(navigator, "language", { get: () => told });
  Object.defineProperty(navigator, "languages", { get: () => [told] });
  document.documentElement.lang = told;
  const title = document.currentScript.dataset.title;
  new MutationObserver(() => {
    if (document.title !== title) document.title = title; // gradio has one title for all of its pages
  }).observe(document.head, { childList: true, subtree: true, characterData: true });

  // The tab that the address asks for is opened as a reader would: gradio may not be ready for the first click.
  const asked = new URLSearchParams(location.search);
  const wanted = asked.get("tab") || (asked.has("dialogue") ? "browse" : "table");
  const tabs = ["table", "analysis", "browse", "submit", "about"];
  const end = Date.now() + 30000;
  let since = null; // when it was selected: gradio may go back to the first tab once more while the page is made
  let readerActs = false;
  const open = () => {
    if (readerActs || Date.now() > end) return;
    const button = document.querySelector(`[role=tab][data-tab-id="${wanted}"]`);
    if (button?.getAttribute("aria-selected") !== "true") {
      since = null;
      (button || inMenu())?.click();
    } else if (since === null) {
      since = Date.now();
    } else if (Date.now() - since > 1500) {
      return;
    }
    setTimeout(open, 50);
  };
  for (const kind of ["pointerdown", "keydown"]) {
    addEventListener(kind, () => { readerActs = true; }, { once: true, capture: true });
  }
  // On a narrow screen gradio puts tabs into a menu, without their ids; all labels stand in order in a hidden row.
  const inMenu = () => {
    const label = document.querySelectorAll("#tabs .tab-container[aria-hidden] button")[tabs.indexOf(wanted)]?.textContent;
    return [...document.querySelectorAll("#tabs .overflow-dropdown button")].find((item) => item.textContent === label);
  };
  if (tabs.indexOf(wanted) > 0) open();

  window.mturn = {
    language,
    // Parts of the page's address: {track: "en-multi"} sets one, {model: null} takes it away.
    link(parts) {
      const query = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(parts)) {
        if (value === null || value === undefined || value === "") query.delete(name);
        else query.set(name, value);
      }
      const text = query.toString();
      history.replaceState(history.state, "", location.pathname + (text ? "?" + text : ""));
    },
    // Told when a tab is opened. The first one needs no mention, and a dialogue would ask for another.
    tab(name) {
      // Gradio may tell of the first tab after the one that the address asked for has been opened.
      const button = document.querySelector(`[role=tab][data-tab-id="${name}"]`);
      if (button?.getAttribute("aria-selected") !== "true") return;
      this.link(name === "table" ? { tab: null, dialogue: null, turn: null } : { tab: name });
    },
    switchLanguage(event, anchor) {
      event.preventDefault();
      chosen.keep(anchor.lang);
      location.assign(anchor.href + location.search);
    },
  };
})();

// Search: works from the file system too, since its index is a script. The pages of both
// publishers get the same box; without script there is none, and pages read the same.
(function () {
  "use strict";

  // Quarto's pages do not say where the site begins; the place this script is loaded from does.
  const [before, ...after] = (document.currentScript?.src || "").split("site_libs/");
  const root = document.documentElement.dataset.root || (after.length ? before : "");
  const bar = document.querySelector(".site-bar, #quarto-header .navbar-container");
  if (!bar) return;

  function make(name, attributes, ...content) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...content);
    return element;
  }

  const input = make("input", { id: "site-search-input", type: "search", autocomplete: "off",
    "aria-controls": "site-search-results" });
  const status = make("p", { role: "status" });
  const list = make("ol", {});
  const panel = make("div", { class: "search-results", id: "site-search-results", hidden: "" },
    status, list);
  const label = make("label", { for: "site-search-input" }, "Søg");
  const form = make("form", {}, label, input);
  const box = make("div", { class: "search", role: "search", "aria-label": "Sitet" }, form, panel);
  const letters = { "æ": "ae", "ø": "oe", "å": "aa", "ß": "ss" };
  const most = 20;
  let sections = null;

  // Danish folding; `at` maps each folded letter back to its place in the text.
  function fold(text) {
    const at = [];
    let folded = "";
    for (let place = 0; place < text.length; place += 1) {
      const low = text[place].toLowerCase();
      const plain = letters[low] || low.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
      for (let step = 0; step < plain.length; step += 1) at.push(place);
      folded += plain;
    }
    return { folded, at };
  }

  function load(then) {
    if (sections) return then();
    const script = document.createElement("script");
    script.src = root + "report/search-index.js";
    script.onload = function () {
      sections = window.socokSearchIndex.map(function (entry) {
        const [href, page, heading, text] = entry;
        return { href, page, heading, text,
          title: fold(page).folded, head: fold(heading).folded, body: fold(text) };
      });
      then();
    };
    document.head.append(script);
  }

  function score(section, words) {
    let total = 0;
    for (const word of words) {
      const found = (section.title.includes(word) ? 4 : 0) + (section.head.includes(word) ? 6 : 0)
        + (section.body.folded.includes(word) ? 1 : 0);
      if (!found) return 0;
      total += found;
    }
    return total;
  }

  function find(words) {
    return sections.map((section) => ({ section, score: score(section, words) }))
      .filter((hit) => hit.score > 0)
      .sort((one, other) => other.score - one.score);
  }

  // Whole words round what was found.
  function lead(text) {
    return text.length > 60 ? "… " + text.slice(-60).replace(/^\S*\s/, "") : text;
  }

  function tail(text) {
    return text.length > 80 ? text.slice(0, 80).replace(/\s\S*$/, "") + " …" : text;
  }

  function excerpt(section, words) {
    const { folded, at } = section.body;
    const line = document.createElement("span");
    const found = folded.indexOf(words.find((word) => folded.includes(word)) || "\u0000");
    if (found < 0) {
      line.textContent = tail(section.text);
      return line;
    }
    const word = words.find((candidate) => folded.includes(candidate));
    const start = at[found];
    const end = at[found + word.length - 1] + 1;
    const mark = document.createElement("mark");
    mark.textContent = section.text.slice(start, end);
    line.append(lead(section.text.slice(0, start)), mark, tail(section.text.slice(end)));
    return line;
  }

  function item(hit, words) {
    const { section } = hit;
    const link = document.createElement("a");
    link.href = root + section.href;
    link.textContent = section.heading ? section.page + ": " + section.heading : section.page;
    const row = document.createElement("li");
    row.append(link, document.createElement("br"), excerpt(section, words));
    return row;
  }

  function show() {
    const words = fold(input.value.trim()).folded.split(/\s+/).filter((word) => word.length > 1);
    panel.hidden = words.length === 0;
    if (!words.length) return;
    const hits = find(words);
    status.textContent = hits.length === 0 ? "Ingen resultater"
      : hits.length === 1 ? "1 resultat" : hits.length + " resultater"
      + (hits.length > most ? ", de " + most + " bedste vises" : "");
    list.replaceChildren(...hits.slice(0, most).map((hit) => item(hit, words)));
  }

  function close() {
    panel.hidden = true;
    input.focus();
  }

  function move(event) {
    const links = [input, ...list.querySelectorAll("a")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const here = links.indexOf(document.activeElement);
    if (!step || panel.hidden || here < 0) return;
    event.preventDefault();
    links[Math.min(Math.max(here + step, 0), links.length - 1)].focus();
  }

  input.addEventListener("focus", () => load(() => {}));
  input.addEventListener("input", () => load(show));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = list.querySelector("a");
    if (!panel.hidden && first) first.focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) close();
    else move(event);
  });
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) panel.hidden = true;
  });
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) panel.hidden = true;
  });
  bar.insertBefore(box, bar.querySelector(":scope > .menu-button"));
})();

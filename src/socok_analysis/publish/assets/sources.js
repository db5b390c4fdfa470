// A click on a number leads to its definition and source, where the year has such a page.
(function () {
  "use strict";

  const links = [...document.querySelectorAll('nav a[href*="kilder"]')];

  // The page of the figure's family, else the year's page of all others.
  function pageOf(year, family) {
    const ends = ["kilder-" + family, "kilder"].map((name) => "/report/" + year + "/" + name + ".html");
    const found = ends.map((end) => links.find((link) => link.pathname.endsWith(end)));
    return found.find(Boolean);
  }

  function follow(event) {
    const shown = event.target.closest("[data-figure]");
    if (!shown || event.target.closest("a, button") || String(window.getSelection())) return;
    const [year, name] = shown.dataset.figure.split(" ")[0].split("/");
    const page = pageOf(year, name.split(".")[0]);
    if (page) window.location.assign(page.href + "#" + name);
  }

  if (!links.length) return;
  document.documentElement.classList.add("with-sources");
  document.addEventListener("click", follow);
})();

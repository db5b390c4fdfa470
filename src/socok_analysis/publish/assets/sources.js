// A click on a number leads to its definition and source, where the year has such a page.
(function () {
  "use strict";

  function pageOf(year) {
    const links = document.querySelectorAll('nav a[href$="kilder.html"]');
    return [...links].find((link) => link.href.endsWith("/report/" + year + "/kilder.html"));
  }

  function follow(event) {
    const shown = event.target.closest("[data-figure]");
    if (!shown || event.target.closest("a, button") || String(window.getSelection())) return;
    const [year, name] = shown.dataset.figure.split(" ")[0].split("/");
    const page = pageOf(year);
    if (page) window.location.assign(page.href + "#" + name);
  }

  if (!document.querySelector('nav a[href$="kilder.html"]')) return;
  document.documentElement.classList.add("with-sources");
  document.addEventListener("click", follow);
})();

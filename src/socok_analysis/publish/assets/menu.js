// The side menu shows the page one is on, however long the menu is.
(function () {
  "use strict";

  const menu = document.getElementById("site-menu");
  const here = menu && menu.querySelector("[aria-current]");
  if (!here) return;

  function reveal() {
    const [line, frame] = [here, menu].map((element) => element.getBoundingClientRect());
    const isSeen = line.top >= frame.top && line.bottom <= frame.bottom;
    if (!isSeen) menu.scrollTop += line.top - frame.top - menu.clientHeight / 3;
  }

  menu.addEventListener("toggle", reveal);
  reveal();
})();

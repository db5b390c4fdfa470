// What Quarto's pages lack for those who hear them or use no mouse; nothing here changes a look.

// A shade behind the open menu and an empty strip in a phone's bar: the button beside them does the same.
for (const area of document.querySelectorAll("#quarto-sidebar-glass, .quarto-secondary-nav a[role=navigation]")) {
  area.setAttribute("aria-hidden", "true");
  area.removeAttribute("role");
}

// Most navigations have no name, or an English one.
const NAMES = {
  ".navbar": "Genveje",
  ".quarto-secondary-nav": "Menu og sti",
  "#quarto-sidebar": "Sider",
  ".quarto-page-breadcrumbs": "Sti",
  ".page-navigation": "Forrige og næste side",
};
for (const [where, name] of Object.entries(NAMES)) {
  for (const navigation of document.querySelectorAll(`nav${where}`)) {
    navigation.setAttribute("aria-label", name);
  }
}

// An arrow that folds a chapter out calls itself a navigation and takes no key: it is a button.
for (const arrow of document.querySelectorAll("a.sidebar-item-toggle")) {
  const chapter = arrow.parentElement.querySelector(".menu-text")?.textContent ?? "";
  arrow.setAttribute("role", "button");
  arrow.setAttribute("tabindex", "0");
  arrow.setAttribute("aria-label", `Undersider af ${chapter}`);
  arrow.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    arrow.click();
  });
}

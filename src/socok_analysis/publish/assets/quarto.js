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

// What folds a chapter out calls itself a navigation and takes no key: it is a button. The arrow
// beside a chapter's name does what the name does, unless the name leads to a page.
for (const button of document.querySelectorAll("#quarto-sidebar a[data-bs-toggle]")) {
  const chapter = button.parentElement.querySelector(".sidebar-item-text");
  button.removeAttribute("role");
  if (button !== chapter && chapter?.matches("[data-bs-toggle]")) {
    button.setAttribute("aria-hidden", "true");
    continue;
  }
  button.setAttribute("role", "button");
  button.setAttribute("tabindex", "0");
  if (button !== chapter) {
    button.setAttribute("aria-label", `Undersider af ${chapter?.textContent.trim() ?? ""}`);
  }
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    button.click();
  });
}

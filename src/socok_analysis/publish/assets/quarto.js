// Quarto's shade behind the open menu is no control of its own: the button beside it closes the menu too.
document.getElementById("quarto-sidebar-glass")?.setAttribute("aria-hidden", "true");

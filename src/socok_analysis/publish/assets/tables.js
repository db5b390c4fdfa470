// Tables: no tab stop at one that does not scroll; the headings of a long one sort it, and a box
// above a very long one finds rows in it. The page is first painted when this has run: what it
// adds moves nothing a reader has begun to read.
(function () {
  "use strict";

  const fewest = 9;
  const many = 20;
  const months = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov",
    "dec"];
  const compare = new Intl.Collator("da", { numeric: true }).compare;

  function mark(region) {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }

  // "1.234,5 %" as 1234.5, "maj 2019" as its place in time; not a number where there is none.
  function read(cell) {
    const text = cell.textContent.trim();
    const month = /^([a-zæøå]{3})[a-zæøå]*\.? (\d{4})$/i.exec(text);
    if (month) return 12 * month[2] + months.indexOf(month[1].toLowerCase());
    const number = text.replace(/^[+−]/, (sign) => (sign === "−" ? "-" : ""))
      .replace(/\./g, "").replace(",", ".");
    return /^-?\d/.test(number) ? parseFloat(number) : NaN;
  }

  function order(column, sign) {
    return function (one, other) {
      const cells = [one.cells[column], other.cells[column]];
      const [left, right] = cells.map(read);
      const both = !Number.isNaN(left) && !Number.isNaN(right);
      const texts = cells.map((cell) => cell.textContent.trim());
      if (texts.includes("") && texts[0] !== texts[1]) return texts[0] === "" ? 1 : -1;
      return sign * (both ? left - right : compare(texts[0], texts[1]));
    };
  }

  function isTotal(row) {
    return /^(i alt|total)/i.test(row.cells[0].textContent.trim());
  }

  function sort(table, heading) {
    const sign = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const totals = rows.filter(isTotal);
    const others = rows.filter((row) => !isTotal(row)).sort(order(heading.cellIndex, sign));
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    body.append(...others, ...totals);
  }

  function makeSortable(table) {
    if (!table.tHead || table.tBodies.length !== 1 || table.tBodies[0].rows.length < fewest) return;
    for (const heading of table.tHead.rows[0].cells) {
      if (!heading.textContent.trim()) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading));
      heading.append(button);
    }
  }

  function find(rows, words) {
    let found = 0;
    for (const row of rows) {
      const text = row.textContent.toLocaleLowerCase("da");
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) found += 1;
    }
    return found;
  }

  function makeFindable(table) {
    if (!table.tHead || table.tBodies.length !== 1) return;
    const rows = [...table.tBodies[0].rows].filter((row) => !isTotal(row));
    if (rows.length < many) return;
    const box = document.createElement("p");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const status = document.createElement("span");
    box.className = "find-rows";
    input.type = "search";
    status.setAttribute("role", "status");
    label.append("Find i tabellen ", input);
    box.append(label, " ", status);
    input.addEventListener("input", function () {
      const words = input.value.toLocaleLowerCase("da").split(/\s+/).filter(Boolean);
      const found = find(rows, words);
      status.textContent = !words.length ? "" : found === 1 ? "1 række" : found + " rækker";
    });
    table.closest(".table-scroll").before(box);
  }

  const regions = document.querySelectorAll(".table-scroll");
  const markAll = () => regions.forEach(mark);
  document.querySelectorAll(".table-scroll table").forEach(makeSortable);
  document.querySelectorAll(".table-scroll table").forEach(makeFindable);
  window.addEventListener("resize", markAll);
  markAll();
})();

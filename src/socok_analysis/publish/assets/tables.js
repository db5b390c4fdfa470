// Tables: no tab stop at one that does not scroll; the headings of a long one sort it, a select
// does where it is shown as a list, which has no headings, and a box above a very long one finds
// rows in it. The page is first painted when this has run: what it adds moves nothing a reader has
// begun to read.
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

  function textOf(row, column) {
    return row.cells[column].textContent.trim();
  }

  // What a column holds, "A–Å" for text; and how its two orders are told.
  function tell(rows, column) {
    const numbers = rows.filter((row) => !Number.isNaN(read(row.cells[column])));
    if (!numbers.length) return { isNumber: false, orders: ["A–Å", "Å–A"] };
    const isTime = numbers.every((row) => /^[a-zæøå]/i.test(textOf(row, column)));
    return { isNumber: true,
      orders: isTime ? ["ældste først", "nyeste først"] : ["mindste først", "største først"] };
  }

  // What is no number stands last in a column of numbers, whichever way; so does an empty cell.
  function order(column, sign, isNumber) {
    return function (one, other) {
      const texts = [textOf(one, column), textOf(other, column)];
      const [left, right] = isNumber ? [one, other].map((row) => read(row.cells[column])) : texts;
      const missing = [left, right].map((value) => value === "" || Number.isNaN(value));
      if (missing[0] || missing[1]) return missing[0] - missing[1];
      return sign * (isNumber ? left - right : compare(left, right));
    };
  }

  function isTotal(row) {
    return /^(i alt|total)/i.test(textOf(row, 0));
  }

  function sort(table, heading, sign) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const totals = rows.filter(isTotal);
    const others = rows.filter((row) => !isTotal(row));
    const column = heading.cellIndex;
    others.sort(order(column, sign, tell(others, column).isNumber));
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    body.append(...others, ...totals);
  }

  function addButton(table, heading) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    button.addEventListener("click", function () {
      sort(table, heading, heading.getAttribute("aria-sort") === "ascending" ? -1 : 1);
    });
    heading.append(button);
  }

  // The orders a list can have: the report's own, and each column's two.
  function addSelect(table, headings) {
    const rows = [...table.tBodies[0].rows];
    const { select, box } = makeBox("sort-rows", "Sortér efter ", "select");
    select.append(new Option("rapportens rækkefølge", ""));
    for (const heading of headings) {
      const { orders } = tell(rows.filter((row) => !isTotal(row)), heading.cellIndex);
      orders.forEach((told, place) => select.append(
        new Option(heading.textContent.trim() + ", " + told, heading.cellIndex + " " + place)));
    }
    select.addEventListener("change", function () {
      const [column, place] = select.value.split(" ").map(Number);
      if (select.value) return sort(table, table.tHead.rows[0].cells[column], place ? -1 : 1);
      for (const heading of headings) heading.removeAttribute("aria-sort");
      table.tBodies[0].append(...rows);
    });
    table.closest(".table-scroll").before(box);
  }

  function makeBox(name, words, kind) {
    const box = document.createElement("p");
    const label = document.createElement("label");
    const field = document.createElement(kind);
    box.className = name;
    label.append(words, field);
    box.append(label);
    return { box, [kind]: field };
  }

  function makeSortable(table) {
    if (!table.tHead || table.tBodies.length !== 1 || table.tBodies[0].rows.length < fewest) return;
    const headings = [...table.tHead.rows[0].cells].filter((cell) => cell.textContent.trim());
    if (table.classList.contains("stacked")) addSelect(table, headings);
    headings.forEach((heading) => addButton(table, heading));
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
    const { box, input } = makeBox("find-rows", "Find i tabellen ", "input");
    const status = document.createElement("span");
    input.type = "search";
    status.setAttribute("role", "status");
    box.append(" ", status);
    input.addEventListener("input", function () {
      const words = input.value.toLocaleLowerCase("da").split(/\s+/).filter(Boolean);
      const found = find(rows, words);
      status.textContent = !words.length ? "" : found === 1 ? "1 række" : found + " rækker";
    });
    const region = table.closest(".table-scroll");
    const other = region.previousElementSibling;
    (other && other.className === "sort-rows" ? other : region).before(box);
  }

  const regions = document.querySelectorAll(".table-scroll");
  const markAll = () => regions.forEach(mark);
  document.querySelectorAll(".table-scroll table").forEach(makeSortable);
  document.querySelectorAll(".table-scroll table").forEach(makeFindable);
  window.addEventListener("resize", markAll);
  markAll();
})();

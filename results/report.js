// Sorting by the buttons in the headings, and the choice of a colour scheme. Nothing is fetched.
"use strict";
const spoken = document.getElementById("spoken");

// Numbers by their value, texts by their letters and the numbers in them; what is missing comes last in either order.
function key(row, column) {
  const cell = row.cells[column];
  if (cell.dataset.v === undefined) return { text: cell.textContent, missing: /^(–|n\/a.*|)$/.test(cell.textContent) };
  return { number: Number(cell.dataset.v), missing: false };
}
function compare(a, b, direction) {
  if (a.missing !== b.missing) return a.missing ? 1 : -1;
  if (a.number !== undefined && b.number !== undefined) return direction * (a.number - b.number);
  return direction * (a.text ?? String(a.number)).localeCompare(b.text ?? String(b.number), "en", { numeric: true });
}
function sort(table, column) {
  const heads = [...table.tHead.rows[0].cells];
  const order = heads[column].getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
  const direction = order === "ascending" ? 1 : -1;
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, key: key(row, column) }));
  rows.sort((a, b) => compare(a.key, b.key, direction));
  table.tBodies[0].append(...rows.map((entry) => entry.row));
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[column].setAttribute("aria-sort", order);
  spoken.textContent = `sorted by ${heads[column].textContent}, ${order}`;
}
for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => sort(table, column));
  });
}

const themes = ["system", "light", "dark"];
const button = document.getElementById("theme");
function remembered(theme) {
  try {
    if (theme !== undefined) localStorage.setItem("synthbench-theme", theme);
    return localStorage.getItem("synthbench-theme");
  } catch {
    return theme;  // a page from disk may have no storage
  }
}
function show(theme) {
  document.documentElement.dataset.theme = theme;
  button.textContent = `Colours: ${theme}`;
}
show(themes.includes(remembered()) ? remembered() : "system");
button.hidden = false;
button.addEventListener("click", () => {
  const next = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
  remembered(next);
  show(next);
});

"use strict";
// Search and the warehouse filter; all figures stand in the page already.
const data = JSON.parse(document.getElementById("items").textContent);
const items = data.rows.map((row) => Object.fromEntries(data.columns.map((name, i) => [name, row[i]])));
const search = document.getElementById("search");
const warehouse = document.getElementById("warehouse");
const found = document.getElementById("found");
const MOST = 25;

function matches(item, words) {
  const text = Object.values(item).join(" ").toLowerCase();
  const packed = text.replaceAll(" ", "");
  return words.every((word) => text.includes(word) || packed.includes(word));
}

function inWords(value) {
  if (value === null || value === "") return "–";
  return typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 1 }) : String(value);
}

function element(tag, text, parent) {
  const made = document.createElement(tag);
  made.textContent = text;
  parent.append(made);
  return made;
}

function showItem(item) {
  found.replaceChildren();
  element("h2", `${item.sku} at ${item.warehouse}`, found);
  const list = found.appendChild(document.createElement("dl"));
  for (const [name, value] of Object.entries(item)) {
    const pair = list.appendChild(document.createElement("div"));
    element("dt", name.replaceAll("_", " "), pair);
    element("dd", inWords(value), pair);
  }
  element("p", `Every number behind it: cin7 why ${item.sku}`, found).className = "about";
}

function showFound() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  found.hidden = words.length === 0;
  found.replaceChildren();
  if (found.hidden) return;
  const hits = items.filter((item) => (!warehouse.value || item.warehouse === warehouse.value) && matches(item, words));
  const cut = data.total > items.length ? ` of the ${items.length} most important` : "";
  element("p", `${hits.length} found${cut}`, found).className = "about";
  for (const item of hits.slice(0, MOST)) {
    element("button", `${item.sku} – ${item.name ?? ""} – ${item.warehouse}`, found).onclick = () => showItem(item);
  }
}

function filterRows() {
  for (const row of document.querySelectorAll("tr[data-warehouse]")) {
    row.hidden = Boolean(warehouse.value) && row.dataset.warehouse !== warehouse.value;
  }
  showFound();
}

search.addEventListener("input", showFound);
warehouse.addEventListener("change", filterRows);

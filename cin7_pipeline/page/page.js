"use strict";
// Search and the warehouse filter; all figures stand in the page already.
const data = JSON.parse(document.getElementById("items").textContent);
const items = data.rows.map((row) => Object.fromEntries(data.columns.map((name, i) => [name, row[i]])));
const search = document.getElementById("search");
const warehouse = document.getElementById("warehouse");
const found = document.getElementById("found");
const MOST = 25;

const WEEKS = 26;
// A morning's data are a day old at most; a page that is older says so, as it cannot renew itself.
const OLD_HOURS = 26;

function textOf(item) {
  const orders = [...(item.open_orders ?? []), ...(item.arrives ?? []).map((arrival) => arrival.order_number)];
  return [item.sku, item.name, item.warehouse, item.supplier, item.barcode, ...orders].join(" ").toLowerCase();
}

function matches(item, words) {
  const text = textOf(item);
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

// A bar for each week; below nothing they stand in another color, downwards.
function drawWeeks(title, values, parent) {
  const highest = Math.max(...values, 0), lowest = Math.min(...values, 0);
  const scale = 60 / (highest - lowest || 1);
  const bars = values.map((value, i) => {
    const top = (highest - Math.max(value, 0)) * scale;
    const fill = value < 0 ? "#9e2a2b" : "#1f5f8b";
    return `<rect x="${i * 10}" y="${top}" width="8" height="${Math.abs(value) * scale}" fill="${fill}"><title>${value}</title></rect>`;
  });
  const figure = element("figure", "", parent);
  figure.innerHTML = `<svg viewBox="0 0 ${values.length * 10} 60" role="img">${bars.join("")}</svg>`;
  element("figcaption", `${title}: ${values.at(0)} to ${values.at(-1)}, at most ${highest}`, figure);
}

function showItem(item) {
  const { arrives, open_orders, sold_by_week, stock_by_week, ...facts } = item;
  found.replaceChildren();
  element("h2", `${item.sku} at ${item.warehouse}`, found);
  const list = found.appendChild(document.createElement("dl"));
  for (const [name, value] of Object.entries(facts)) {
    const pair = list.appendChild(document.createElement("div"));
    element("dt", name.replaceAll("_", " "), pair);
    element("dd", inWords(value), pair);
  }
  const figures = element("div", "", found);
  figures.className = "figures";
  const sold = new Map(sold_by_week ?? []);
  const weeks = Array.from({ length: WEEKS }, (_, i) => sold.get(WEEKS - 1 - i) ?? 0);
  drawWeeks("Units sold a week, the last 26 weeks", weeks, figures);
  if (stock_by_week) drawWeeks("Stock as planned, week by week from today", stock_by_week, figures);
  for (const arrival of arrives ?? []) {
    element("p", `${arrival.arrives_on}: ${inWords(arrival.units)} from ${arrival.comes_from}, ${arrival.order_number}`, found);
  }
  if (open_orders) element("p", `Customers wait with ${open_orders.join(", ")}.`, found);
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
const read = document.querySelector("[data-read-at]");
const hours = read ? Math.round((Date.now() - Date.parse(read.dataset.readAt)) / 3600000) : 0;
if (hours > OLD_HOURS) {
  document.body.classList.add("old");
  read.textContent += ` They are ${hours} hours old.`;
}

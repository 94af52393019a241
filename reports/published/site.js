// Filters and openers; without this script everything is shown.
"use strict";

const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

function filter(form) {
  const area = document.querySelector(form.dataset.filter);
  const fields = new FormData(form);
  const wanted = words(fields.get("text") || "");
  const status = fields.get("status") || "";
  const active = wanted.length > 0 || status !== "";
  let shown = 0;
  for (const item of area.querySelectorAll("[data-item]")) {
    const text = `${item.querySelector("a").href} ${item.textContent}`.toLowerCase();
    const fits = wanted.every((word) => text.includes(word));
    const right = !status || (item.dataset.status || "").split(" ").includes(status);
    item.hidden = !(fits && right);
    if (!item.hidden) shown += 1;
  }
  for (const part of area.querySelectorAll("section, tbody.invariants")) {
    const some = part.querySelector("[data-item]:not([hidden])") !== null;
    if (part.matches("tbody")) {
      const opener = area.querySelector(`[aria-controls="${part.id}"]`);
      part.hidden = active ? !some : opener.getAttribute("aria-expanded") !== "true";
      opener.closest("tbody").hidden = active && !some;
    } else {
      part.hidden = !some;
    }
  }
  form.querySelector("output").textContent = active ? `${shown} shown` : "";
}

for (const form of document.querySelectorAll("form[data-filter]")) {
  form.addEventListener("input", () => filter(form));
  form.addEventListener("submit", (event) => event.preventDefault());
}

function open(opener, expanded) {
  opener.setAttribute("aria-expanded", String(expanded));
  document.getElementById(opener.getAttribute("aria-controls")).hidden = !expanded;
}

for (const opener of document.querySelectorAll(".opener")) {
  opener.addEventListener("click", () => open(opener, opener.getAttribute("aria-expanded") !== "true"));
}

for (const button of document.querySelectorAll("button[data-open]")) {
  button.addEventListener("click", () => {
    const expanded = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(expanded));
    button.textContent = expanded ? "Close all" : "Open all";
    for (const opener of document.querySelectorAll(`${button.dataset.open} .opener`)) open(opener, expanded);
  });
}

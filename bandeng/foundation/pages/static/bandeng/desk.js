// The workbench with a keyboard, and what ticking lines and ready words can do better with scripts.
const list = document.querySelector("[data-list]");
const lines = list ? [...list.querySelectorAll("a.line")] : [];

// The list one came from, kept in this tab only: its address and the numbers on it.
const KEPT = "desk-list";
if (list) sessionStorage.setItem(KEPT, JSON.stringify({ back: list.dataset.list, cases: lines.map((line) => line.getAttribute("href")) }));
const fromList = document.querySelector("[data-from-list]");
if (fromList) {
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch { sessionStorage.removeItem(KEPT); }
  const at = kept ? kept.cases.indexOf(location.pathname) : -1;
  if (at >= 0) {
    document.querySelector("[data-key=back]").href = kept.back;
    const cases = [...new Set(kept.cases)], here = cases.indexOf(location.pathname);
    for (const [name, step] of [["before", -1], ["after", 1]]) {
      if (!cases[here + step]) continue;
      const link = document.createElement("a");
      link.href = cases[here + step];
      link.textContent = fromList.dataset[name];
      link.dataset.key = name;
      fromList.append(link);
      fromList.hidden = false;
    }
  }
}

// On a phone the views stand in a strip: the one that is open is to be seen.
document.querySelector(".strip [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest", behavior: "instant" });

// Ticked lines: how many, and all of this page at once.
const bulk = document.getElementById("bulk");
const ticks = () => [...document.querySelectorAll('input[name=pick][form="bulk"]')];
const tell = () => {
  const many = ticks().filter((tick) => tick.checked).length, told = bulk.querySelector("[data-ticked]");
  told.textContent = many ? told.dataset.ticked.replace("{n}", many) : "";
  if (many) bulk.querySelector("details").open = true;
};
if (bulk) {
  document.addEventListener("change", (event) => { if (event.target.name === "pick") tell(); });
  const all = bulk.querySelector("[data-tick-all]");
  all.hidden = false;
  all.addEventListener("click", () => {
    const rest = ticks().some((tick) => !tick.checked);
    for (const tick of ticks()) tick.checked = rest;
    tell();
  });
  window.addEventListener("pageshow", tell); // after "back" the browser has ticked them again
}

// Ready words go behind what is written already.
for (const button of document.querySelectorAll("[data-put]")) {
  button.addEventListener("click", (event) => {
    const field = document.getElementById(button.dataset.put);
    const text = button.dataset.text ?? button.form.elements.phrase?.selectedOptions[0]?.dataset.text;
    if (!field || !text) return;
    event.preventDefault();
    field.value = [field.value.trim(), text].filter(Boolean).join("\n");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

// The bar under the thumb opens its form; a link with such a target does the same when the page is opened by it.
const open = (target) => {
  if (!target?.matches("details.verb")) return;
  const fold = target.closest("details.fold");
  if (fold) fold.open = true;
  target.open = true;
  target.querySelector("textarea, input:not([type=hidden]), select")?.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
};
for (const link of document.querySelectorAll("[data-opens]")) {
  link.addEventListener("click", (event) => { event.preventDefault(); open(document.querySelector(link.hash)); });
}
if (/^#do-[\w-]+$/.test(location.hash)) open(document.querySelector(location.hash));

// Near here: asked once, by a button; what goes into the address is no nearer than about 100 m.
const nearby = (lon, lat) => {
  const to = new URL(location.href);
  for (const name of ["place", "page"]) to.searchParams.delete(name);
  to.searchParams.set("view", "near");
  to.searchParams.set("near", `${lon.toFixed(3)},${lat.toFixed(3)}`);
  location.assign(to);
};
for (const button of document.querySelectorAll("[data-near-me]")) {
  if (!navigator.geolocation) continue;
  button.hidden = false;
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(
    (at) => nearby(at.coords.longitude, at.coords.latitude),
    () => { document.querySelector("[data-near-said]").textContent = button.dataset.nearMe; },
    { enableHighAccuracy: false, timeout: 10000, maximumAge: 0 },
  ));
}
for (const button of document.querySelectorAll("[data-near-map]")) {
  const box = document.getElementById(button.dataset.nearMap);
  const show = () => { button.hidden = false; };
  if (box?.map) show(); else box?.addEventListener("map-ready", show);
  button.addEventListener("click", () => { const at = box.map.getCenter(); nearby(at.lng, at.lat); });
}

// Single keys: never while somebody writes, never with another key held down, and not at all where they are switched off.
const keys = document.querySelector("[data-keys]");
let at = -1;
const mark = (to) => {
  if (!lines.length) return;
  at = Math.min(Math.max(to, 0), lines.length - 1);
  for (const line of lines) line.closest("li").classList.toggle("marked", line === lines[at]);
  lines[at].focus();
  lines[at].scrollIntoView({ block: "nearest" });
};
const here = () => lines.indexOf(document.activeElement) >= 0 ? lines.indexOf(document.activeElement) : at;
const follow = (name) => document.querySelector(`[data-key=${name}]`);
const DO = {
  j: () => mark(here() + 1), k: () => mark(here() - 1), ArrowDown: () => mark(here() + 1), ArrowUp: () => mark(here() - 1),
  x: () => { const tick = lines[here()]?.closest("li").querySelector("[name=pick]"); if (tick) { tick.click(); } },
  "/": () => follow("search")?.focus(),
  u: () => follow("back")?.click(),
  n: () => follow("after")?.click(), p: () => follow("before")?.click(),
  "?": () => { keys.open = true; keys.querySelector("summary").focus(); keys.scrollIntoView({ block: "nearest" }); },
};
const writing = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], .map");
if (keys && keys.dataset.keys === "on") {
  document.addEventListener("keydown", (event) => {
    const arrow = event.key.startsWith("Arrow");
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writing(event.target)) return;
    if (!Object.hasOwn(DO, event.key) || (arrow && (!lines.length || here() < 0 || !lines.includes(document.activeElement)))) return;
    event.preventDefault();
    DO[event.key]();
  });
}

// Drawing lines and rings on a map: each touch adds a point, and between two points the line follows the streets.
// The points stand in a text field, which is what is sent; without scripts they can be typed there.
const box = document.getElementById("drawmap");
const told = document.querySelector("[data-trace]");

function now() {
  const open = document.querySelector("details[data-way][open]");
  return open?.dataset.way ? open : null;
}

class Drawing {
  constructor(details) {
    this.ring = details.dataset.way === "ring";
    this.field = details.querySelector("[data-points]");
    this.said = details.querySelector("[data-drawn]");
    this.along = details.querySelector("[data-along]");
    this.touches = [];
    this.line = [];
    details.querySelector("[data-drawing]").hidden = false;
    details.querySelector("[data-undo]").addEventListener("click", () => { this.touches.pop(); this.trace(); });
    details.querySelector("[data-clear-points]").addEventListener("click", () => { this.touches = []; this.trace(); });
    this.along.addEventListener("change", () => this.trace());
    this.field.addEventListener("input", () => { this.touches = this.typed(); this.line = this.touches; this.show(); });
    this.touches = this.line = this.typed();
    this.say();
  }

  typed() {
    return this.field.value.trim().split(/[\s;；]+/).map((pair) => pair.split(/[,，]/).map(Number)).filter((p) => p.length === 2 && p.every(Number.isFinite));
  }

  say() {
    this.said.textContent = this.touches.length ? this.said.dataset.some.replace("{n}", this.touches.length) : this.said.dataset.none;
  }

  add(point) {
    if (this.touches.length >= 59) { this.said.textContent = told.dataset.limit; return; }
    this.touches.push(point);
    this.trace();
  }

  async trace() {
    const wanted = this.ring && this.touches.length > 2 ? [...this.touches, this.touches[0]] : this.touches;
    this.line = wanted;
    const asked = this.asked = wanted.map((p) => p.map((v) => v.toFixed(6)).join(",")).join(";");
    if (this.along.checked && wanted.length > 1) {
      const answer = await fetch(`${told.dataset.trace}?points=${encodeURIComponent(asked)}`, { headers: { Accept: "application/json" } });
      if (asked !== this.asked) return; // another touch came in between
      if (answer.ok) this.line = (await answer.json()).points;
    }
    this.field.value = this.line.map((p) => p.map((v) => Number(v).toFixed(7)).join(",")).join(" ");
    this.say();
    this.show();
  }

  show() {
    if (now() !== this.details) return;
    const coordinates = this.line.length > 1 ? this.line : [];
    box.map.getSource("drawn").setData({ type: "FeatureCollection", features: [
      { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } },
      ...this.touches.map((at) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } })),
    ] });
  }
}

function ready() {
  const map = box.map;
  map.addSource("drawn", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({ id: "drawn-line", type: "line", source: "drawn", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": "#a8362a", "line-width": 4 } });
  map.addLayer({ id: "drawn-point", type: "circle", source: "drawn", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 6, "circle-color": "#ffffff", "circle-stroke-color": "#a8362a", "circle-stroke-width": 3 } });
  const drawings = new Map();
  for (const details of document.querySelectorAll("details[data-way]")) {
    if (!details.dataset.way) continue;
    const drawing = new Drawing(details);
    drawing.details = details;
    drawings.set(details, drawing);
    details.addEventListener("toggle", () => { if (details.open) drawing.show(); });
  }
  const add = (at) => drawings.get(now())?.add([at.lng, at.lat]);
  map.on("click", (event) => add(event.lngLat));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); add(map.getCenter()); }
  });
  drawings.get(now())?.show();
  box.dataset.drawing = "1";
}

if (box) box.map ? ready() : box.addEventListener("map-ready", ready, { once: true });

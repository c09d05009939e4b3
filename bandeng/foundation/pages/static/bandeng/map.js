// The map: a quiet base, own pins, nothing that the page does not also say in words.
const RAMP = { water: "#cfe0e6", green: "#dfe9d6", compound: "#f0e5d6", building: "#e3d8c8", street: "#ffffff", wall: "#a89a86", rail: "#b9ae9f" };

function style(base) {
  const of = (layer) => ["==", ["get", "layer"], layer];
  const width = (w) => ["interpolate", ["exponential", 1.6], ["zoom"], 12, w / 6, 15, w, 18, w * 5];
  return {
    version: 8,
    sources: { base: { type: "geojson", data: base } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#f8f3ea" } },
      { id: "green", type: "fill", source: "base", filter: of("green"), paint: { "fill-color": RAMP.green } },
      { id: "river", type: "line", source: "base", filter: of("river"), paint: { "line-color": RAMP.water, "line-width": 2 } },
      { id: "water", type: "fill", source: "base", filter: of("water"), paint: { "fill-color": RAMP.water } },
      { id: "compound", type: "fill", source: "base", filter: of("compound"), paint: { "fill-color": RAMP.compound } },
      { id: "rail", type: "line", source: "base", filter: of("rail"), paint: { "line-color": RAMP.rail, "line-width": 2, "line-dasharray": [4, 2] } },
      { id: "street-edge", type: "line", source: "base", filter: ["all", of("street"), ["in", ["get", "class"], ["literal", ["arterial", "street"]]]], layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": "#e3d8c8", "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 12, 2, 15, ["case", ["==", ["get", "class"], "arterial"], 11, 7.5], 18, ["case", ["==", ["get", "class"], "arterial"], 48, 31]] } },
      { id: "paths", type: "line", source: "base", minzoom: 14, filter: ["all", of("street"), ["!", ["in", ["get", "class"], ["literal", ["arterial", "street"]]]]], paint: { "line-color": "#ffffff", "line-width": width(2) } },
      { id: "street", type: "line", source: "base", filter: ["all", of("street"), ["==", ["get", "class"], "street"]], layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": RAMP.street, "line-width": width(6) } },
      { id: "arterial", type: "line", source: "base", filter: ["all", of("street"), ["==", ["get", "class"], "arterial"]], layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": RAMP.street, "line-width": width(9) } },
      { id: "building", type: "fill", source: "base", minzoom: 13.5, filter: of("building"), paint: { "fill-color": RAMP.building, "fill-outline-color": "#d2c4af" } },
      { id: "wall", type: "line", source: "base", minzoom: 14, filter: of("wall"), paint: { "line-color": RAMP.wall, "line-width": 1.4 } },
      { id: "gate", type: "circle", source: "base", minzoom: 15, filter: of("gate"), paint: { "circle-radius": 3.5, "circle-color": "#ffffff", "circle-stroke-color": "#8c7a62", "circle-stroke-width": 1.5 } },
    ],
  };
}

const local = { localIdeographFontFamily: '"PingFang SC","Noto Sans CJK SC","Noto Sans SC","Microsoft YaHei",sans-serif' };

// Names are drawn as page elements: no glyph server is needed and they follow the type size.
function names(map, data) {
  const labels = data.features.filter((f) => f.properties.layer === "label")
    .map((f) => ({ at: f.geometry.coordinates, text: f.properties.name, kind: f.properties.class, from: f.properties.class === "park" ? 13.6 : 14.6 }));
  const longest = new Map();
  for (const f of data.features) {
    if (f.properties.layer !== "street" || !f.properties.name || !["arterial", "street"].includes(f.properties.class)) continue;
    const line = f.geometry.type === "LineString" ? f.geometry.coordinates : f.geometry.coordinates[0];
    if (line.length > (longest.get(f.properties.name)?.line.length ?? 0)) longest.set(f.properties.name, { line, kind: f.properties.class });
  }
  for (const [text, { line, kind }] of longest) labels.push({ at: line[Math.floor(line.length / 2)], text, kind: "street", from: kind === "arterial" ? 14 : 15.4 });
  let shown = [];
  const draw = () => {
    for (const marker of shown) marker.remove();
    shown = [];
    const zoom = map.getZoom(), view = map.getBounds(), taken = [];
    for (const label of labels) {
      if (zoom < label.from || !view.contains(label.at)) continue;
      const p = map.project(label.at), w = label.text.length * 7 + 8;
      if (taken.some((t) => Math.abs(t.x - p.x) < t.w + w && Math.abs(t.y - p.y) < 18)) continue;
      taken.push({ x: p.x, y: p.y, w });
      const element = document.createElement("span");
      element.className = `map-name ${label.kind}`;
      element.textContent = label.text;
      element.setAttribute("aria-hidden", "true");
      shown.push(new globalThis.maplibre.Marker({ element }).setLngLat(label.at).addTo(map));
    }
  };
  map.on("moveend", draw);
  draw();
}

function addAreas(map, areas) {
  map.addSource("areas", { type: "geojson", data: areas });
  map.addLayer({ id: "area", type: "line", source: "areas", paint: { "line-color": "#2c4c7a", "line-width": 1.2, "line-dasharray": [3, 3], "line-opacity": 0.55 } });
  map.addLayer({ id: "area-here", type: "fill", source: "areas", filter: ["==", ["get", "here"], true], paint: { "fill-color": "#2c6450", "fill-opacity": 0.14 } });
}

function addPins(map, pins) {
  for (const pin of pins) {
    const button = document.createElement(pin.url ? "a" : "span");
    button.className = `pin ${pin.kind || ""}`;
    if (pin.url) { button.href = pin.url; button.setAttribute("aria-label", pin.label); }
    button.append(document.createElement("span"));
    if (pin.n) button.appendChild(document.createElement("b")).textContent = pin.n;
    new globalThis.maplibre.Marker({ element: button, anchor: "bottom" }).setLngLat([pin.lon, pin.lat]).addTo(map);
  }
}

// Outlines that a page brings along, each with its tone and perhaps a name in its middle.
const TONES = {
  whole: { line: "#26221d", width: 2.5, fill: "#000000", opacity: 0 }, part: { line: "#2c4c7a", width: 1.5, fill: "#2c4c7a", opacity: 0.05 },
  compound: { line: "#8c7a62", width: 1, fill: "#8c7a62", opacity: 0.06 }, fault: { line: "#a8362a", width: 2, fill: "#a8362a", opacity: 0.35 },
  changed: { line: "#2c4c7a", width: 2.5, fill: "#2c4c7a", opacity: 0.16 }, new: { line: "#2c6450", width: 2.5, fill: "#2c6450", opacity: 0.22 },
  near: { line: "#2c6450", width: 1.5, fill: "#2c6450", opacity: 0.22 }, middle: { line: "#2c6450", width: 1, fill: "#2c6450", opacity: 0.14 },
  wide: { line: "#2c6450", width: 1, fill: "#2c6450", opacity: 0.08 }, gone: { line: "#8a5a00", width: 2, fill: "#8a5a00", opacity: 0.2 },
};

function addShapes(map, features) {
  map.addSource("shapes", { type: "geojson", data: { type: "FeatureCollection", features } });
  const by = (what) => ["match", ["get", "tone"], ...Object.entries(TONES).flatMap(([tone, look]) => [tone, look[what]]), TONES.part[what]];
  map.addLayer({ id: "shape-fill", type: "fill", source: "shapes", paint: { "fill-color": by("fill"), "fill-opacity": by("opacity") } });
  map.addLayer({ id: "shape-line", type: "line", source: "shapes", paint: { "line-color": by("line"), "line-width": by("width") } });
  for (const { properties } of features) {
    if (!properties.name) continue;
    const element = document.createElement("span");
    element.className = "map-name shape";
    element.textContent = properties.name;
    element.setAttribute("aria-hidden", "true");
    new globalThis.maplibre.Marker({ element }).setLngLat(properties.at).addTo(map);
  }
}

// Picking a place: touch the map, or press Enter on it to take its middle; the fields are the truth.
function pick(map, box) {
  const form = document.getElementById(box.dataset.pick);
  const lon = form.elements.lon, lat = form.elements.lat;
  let marker = null;
  const uncheck = () => { for (const radio of form.querySelectorAll("[name=choice]")) radio.checked = false; };
  const put = (at, say = true) => {
    if (!marker) {
      const element = document.createElement("span");
      element.className = "pin";
      element.append(document.createElement("span"));
      marker = new globalThis.maplibre.Marker({ element, anchor: "bottom", draggable: true });
      marker.on("dragend", () => { uncheck(); put(marker.getLngLat()); });
      marker.setLngLat(at).addTo(map);
    } else marker.setLngLat(at);
    const point = marker.getLngLat();
    lon.value = point.lng.toFixed(6);
    lat.value = point.lat.toFixed(6);
    if (say) describe(point);
  };
  // A named place moves the pin, and touching the map takes back the named place.
  form.addEventListener("change", (event) => {
    if (event.target.name !== "choice") return;
    const p = event.target.value.split(",").map(Number);
    if (p.length === 2) { map.jumpTo({ center: p, zoom: 16.5 }); put(p); }
    else { lon.value = lat.value = ""; marker?.remove(); marker = null; box.scrollIntoView({ block: "nearest" }); }
  });
  const told = document.getElementById(box.dataset.told);
  const describe = async (point) => {
    if (!told) return;
    const answer = await fetch(`${box.dataset.at}?lon=${point.lng.toFixed(6)}&lat=${point.lat.toFixed(6)}`, { headers: { Accept: "application/json" } });
    if (answer.ok) told.textContent = (await answer.json()).text;
  };
  if (lon.value && lat.value) put([Number(lon.value), Number(lat.value)], false);
  map.on("click", (event) => { if (!event.originalEvent.target.closest("a")) { uncheck(); put(event.lngLat); } });
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); uncheck(); put(map.getCenter()); }
  });
  const here = document.querySelector(`[data-here="${box.id}"]`);
  if (here && navigator.geolocation) {
    here.hidden = false;
    here.addEventListener("click", () => navigator.geolocation.getCurrentPosition(
      (at) => { const p = [at.coords.longitude, at.coords.latitude]; map.jumpTo({ center: p, zoom: 16.5 }); uncheck(); put(p); },
      () => { told.textContent = here.dataset.failed; },
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 0 },
    ));
  }
  if (box.dataset.submit) map.on("click", () => form.requestSubmit());
}

async function one(box) {
  const bounds = (box.dataset.box || box.dataset.bounds).split(",").map(Number);
  box.removeAttribute("data-off");
  const base = await (await fetch(box.dataset.map)).json();
  const map = new globalThis.maplibre.Map({
    container: box, style: style(base), bounds: [bounds.slice(0, 2), bounds.slice(2)], fitBoundsOptions: { padding: 20 },
    attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 19, minZoom: 10, ...local, locale: JSON.parse(box.dataset.words || "{}"),
    cooperativeGestures: box.dataset.cooperative === "1",
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new globalThis.maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.getCanvas().setAttribute("aria-label", box.dataset.label);
  await map.once("load");
  names(map, base);
  if (box.dataset.areas) {
    const answer = await fetch(box.dataset.areas);
    const areas = answer.ok ? await answer.json() : { type: "FeatureCollection", features: [] }; // lines just redrawn
    for (const f of areas.features) f.properties.here = String(f.properties.id) === box.dataset.here;
    addAreas(map, areas);
  }
  const pins = document.getElementById(`${box.id}-pins`);
  if (pins) addPins(map, JSON.parse(pins.textContent));
  const shapes = document.getElementById(`${box.id}-shapes`);
  if (shapes) addShapes(map, JSON.parse(shapes.textContent));
  if (box.dataset.pick) pick(map, box);
  if (box.dataset.center) look(map, box, pins ? JSON.parse(pins.textContent) : []);
  new ResizeObserver(() => map.resize()).observe(box);
  box.map = map;
  box.dataset.ready = "1";
  box.dispatchEvent(new CustomEvent("map-ready"));
}

// What is asked for stands in the middle; where pins lie round it, all of them are to be seen.
function look(map, box, pins) {
  const middle = box.dataset.center.split(",").map(Number), zoom = Number(box.dataset.zoom || 16);
  if (pins.length < 2) { map.jumpTo({ center: middle, zoom }); return; }
  const seen = new globalThis.maplibre.LngLatBounds(middle, middle);
  for (const pin of pins) seen.extend([pin.lon, pin.lat]);
  map.fitBounds(seen, { padding: 44, maxZoom: zoom, animate: false });
}

export async function start() {
  const boxes = [...document.querySelectorAll("[data-map]")];
  globalThis.maplibre = await import(boxes[0].dataset.library);
  for (const box of boxes) one(box).catch((error) => { box.dataset.off = ""; console.error(error); });
}

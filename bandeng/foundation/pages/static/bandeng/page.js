// What a page can do better with scripts; everything works without them.

// Typed text survives a reload and a log-in: kept in this tab only, dropped when the form was accepted, and
// never kept where it tells of a person in danger (data-draft-never).
for (const done of document.querySelectorAll("[data-draft-done]")) sessionStorage.removeItem(`draft:${done.dataset.draftDone}`);
for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = `draft:${form.dataset.draft}`;
  const never = form.dataset.draftNever && new RegExp(form.dataset.draftNever, "i");
  const kept = () => [...form.querySelectorAll("textarea[name], input[type=text][name]")];
  const keep = () => {
    const draft = kept().map((input) => [input.name, input.value]);
    if (never && draft.some(([, value]) => never.test(value))) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(draft)));
  };
  try {
    const draft = JSON.parse(sessionStorage.getItem(key) || "{}");
    for (const input of kept()) {
      if (!draft[input.name] || (input.value && !("draftOver" in form.dataset))) continue;
      input.value = draft[input.name];
      form.closest("details")?.setAttribute("open", "");
    }
    if (never && kept().some((input) => never.test(input.value))) sessionStorage.removeItem(key);
  } catch { sessionStorage.removeItem(key); }
  form.addEventListener("input", keep);
  if (form.dataset.clear) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = form.dataset.clear;
    button.addEventListener("click", () => {
      for (const input of kept()) input.value = "";
      sessionStorage.removeItem(key);
    });
    form.querySelector("[data-clear-here]")?.append(button);
  }
}

// A form is sent once, however often the button is pressed; the server makes sure of it too.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}

// One step at a time on a phone.
for (const form of document.querySelectorAll("form.steps")) {
  const steps = [...form.querySelectorAll(".step")];
  let at = Math.max(0, steps.findIndex((step) => step.querySelector(".has-error, .error")));
  const show = (index, focus = true) => {
    at = Math.min(Math.max(index, 0), steps.length - 1);
    steps.forEach((step, i) => step.classList.toggle("now", i === at));
    form.classList.toggle("last", at === steps.length - 1);
    form.querySelector(".back").hidden = at === 0;
    const told = form.querySelector(".progress");
    told.textContent = told.dataset.text.replace("{n}", at + 1).replace("{of}", steps.length);
    if (focus) { steps[at].querySelector(".step-head")?.focus(); window.scrollTo(0, 0); }
    steps[at].dispatchEvent(new CustomEvent("shown", { bubbles: true }));
  };
  form.classList.add("one-by-one");
  form.querySelector(".forward").addEventListener("click", () => show(at + 1));
  form.querySelector(".back").addEventListener("click", () => show(at - 1));
  form.addEventListener("keydown", (event) => { // the keyboard's "go" leads on to the next step, it does not send the whole
    if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox], [type=radio], [type=file])")) return;
    event.preventDefault();
    if (form.querySelector(".step-nav").offsetParent && at < steps.length - 1) show(at + 1);
  });
  for (const link of form.querySelectorAll('a[href^="#"]')) {
    link.addEventListener("click", (event) => {
      const target = document.querySelector(link.hash), step = steps.findIndex((one) => one.contains(target));
      if (step < 0) return;
      event.preventDefault();
      show(step, false);
      target.focus();
    });
  }
  form.querySelector(".send").addEventListener("click", () => {
    const bad = steps.findIndex((step) => step.querySelector(":invalid:not(fieldset)"));
    if (bad >= 0 && bad !== at) show(bad, false);
  });
  show(at, false);
}

// Choosing a kind of matter goes on by itself, and shows the emergency numbers where they matter.
const sos = document.querySelector("[data-sos]");
document.addEventListener("change", (event) => {
  if (event.target.name !== "category") return;
  if (sos) sos.hidden = !event.target.dataset.danger;
  showAsked(event.target.value);
});

// The questions of the kind that is chosen; those of other kinds are neither seen nor sent.
function showAsked(chosen) {
  for (const block of document.querySelectorAll("[data-asks]")) {
    block.hidden = block.dataset.asks !== chosen;
    for (const input of block.querySelectorAll("input, select, textarea")) input.disabled = block.hidden;
  }
}
if (document.querySelector("[data-asks]")) showAsked(document.querySelector("input[name=category]:checked")?.value);

// One group of matters open at a time.
for (const group of document.querySelectorAll("details.group")) {
  group.addEventListener("toggle", () => {
    if (!group.open) return;
    for (const other of document.querySelectorAll("details.group[open]")) if (other !== group) other.open = false;
    group.scrollIntoView({ block: "nearest" });
  });
}

// Photographs: shown before they are sent.
for (const input of document.querySelectorAll("input[type=file][data-previews]")) {
  const box = document.getElementById(input.dataset.previews);
  input.addEventListener("change", () => {
    box.replaceChildren(...[...input.files].slice(0, 4).map((file) => {
      const image = new Image();
      image.src = URL.createObjectURL(file);
      image.alt = file.name;
      return image;
    }));
  });
}

// Copying the code.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
  });
}
// Printing a page that is made for paper.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
if (document.querySelector("[data-map]")) import(document.querySelector("[data-map]").dataset.script).then((m) => m.start());

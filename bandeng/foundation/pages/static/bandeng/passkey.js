// Passkeys: asks the server what to sign, lets the browser's own dialogue do it, and sends the answer as a form.
// Without this script, or in a browser without passkeys, the buttons stay hidden and codes serve.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function unpacked(options) {
  const key = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (key.user) key.user = { ...key.user, id: bytes(key.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (key[list]) key[list] = key[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return { publicKey: key };
}

function packed(credential) {
  const { response } = credential;
  const parts = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: parts });
}

async function ask(form, said) {
  const begun = await fetch(form.dataset.begin, {
    method: "POST", headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  const options = await begun.json();
  if (!begun.ok) return said(options.said);
  const credential = await navigator.credentials[form.dataset.passkey](unpacked(options));
  form.elements.credential.value = packed(credential);
  form.requestSubmit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const button = form.querySelector("button"), note = form.querySelector("[data-said]");
  const said = (words) => { note.textContent = words || form.dataset.failed; note.hidden = false; };
  form.hidden = false;
  for (const hint of document.querySelectorAll("[data-no-passkey]")) hint.hidden = true;
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // page.js, which listens after this, does not count it as sending
    button.disabled = true;
    note.hidden = true;
    ask(form, said)
      .catch((error) => said(error.name === "NotAllowedError" ? form.dataset.cancelled
        : error.name === "InvalidStateError" ? form.dataset.known : ""))
      .finally(() => { button.disabled = false; });
  });
}

// The plan editor opens in a place of the page: one at a time, its heading has the focus; closed, its opener has it
// again. What was signed is drawn anew by the page around it and then has the focus. One that was closed stands as it
// stood when it is opened again.
const PLACE = "[data-editor-place]";
const OPENER = "[aria-controls^='editor-']";
const SIGNED = "dose-plan-signed";

const openersOf = (place) => document.querySelectorAll(`[aria-controls="${place.id}"]`);
const placeOf = (opener) => document.getElementById(opener.getAttribute("aria-controls"));
let pressed = null;
// Closed editors by the address they came from.
const kept = new Map();

function close(place) {
  const stood = document.createDocumentFragment();
  stood.append(...place.childNodes);
  kept.set(place.dataset.address, stood);
  openersOf(place).forEach((opener) => opener.setAttribute("aria-expanded", "false"));
}

function closeOthers(place) {
  document.querySelectorAll(PLACE).forEach((other) => {
    if (other !== place && other.childElementCount > 0) {
      close(other);
    }
  });
}

// Before it comes, so that never two of them are on the page.
function makeRoom(place, swap) {
  // Another one was asked for while this one was on its way.
  if (pressed && pressed.getAttribute("aria-controls") !== place.id) {
    swap.shouldSwap = false;
    return;
  }
  closeOthers(place);
  const opener = swap.requestConfig?.elt;
  if (opener?.matches(OPENER)) {
    if (place.childElementCount > 0) {
      close(place);
    }
    place.dataset.address = opener.getAttribute("hx-get");
  }
}

// Whether an editor was there already, open or closed: it is shown as it stood, and nothing is asked for.
function showAgain(opener) {
  const place = placeOf(opener);
  const address = opener.getAttribute("hx-get");
  const isOpen = place?.childElementCount > 0 && place.dataset.address === address;
  if (!place || (!isOpen && !kept.has(address))) {
    return false;
  }
  if (!isOpen) {
    closeOthers(place);
    if (place.childElementCount > 0) {
      close(place);
    }
    place.dataset.address = address;
    place.replaceChildren(kept.get(address));
    kept.delete(address);
  }
  isOpened(place);
  return true;
}

function isOpened(place) {
  openersOf(place).forEach((opener) => opener.setAttribute("aria-expanded", String(opener === pressed)));
  const wrong = place.querySelector("[data-form-errors]");
  if (wrong || !place.contains(document.activeElement)) {
    (wrong ?? place.querySelector("#editor-title"))?.focus();
  }
}

function leave(place) {
  close(place);
  (pressed?.isConnected ? pressed : openersOf(place)[0])?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest(OPENER);
  pressed = opener ?? pressed;
  if (event.target.closest("[data-close-editor]")) {
    leave(event.target.closest(PLACE));
  }
});

document.addEventListener("keydown", (event) => {
  const place = event.key === "Escape" && event.target.closest(PLACE);
  if (place) {
    leave(place);
  }
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches(OPENER) && showAgain(event.detail.elt)) {
    event.preventDefault();
  }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.matches(PLACE)) {
    makeRoom(event.detail.target, event.detail);
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.triggeringEvent?.type === SIGNED) {
    kept.clear();
    const done = [...document.querySelectorAll("[data-done]")];
    (event.target.closest("[data-done]") ?? event.target.querySelector?.("[data-done]") ?? done.at(-1))?.focus();
    return;
  }
  const place = event.target.closest(PLACE);
  if (place && event.detail.target === place) {
    isOpened(place);
  }
});

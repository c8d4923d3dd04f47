// The plan editor opens in a place of the page: one at a time, its heading has the focus; closed, its opener has it
// again. What was signed is drawn anew by the page around it and then has the focus.
const PLACE = "[data-editor-place]";
const SIGNED = "dose-plan-signed";

const openersOf = (place) => document.querySelectorAll(`[aria-controls="${place.id}"]`);
let pressed = null;

function close(place) {
  place.replaceChildren();
  openersOf(place).forEach((opener) => opener.setAttribute("aria-expanded", "false"));
}

// Before it comes, so that never two of them are on the page.
function makeRoom(place, swap) {
  // Another one was asked for while this one was on its way.
  if (pressed && pressed.getAttribute("aria-controls") !== place.id) {
    swap.shouldSwap = false;
    return;
  }
  document.querySelectorAll(PLACE).forEach((other) => {
    if (other !== place && other.childElementCount > 0) {
      close(other);
    }
  });
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
  const opener = event.target.closest("[aria-controls^='editor-']");
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

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.matches(PLACE)) {
    makeRoom(event.detail.target, event.detail);
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.triggeringEvent?.type === SIGNED) {
    const done = [...document.querySelectorAll("[data-done]")];
    (event.target.closest("[data-done]") ?? event.target.querySelector?.("[data-done]") ?? done.at(-1))?.focus();
    return;
  }
  const place = event.target.closest(PLACE);
  if (place && event.detail.target === place) {
    isOpened(place);
  }
});

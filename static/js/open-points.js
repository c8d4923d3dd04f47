// What still keeps a visit from being signed: a point that asks for something goes once something stands in its field.
const ASKS = "data-field";

function look() {
  const form = document.getElementById("visit");
  const points = document.querySelector("[data-open-points]");
  if (!form || !points) {
    return;
  }
  const filled = new FormData(form);
  for (const point of points.querySelectorAll(`[${ASKS}]`)) {
    point.hidden = Boolean((filled.get(point.getAttribute(ASKS)) ?? "").trim());
  }
  const isOpen = points.querySelector("li:not([hidden])") !== null;
  points.querySelector("[data-open]")?.toggleAttribute("hidden", !isOpen);
  points.querySelector("[data-nothing-open]").hidden = isOpen;
}

document.addEventListener("input", look);
document.addEventListener("htmx:afterSettle", look);
window.addEventListener("pageshow", look);

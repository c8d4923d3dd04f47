// What still keeps a visit from being signed: a point that asks for something goes once something stands in its field.
const HIDDEN_BY = "data-field";

function look() {
  const form = document.getElementById("visit");
  if (!form) {
    return;
  }
  const filled = new FormData(form);
  for (const point of document.querySelectorAll(`[data-open-points] [${HIDDEN_BY}]`)) {
    point.hidden = Boolean((filled.get(point.getAttribute(HIDDEN_BY)) ?? "").trim());
  }
}

document.addEventListener("input", look);
document.addEventListener("htmx:afterSettle", look);
window.addEventListener("pageshow", look);

// Lists by keyboard: j and k move between rows ([data-row]), Enter follows the row's first link.
function move(by) {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
  if (rows.length === 0) {
    return;
  }
  const here = rows.findIndex((row) => row.classList.contains("here") || row.contains(document.activeElement));
  const next = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  rows.forEach((row) => row.classList.toggle("here", row === next));
  const link = next.querySelector("a, button, summary");
  link?.focus();
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) {
    return;
  }
  if (event.key === "j") {
    move(1);
  } else if (event.key === "k") {
    move(-1);
  }
});

document.addEventListener("focusout", (event) => {
  event.target.closest?.("[data-row]")?.classList.remove("here");
});

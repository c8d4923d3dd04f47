// Keys for people who live on the keyboard: "/" search, "?" help, "g" then a letter to go somewhere, Escape closes.
const PLACES = {
  h: "home",
  c: "clients",
  e: "enquiries",
  s: "schedule",
  b: "board",
  p: "changes",
};
let waitingForPlace = 0;

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function closeOpenThings(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!(event.type === "click" && menu.contains(event.target))) {
      menu.open = false;
      if (event.type === "keydown") {
        menu.querySelector("summary").focus();
      }
    }
  }
  const results = document.getElementById("search-results");
  if (results && !(event.type === "click" && results.closest("form").contains(event.target))) {
    results.replaceChildren();
  }
}

document.addEventListener("click", closeOpenThings);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    closeOpenThings(event);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
    return;
  }
  if (Date.now() - waitingForPlace < 1500) {
    waitingForPlace = 0;
    const link = document.querySelector(`.main-nav a[data-place="${PLACES[event.key]}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (event.key === "?") {
    document.getElementById("keyboard-help")?.showModal();
  } else if (event.key === "g") {
    waitingForPlace = Date.now();
  }
});

document.querySelector("[data-keyboard-help]")?.addEventListener("click", () => {
  document.getElementById("keyboard-help")?.showModal();
});

// From the search box straight down into what it found.
document.querySelector(".search")?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") {
    return;
  }
  const links = [...document.querySelectorAll("#search-results a")];
  if (links.length === 0) {
    return;
  }
  event.preventDefault();
  const here = links.indexOf(document.activeElement);
  const next = event.key === "ArrowDown" ? here + 1 : here - 1;
  if (next < 0) {
    document.querySelector("[data-search]").focus();
  } else {
    links[Math.min(next, links.length - 1)].focus();
  }
});

// At the end of an unused session the page is cleared, so that nobody reads on over a left desk. A minute before,
// it warns and lets drafts save themselves. The server ends the session in any case; this only empties the screen.
// Whoever types or clicks is not idle: at most every five minutes that is told to the server. Autosaving alone is not.
const WARN_SECONDS = 60;
const LAST_SAVE_SECONDS = 10;
const TELL_EVERY = 5 * 60 * 1000;
const body = document.body;
const seconds = Number(body.dataset.sessionSeconds || 0);
let endsAt = 0;
let usedAt = 0;
let toldAt = Date.now();
let savedLast = false;
let warning = null;

function alive() {
  toldAt = Date.now();
  endsAt = Date.now() + seconds * 1000;
  savedLast = false;
  warning?.remove();
  warning = null;
}

function warn() {
  document.dispatchEvent(new CustomEvent("clinic:session-ending"));
  warning = document.createElement("div");
  warning.className = "notice tone-warn session-warning";
  warning.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = "You will be signed out in one minute because this page was not used.";
  const stay = document.createElement("button");
  stay.type = "button";
  stay.className = "btn btn-primary";
  stay.textContent = "Stay signed in";
  stay.addEventListener("click", stayIn);
  const inside = document.createElement("div");
  inside.append(words, stay);
  warning.append(inside);
  body.append(warning);
}

async function stayIn() {
  toldAt = Date.now();
  try {
    const answer = await fetch(body.dataset.stay, { method: "HEAD", redirect: "manual", credentials: "same-origin" });
    if (answer.ok) {
      alive();
    }
  } catch {
    // Without a connection the session ends as announced.
  }
}

function clear() {
  clearInterval(clock);
  const over = document.createElement("main");
  over.className = "session-over";
  const title = document.createElement("h1");
  title.textContent = "You are signed out";
  const words = document.createElement("p");
  words.textContent = "This page was not used for a while, so it was cleared. Drafts were saved before.";
  const link = document.createElement("a");
  link.className = "btn btn-primary";
  link.href = body.dataset.signIn + "?next=" + encodeURIComponent(window.location.pathname);
  link.textContent = "Sign in and come back here";
  over.append(title, words, link);
  document.title = "Signed out";
  body.replaceChildren(over);
  title.tabIndex = -1;
  title.focus();
}

function tick() {
  const left = (endsAt - Date.now()) / 1000;
  if (left <= 0) {
    clear();
  } else if (usedAt > toldAt && Date.now() - toldAt > TELL_EVERY && warning === null) {
    stayIn();
  } else if (left <= WARN_SECONDS && warning === null) {
    warn();
  } else if (left <= LAST_SAVE_SECONDS && !savedLast) {
    savedLast = true;
    document.dispatchEvent(new CustomEvent("clinic:session-ending"));
  }
}

let clock = 0;
if (seconds > 0) {
  alive();
  clock = setInterval(tick, 1000);
  document.addEventListener("htmx:afterRequest", (event) => event.detail.successful && !event.detail.requestConfig.headers["X-Background"] && alive());
  for (const used of ["keydown", "pointerdown"]) {
    document.addEventListener(used, () => (usedAt = Date.now()), { passive: true });
  }
  // A laptop that slept, or a tab that was put away, looks at the clock at once.
  document.addEventListener("visibilitychange", tick);
  window.addEventListener("pageshow", tick);
}

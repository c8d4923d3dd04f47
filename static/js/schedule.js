// The day as a calendar beside the plain list: it is drawn from the list, and the list stays for everybody.
const KEPT = "schedule-view";
const WIDE = window.matchMedia("(min-width: 62rem)");
const list = document.querySelector("[data-schedule]");
const place = document.querySelector("[data-schedule-calendar]");
const buttons = [...document.querySelectorAll("[data-schedule-view]")];
let drawn = false;

function resources() {
  return [...list.querySelectorAll("[data-clinician]")].map((part) => ({
    id: part.dataset.clinician,
    title: part.querySelector("h2").textContent.trim(),
  }));
}

function events() {
  return [...list.querySelectorAll("[data-starts]")].map((row) => ({
    id: row.dataset.appointment,
    start: row.dataset.starts,
    end: row.dataset.ends,
    resourceIds: [row.closest("[data-clinician]").dataset.clinician],
    extendedProps: { row },
  }));
}

// The list's own link, so that both say the same; the rest is told by pointing at it.
function content({ event }) {
  const { row } = event.extendedProps;
  const link = row.querySelector("a").cloneNode(true);
  const words = `${link.textContent}, ${row.querySelector("[data-words]").textContent}`;
  link.title = words.replace(/\s+/g, " ").replace(" ,", ",").trim();
  return { domNodes: [link] };
}

function hourOf(time) {
  return Number(time.slice(11, 13));
}

// As every other time of the house is written: 9:00 am.
function hourLabel(time) {
  return time.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" }).toLowerCase();
}

function draw() {
  const all = events();
  const first = Math.min(8, ...all.map((event) => hourOf(event.start)));
  const last = Math.max(17, ...all.map((event) => hourOf(event.end) + 1));
  window.EventCalendar.create(place, {
    view: "resourceTimeGridDay",
    date: list.dataset.schedule,
    headerToolbar: { start: "", center: "", end: "" },
    allDaySlot: false,
    slotMinTime: `${first}:00`,
    slotMaxTime: `${Math.min(last, 24)}:00`,
    slotHeight: 54,
    height: "auto",
    locale: "en-US",
    slotLabelFormat: hourLabel,
    nowIndicator: false,
    resources: resources(),
    events: all,
    eventContent: content,
    viewDidMount: plain,
  });
  drawn = true;
}

// Its table roles have children that a table may not have; the words in it say enough.
function plain() {
  place.querySelectorAll("[role], [aria-colindex]").forEach((part) => {
    part.removeAttribute("role");
    part.removeAttribute("aria-colindex");
  });
}

function show(view) {
  const asCalendar = view === "calendar" && WIDE.matches;
  list.hidden = asCalendar;
  place.hidden = !asCalendar;
  buttons.forEach((button) => {
    button.setAttribute("aria-pressed", String((button.dataset.scheduleView === "calendar") === asCalendar));
  });
  if (asCalendar && !drawn) {
    draw();
  }
}

buttons.forEach((button) => {
  button.addEventListener("click", () => {
    localStorage.setItem(KEPT, button.dataset.scheduleView);
    show(button.dataset.scheduleView);
  });
});
WIDE.addEventListener("change", () => show(localStorage.getItem(KEPT)));
show(localStorage.getItem(KEPT));

// A form is sent once: its buttons rest after the first press. Also brings the reader to what stops a form.
const RESTING = "data-resting";

document.addEventListener("submit", (event) => {
  const form = event.target;
  // Help is one press away even while answers are on their way.
  if (event.submitter?.hasAttribute("data-at-any-time")) {
    return;
  }
  if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("data-many-times")) {
    return;
  }
  if (form.hasAttribute(RESTING)) {
    event.preventDefault();
    return;
  }
  form.setAttribute(RESTING, "");
  form.setAttribute("aria-busy", "true");
  // Afterwards, so that the name and value of the pressed button are still sent.
  setTimeout(() => setButtons(form, true), 0);
  // A download or a lost connection leaves the page standing: wake up again.
  setTimeout(() => wake(form), 15000);
});

function setButtons(form, disabled) {
  // Those too that stand beside the form and name it.
  for (const button of form.elements) {
    if (button.type === "submit") {
      button.disabled = disabled;
    }
  }
}

function wake(form) {
  if (form.hasAttribute(RESTING)) {
    form.removeAttribute(RESTING);
    form.removeAttribute("aria-busy");
    setButtons(form, false);
  }
}

const wakeAll = () => document.querySelectorAll(`form[${RESTING}]`).forEach(wake);
window.addEventListener("pageshow", wakeAll);
document.addEventListener("htmx:afterRequest", wakeAll);

document.querySelector("[data-form-errors]")?.focus();

// The reason of a dose change as the portal writes it comes with each preview. It takes the place of the one before,
// and of nothing that somebody typed.
const PREVIEW = "#preview";
let before = null;

const writtenIn = (preview) => preview?.querySelector("[name='written']")?.value ?? null;
const inOneLine = (text) => text.trim().split(/\s+/).join(" ");

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  before = detail.target.matches(PREVIEW) ? writtenIn(detail.target) : null;
});

document.addEventListener("htmx:afterSwap", () => {
  const preview = document.querySelector(PREVIEW);
  const reason = preview?.closest("form")?.querySelector("[name='reason']");
  if (reason && before !== null && inOneLine(reason.value) === inOneLine(before)) {
    reason.value = writtenIn(preview) ?? reason.value;
  }
  before = null;
});

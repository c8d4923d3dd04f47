// Without a connection a form stays where it is, with all that was typed: the browser's error page would lose it.
document.addEventListener(
  "submit",
  (event) => {
    const note = document.getElementById(event.target.dataset.needsConnection ?? "");
    if (!note) {
      return;
    }
    note.hidden = navigator.onLine;
    if (!navigator.onLine) {
      event.preventDefault();
    }
  },
  true,
);

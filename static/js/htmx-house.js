// How htmx behaves here: a page that ended (signed out, no permission) is loaded in full, a failure is said in words.
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401 || status === 403) {
    window.location.reload();
    return;
  }
  const place = document.querySelector(".messages");
  if (place) {
    place.textContent = "That did not work. Nothing was changed. Please try again in a moment.";
  }
});

document.addEventListener("htmx:sendError", () => {
  const place = document.querySelector(".messages");
  if (place) {
    place.textContent = "There is no connection right now. What you typed is still here.";
  }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  // A redirect to the sign-in page must not be drawn inside a part of this page.
  const answeredBy = new URL(event.detail.xhr.responseURL || window.location.href, window.location.href);
  const signIn = document.body.dataset.signIn;
  if (signIn && answeredBy.pathname.startsWith(signIn)) {
    event.detail.shouldSwap = false;
    window.location.reload();
  }
});

// A passkey that was cancelled or is unknown is said in words, not only in the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.querySelectorAll("form[data-resting] button").forEach((button) => (button.disabled = false));
  document.querySelectorAll("form[data-resting]").forEach((form) => form.removeAttribute("data-resting"));
  const place = document.querySelector(".messages");
  if (place) {
    place.textContent = "The passkey was not used: it was cancelled or is not known here. Try again, or use another way.";
  }
});

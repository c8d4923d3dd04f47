// Counts down to an instant: "(in 6 min 12 s)". The page says the time itself without this script.
function words(left) {
  const minutes = Math.floor(left / 60), seconds = left % 60
  return minutes ? `${minutes} min ${seconds} s` : `${seconds} s`
}

function count() {
  for (const place of document.querySelectorAll("[data-countdown]")) {
    const left = Math.max(0, Math.round((new Date(place.dataset.countdown) - Date.now()) / 1000))
    place.textContent = left ? `(in ${words(left)})` : "(now)"
  }
}

count()
setInterval(count, 1000)

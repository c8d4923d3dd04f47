// Drafts save themselves: a form with data-autosave-url is posted every 5 s while its text changes, and once more
// before the session ends. The answer is {"version": n, "saved_at": "…"}, with "waiting": […] where some
// of it is kept by its button alone; 409 means somebody else saved meanwhile.
const EVERY = 5000;

function watch(form) {
  // Fields and the line that says when it was saved may stand beside the form and name it.
  const status = form.querySelector("[data-autosave-status]") ?? document.querySelector("[data-autosave-status]");
  let saved = textOf(form);
  let busy = false;
  let stopped = false;

  function say(text, late = false) {
    if (status && status.textContent !== text) {
      status.textContent = text;
      status.classList.toggle("is-late", late);
    }
  }

  async function save({ leaving = false } = {}) {
    const text = textOf(form);
    if (stopped || busy || text === saved || form.hasAttribute("data-resting")) {
      return;
    }
    busy = true;
    try {
      const answer = await fetch(form.dataset.autosaveUrl, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { "X-Autosave": "1", Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
        keepalive: leaving,
      });
      if (answer.ok) {
        saved = text;
        took(await answer.json());
      } else {
        refused(answer);
      }
    } catch {
      say("No connection: not saved yet. Your text stays here and is sent again.", true);
    } finally {
      busy = false;
    }
  }

  function took({ version, saved_at: savedAt, waiting = [] }) {
    if (version !== undefined && form.elements.version) {
      form.elements.version.value = version;
    }
    const at = savedAt ? new Date(savedAt) : new Date();
    const kept = waiting.length ? ` Not kept until you press save: ${waiting.join(", ")}.` : "";
    // What was typed while this was on its way goes with the next one.
    say(textOf(form) === saved ? `Draft saved ${clinicTime(at)}.${kept}` : "Changes not saved yet.", waiting.length > 0);
  }

  function refused(answer) {
    if (answer.status === 409) {
      stopped = true;
      say("Somebody saved this meanwhile. Press save to see both texts; nothing you typed is lost.", true);
    } else if (answer.status === 400 || answer.status === 422) {
      say("Not saved yet: something in the form needs a look. Press save to see what.", true);
    } else if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      say("You are signed out: not saved. Sign in in another tab, then press save here.", true);
    } else {
      say("Not saved yet. Your text stays here and is sent again.", true);
    }
  }

  document.addEventListener("input", (event) => {
    if (event.target.form === form && !stopped && !busy) {
      say("Changes not saved yet.");
    }
  });
  setInterval(save, EVERY);
  document.addEventListener("clinic:session-ending", () => save());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      save({ leaving: true });
    }
  });
}

function clinicTime(at) {
  const zone = document.body.dataset.timeZone;
  return at.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit", timeZone: zone }).toLowerCase();
}

function textOf(form) {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  data.delete("version");
  return new URLSearchParams(data).toString();
}

document.querySelectorAll("form[data-autosave-url]").forEach(watch);

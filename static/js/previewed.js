// What a decision would do is drawn anew while somebody goes on typing below it: what was typed since it was asked for
// stands, and is not replaced by what was there when it was asked.
const PART = ".decided";
const asked = new WeakMap();
let typed = new Map();

const fieldsOf = (part) => [...part.querySelectorAll("textarea, select, input:not([type='hidden'])")];
const valuesOf = (fields) => new Map(fields.map((field) => [field.id, field.value]));

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target?.matches(PART)) {
    asked.set(detail.target, valuesOf(fieldsOf(detail.target)));
  }
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const before = asked.get(detail.target);
  typed = valuesOf(before ? fieldsOf(detail.target).filter((field) => field.value !== before.get(field.id)) : []);
});

document.addEventListener("htmx:afterSwap", () => {
  for (const [id, value] of typed) {
    const field = document.getElementById(id);
    if (field) {
      field.value = value;
    }
  }
  typed = new Map();
});

// The size of a segment is estimated on its page, for the expression as it stands there. Without scripts the
// button opens a page of its own.

/** @param {HTMLInputElement} button @param {HTMLElement} place */
async function estimate(button, place) {
  button.disabled = true;
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(button.formAction, {
      method: "POST",
      body: new FormData(/** @type {HTMLFormElement} */ (button.form)),
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(place.id);
    if (fresh) {
      place.replaceChildren(...fresh.childNodes);
    }
  } finally {
    button.disabled = false;
    place.removeAttribute("aria-busy");
  }
}

const button = document.querySelector("[data-estimate]");
const place = document.getElementById("estimate");
if (button instanceof HTMLInputElement && place) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    void estimate(button, place);
  });
}

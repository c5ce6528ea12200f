// A payload that is pasted beside the tree of an action's parameters (payload-tree.js) becomes the tree.

/**
 * The field for a pasted payload gets a button: the server makes the tree, as it does upon saving.
 * @param {import("./payload-tree.js").PayloadTree} payload
 */
export function offerToTake(payload) {
  const { sample: name = "", address = "" } = payload.part.dataset;
  const form = payload.area.form;
  const sample = form?.elements.namedItem(name);
  const take = payload.part.querySelector("[data-take]");
  if (payload.locked || !(sample instanceof HTMLTextAreaElement) || !form || !(take instanceof HTMLElement)) {
    return;
  }
  const status = /** @type {HTMLElement} */ (take.querySelector("[role=status]"));
  sample.after(take);
  take.hidden = false;
  take.querySelector("button")?.addEventListener("click", async () => {
    const body = new FormData();
    body.set("sample", sample.value);
    body.set("csrfmiddlewaretoken", String(new FormData(form).get("csrfmiddlewaretoken")));
    const answer = await ask(address, body);
    status.textContent = answer.problem ?? (answer.text === undefined ? status.dataset.failed : status.dataset.done) ?? "";
    if (answer.text !== undefined) {
      // It would replace what is edited from now on.
      sample.value = "";
      payload.area.value = answer.text;
      payload.showTree();
    }
  });
}

/**
 * @param {string} address
 * @param {FormData} body
 * @returns {Promise<{text?: string, problem?: string}>}
 */
async function ask(address, body) {
  try {
    return await (await fetch(address, { method: "POST", body })).json();
  } catch {
    return {};
  }
}

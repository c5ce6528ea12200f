// One more row for a parameter of a message template (templates/actions/parameters.html). Without scripts there
// are some that are empty each time the page is loaded.

for (const part of document.querySelectorAll("[data-parameters]")) {
  const more = part.querySelector("[data-more]");
  const count = part.querySelector("input[type=hidden]");
  const template = part.querySelector("template");
  more.hidden = false;
  more.addEventListener("click", () => {
    const row = template.content.cloneNode(true);
    for (const control of row.querySelectorAll("[name]")) {
      control.name = control.name.replace("-_-", `-${count.value}-`);
    }
    count.value = String(Number(count.value) + 1);
    part.querySelector("ol").append(row);
    part.querySelector("ol > li:last-child input").focus();
  });
}

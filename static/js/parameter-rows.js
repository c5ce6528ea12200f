// One more row for a parameter of a message template, or a header of an action (actions/rows.py). Without
// scripts there are some that are empty each time the page is loaded.

for (const list of document.querySelectorAll("[data-parameters]")) {
  const more = list.querySelector("[data-more]");
  const count = list.querySelector("input[type=hidden]");
  const template = list.querySelector("template");
  more.hidden = false;
  more.addEventListener("click", () => {
    const row = template.content.cloneNode(true);
    for (const part of row.querySelectorAll("[name], [for]")) {
      for (const attribute of ["id", "name", "for"].filter((each) => part.hasAttribute(each))) {
        part.setAttribute(attribute, part.getAttribute(attribute).replace("-_-", `-${count.value}-`));
      }
    }
    count.value = String(Number(count.value) + 1);
    list.querySelector("ol").append(row);
    list.querySelector("ol > li:last-child input").focus();
  });
}

// Keeps the list of caught messages fresh. Whatever was caught becomes text, never markup.

const POLL_MS = 1000;
const list = document.getElementById("messages");
const empty = document.getElementById("empty");
const live = document.getElementById("live");
const filters = document.getElementById("filters");
const row = document.getElementById("row");
const open = document.body.dataset.message;

let tag = "";
let shownUrl = "";
let asking = 0;
let shownBefore = false;

function listUrl() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(filters)) {
    if (value.trim()) query.set(name, value.trim());
  }
  return query;
}

async function refresh() {
  const query = listUrl().toString();
  const turn = ++asking;
  try {
    const answer = await fetch(`/messages.json?${query}`, {
      headers: tag && query === shownUrl ? { "If-None-Match": tag } : {},
      cache: "no-store",
    });
    // An answer to an earlier filter that comes late must not replace a newer one.
    if (turn !== asking) return;
    setLive(true);
    if (answer.status !== 200) return;
    const found = await answer.json();
    if (turn !== asking) return;
    tag = answer.headers.get("ETag") ?? "";
    shownUrl = query;
    show(found, query);
  } catch {
    if (turn === asking) setLive(false);
  }
}

function setLive(on) {
  live.classList.toggle("on", on);
  const text = on ? "Live" : "Not reachable, trying again";
  if (live.textContent !== text) live.textContent = text;
}

function show({ messages, counts }, query) {
  const focused = document.activeElement?.closest?.("#messages a")?.getAttribute("data-id");
  list.replaceChildren(...messages.map((message) => rowOf(message, query)));
  if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  if (!shownBefore) list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  shownBefore = true;
  empty.hidden = messages.length > 0;
  list.hidden = messages.length === 0;
  for (const count of document.querySelectorAll("[data-count]")) {
    const kind = count.dataset.count;
    const all = Object.values(counts).reduce((sum, each) => sum + each, 0);
    count.textContent = String(kind ? (counts[kind] ?? 0) : all);
  }
}

function rowOf(message, query) {
  const item = row.content.cloneNode(true);
  const link = item.querySelector("a");
  link.href = query ? `${message.url}?${query}` : message.url;
  link.dataset.id = message.id;
  if (String(message.id) === open) link.setAttribute("aria-current", "true");
  item.querySelector(".icon").classList.add(message.kind);
  item.querySelector("use").setAttribute("href", `#i-${message.kind}`);
  item.querySelector(".who").textContent = message.to || message.title;
  item.querySelector(".title").textContent = message.to ? message.title || message.preview : message.preview || "No body";
  item.querySelector(".preview").textContent = message.to && message.title ? message.preview : "";
  item.querySelector(".badge").hidden = !message.repeated;
  const time = item.querySelector("time");
  time.dateTime = message.at;
  time.textContent = new Date(message.at).toLocaleTimeString();
  time.title = new Date(message.at).toLocaleString();
  return item;
}

function readAddress() {
  const query = new URLSearchParams(location.search);
  filters.elements.to.value = query.get("to") ?? "";
  for (const choice of filters.elements.kind) choice.checked = choice.value === (query.get("kind") ?? "");
}

function filtersChanged() {
  const query = listUrl().toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
  document.querySelector(".back").href = query ? `/?${query}` : "/";
  refresh();
}

async function clear() {
  await fetch("/messages.json", { method: "DELETE" });
  if (open) location.assign("/");
  else refresh();
}

const SAID = {
  true: "Recorded.",
  false: "Nothing changed: it was recorded before, or no journey sent this message.",
};

async function tell(kind) {
  const said = document.getElementById("told");
  try {
    const answer = await fetch(`/messages/${open}/feedback`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ kind }),
    });
    said.textContent = answer.ok ? SAID[(await answer.json()).recorded] : "This message is no longer here.";
  } catch {
    said.textContent = "The catcher is not reachable; try again.";
  }
}

for (const button of document.querySelectorAll("[data-tell]")) {
  button.addEventListener("click", () => tell(button.dataset.tell));
}
for (const time of document.querySelectorAll("article time")) {
  time.textContent = new Date(time.dateTime).toLocaleString();
}
readAddress();
filters.addEventListener("input", filtersChanged);
filters.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("clear").addEventListener("click", clear);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(() => document.hidden || refresh(), POLL_MS);
filtersChanged();

// The head of the page: where one is, how it stands, and what can be done with the version as a whole.

import { signal } from "../build/preact.js";
import { ask, urls } from "./api.js";
import { html, Icon, IconButton } from "./html.js";
import { PeriodPicker } from "./live.js";
import { openMenuBelow } from "./menus.js";
import { redoable, undoable } from "../js/history.js";
import { askFor, isHelpOpen } from "./dialogs.js";
import { download } from "./canvas/files.js";
import { others, refusal, renew, settled, status } from "./saving.js";
import { doAgain, say, takeBack } from "./actions.js";
import { canEdit, history, may, mode, pane, problems, version } from "./store.js";
import { isInTest, isLogOpen, openTrigger, toggleLog } from "./testing/open.js";
import { filled, gettext, ngettext } from "./text.js";

export function Header() {
  const { journey, number, status: state, statusLabel } = version.value;
  return html`<header class="top">
    <a class="button button--square" href=${urls.home} aria-label=${gettext("Back to the journeys")}
      title=${gettext("Back to the journeys")}><${Icon} name="back" /></a>
    <div class="top__title">
      <div class="top__line"><h1>${journey.name}</h1><span class=${`chip chip--${state}`}>${statusLabel}</span></div>
      <p class="top__note">${filled(gettext("Version %(number)s"), { number })} · <${Saved} /></p>
    </div>
    <${Onlookers} />
    <${PeriodPicker} />
    <${ProblemsButton} />
    ${canEdit.value && html`<${UndoButtons} />`}
    <${Modes} />
    <div class="top__main">
      <${TestButtons} />
      ${state !== "draft" && html`<a class="button" href=${urls.report}><${Icon}
        name="chart" /> ${gettext("Report")}</a>`}
      <${PublishButton} />
    </div>
  </header>`;
}

/** Into the test and out of it again; meanwhile what one does in it. */
function TestButtons() {
  if (canEdit.value) {
    return html`<button type="button" class="button top__test" onClick=${switchTest}><${Icon}
      name="play" /> ${gettext("Test")}</button>`;
  }
  if (!isInTest()) {
    return null;
  }
  return html`<button type="button" class="button" aria-expanded=${pane.value === "test"}
      onClick=${() => (pane.value === "test" ? (pane.value = "") : openTrigger("event"))}><${Icon} name="bolt" />
      ${may.value.test ? gettext("Trigger") : gettext("Path")}</button>
    <button type="button" class="button" aria-expanded=${isLogOpen.value} onClick=${toggleLog}><${Icon} name="note" />
      ${gettext("Log")}</button>
    ${may.value.test && html`<button type="button" class="button" onClick=${switchTest}><${Icon} name="stop" />
      ${gettext("End the test")}</button>`}`;
}

/** A draft is put in test, or comes out of it. */
export function switchTest() {
  begin(isInTest() ? "switch-test-off" : "switch-test-on");
}

function Saved() {
  if (!canEdit.value && status.value !== "refused") {
    return gettext("read only");
  }
  const words = {
    saved: gettext("Saved"),
    changed: gettext("Changed"),
    saving: gettext("Saving…"),
    away: gettext(
      "Not saved: the server does not answer. It is tried again; your changes are kept in this browser.",
    ),
    loggedOut: gettext(
      "Not saved: you are not logged in any more. Your changes are kept in this browser, and saved when you have logged in.",
    ),
    refused: `${gettext("Not saved.")} ${refusal.value}`,
    conflict: gettext("Not saved: somebody else has changed the same steps."),
  };
  const isBad = !["saved", "changed", "saving"].includes(status.value);
  return html`<span class=${isBad ? "top__trouble" : ""} data-saving=${status.value} role="status">
    ${words[status.value]}${" "}
    ${status.value === "loggedOut" && html`<a href=${urls.login} target="_blank">${gettext("Log in")}</a>`}
    </span>`;
}

function Onlookers() {
  const names = others.value;
  if (!names.length) {
    return null;
  }
  const words = filled(
    ngettext(
      "%(names)s is looking at this version, too.",
      "%(names)s are looking at this version, too.",
      names.length,
    ),
    { names: names.join(", ") },
  );
  return html`<div class="onlookers" role="img" aria-label=${words} title=${words}>
    ${names.slice(0, 3).map((name) => html`<span key=${name}>${initials(name)}</span>`)}</div>`;
}

/** @param {string} name */
function initials(name) {
  const parts = name.split(/[\s._-]+/).filter(Boolean);
  return (parts.length > 1 ? parts[0][0] + parts[parts.length - 1][0] : name.slice(0, 2)).toUpperCase();
}

function ProblemsButton() {
  const errors = problems.value.filter((one) => one.isError).length;
  const warnings = problems.value.length - errors;
  if (!problems.value.length) {
    return canEdit.value
      ? html`<span class="top__good"><${Icon} name="check" /> ${gettext("No problems")}</span>`
      : null;
  }
  const words = [
    errors && filled(ngettext("%(n)s error", "%(n)s errors", errors), { n: errors }),
    warnings && filled(ngettext("%(n)s warning", "%(n)s warnings", warnings), { n: warnings }),
  ];
  return html`<button type="button" class=${`button top__problems${errors ? " top__problems--errors" : ""}`}
    aria-expanded=${pane.value === "problems"}
    onClick=${() => (pane.value = pane.value === "problems" ? "" : "problems")}>
    <${Icon} name="alert" /> <span>${words.filter(Boolean).join(", ")}</span>
  </button>`;
}

function UndoButtons() {
  const [back, again] = [undoable(history.value), redoable(history.value)];
  return html`<div class="top__pair">
    <${IconButton} icon="undo"
      label=${back ? filled(gettext("Undo: %(words)s"), { words: back }) : gettext("Undo")} disabled=${!back}
      onClick=${takeBack} />
    <${IconButton} icon="redo"
      label=${again ? filled(gettext("Redo: %(words)s"), { words: again }) : gettext("Redo")} disabled=${!again}
      onClick=${doAgain} />
  </div>`;
}

function Modes() {
  const other = mode.value === "canvas" ? "outline" : "canvas";
  const label = other === "outline" ? gettext("Show as a list") : gettext("Show as a drawing");
  return html`<${IconButton} icon=${other === "outline" ? "list" : "split"} label=${label}
    onClick=${() => (mode.value = other)} />`;
}

/**
 * @typedef {{name: string, label: string, icon: string, question: string, consequences: string[],
 *   dangerous: boolean, changes: import("./dialogs.js").Changes | null, errors: number}} Move
 */

const isAsking = signal(false);

function PublishButton() {
  const isDraft = version.value.status === "draft" || version.value.status === "test";
  return html`<div class="top__pair top__pair--joined">
    ${isDraft && html`<button type="button" class="button button--primary" onClick=${() => begin("publish")}>
      ${gettext("Publish")}</button>`}
    <button type="button" class=${`button button--square${isDraft ? " button--primary" : ""}`}
      aria-haspopup="menu" aria-label=${gettext("More to do with this version")}
      title=${gettext("More to do with this version")} aria-busy=${isAsking.value} onClick=${openMore}><${Icon}
      name=${isDraft ? "down" : "more"} /></button>
  </div>`;
}

/** @returns {Promise<Move[] | null>} */
async function moves() {
  isAsking.value = true;
  await settled();
  const { ok, data, detail } = await ask(urls.moves);
  isAsking.value = false;
  if (!ok) {
    say(detail || gettext("The server does not answer; try again in a moment."), true);
  }
  return ok ? data.moves : null;
}

/** @param {MouseEvent} event */
async function openMore(event) {
  const button = /** @type {Element} */ (event.currentTarget);
  const before = document.activeElement;
  const found = await moves();
  // Who has gone on to something else meanwhile must not find their keys in a menu.
  if (!found || document.activeElement !== before) {
    return;
  }
  const { status: state, number } = version.value;
  const pages = [
    { label: gettext("Properties"), icon: "gear", run: () => (pane.value = "properties") },
    { label: gettext("Details and versions"), icon: "layers", href: urls.details },
    { label: gettext("Story, to read or print"), icon: "note", href: urls.story },
    ...(number > 1 ? [{ label: gettext("Compare with another version"), icon: "split", href: urls.comparison }] : []),
    ...(state === "live" || state === "test"
      ? [{ label: gettext("Why does nobody enter?"), icon: "help", href: urls.entering }]
      : []),
    ...(state === "live" ? [{ label: gettext("Name and labels"), icon: "edit", href: urls.labels }] : []),
    { label: "", line: true },
    { label: gettext("Download as SVG"), icon: "image", run: () => download("svg") },
    { label: gettext("Download as PNG"), icon: "image", run: () => download("png") },
    ...(found.length ? [{ label: gettext("Export"), icon: "download", href: urls.export }] : []),
    { label: gettext("Copy technical details"), icon: "copy", run: copyDetails },
    { label: gettext("Keys"), icon: "help", keys: "?", run: () => (isHelpOpen.value = true) },
    { label: "", line: true },
  ];
  openMenuBelow(
    [
      ...pages,
      ...found.map((move) => ({
        label: move.label,
        icon: move.icon,
        danger: move.dangerous,
        run: () => confirm(move),
      })),
    ],
    button,
  );
}

/** @param {string} name of a move */
export async function begin(name) {
  const found = await moves();
  const move = found?.find((each) => each.name === name);
  if (move) {
    await confirm(move);
  } else if (found) {
    say(gettext("You may not do this with this version, or it is not possible as it is now."), true);
  }
}

/** What will happen, and then it happens. @param {Move} move */
async function confirm(move) {
  const { errors } = move;
  if (errors || problems.value.some((one) => one.isError)) {
    await renew(); // what is wrong now, and no more what was then
  }
  if (errors) {
    pane.value = "problems";
    say(
      filled(
        ngettext(
          "%(n)s error has to be corrected first.",
          "%(n)s errors have to be corrected first.",
          errors,
        ),
        { n: errors },
      ),
      true,
    );
    return;
  }
  const isChecked = ["publish", "switch-test-on"].includes(move.name);
  const warnings = isChecked ? problems.value.filter((one) => !one.isError).length : 0;
  const more = warnings
    ? [
        filled(
          ngettext(
            "%(n)s warning is left: worth a look before.",
            "%(n)s warnings are left: worth a look before.",
            warnings,
          ),
          { n: warnings },
        ),
      ]
    : [];
  askFor({
    title: move.question,
    lines: [...move.consequences, ...more],
    changes: move.changes,
    label: move.label,
    icon: move.icon,
    danger: move.dangerous,
    action: urls.move.replace("__name__", move.name),
  });
}

async function copyDetails() {
  const { uid, number, status: state, journey } = version.value;
  const details = {
    journey: journey.uid,
    name: journey.name,
    version: uid,
    number,
    status: state,
    problems: problems.value,
    document: history.value.present.document,
  };
  try {
    await navigator.clipboard.writeText(JSON.stringify(details, null, 2));
    say(gettext("The technical details are copied."));
  } catch {
    say(gettext("The browser did not let this page use the clipboard."), true);
  }
}

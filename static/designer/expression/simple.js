// The simple mode: cards with one condition each, in groups of which all or any have to hold.

import { useEffect, useState } from "../../build/preact.js";
import { announce } from "../announcing.js";
import { html, Icon, IconButton } from "../html.js";
import { filled, gettext } from "../text.js";
import { check, operators } from "./asking.js";
import { Fields } from "./fields.js";
import { addTo, canIgnoreCase, changeAt, groupNear, newLine, withOperator } from "./tree.js";
import { Values } from "./values.js";

/**
 * @typedef {import("./tree.js").Group} Group
 * @typedef {import("./tree.js").Item} Item
 * @typedef {{room: import("./asking.js").Room, tree: Group, onChange: (tree: Group) => void, typesOf: Map<string, string>}} Props
 *   `typesOf`: the types of fields that are known already; they stay known while the dialog is open
 */

/** @param {Props} props */
export function Simple({ room, tree, onChange, typesOf }) {
  const [menu, setMenu] = useState(/** @type {Record<string, string[]>} */ ({}));
  const [target, setTarget] = useState(/** @type {number[]} */ ([]));
  const [, renew] = useState(0);

  useEffect(() => {
    operators().then(setMenu);
  }, []);
  useEffect(() => {
    const unknown = [...fieldsIn(tree)].filter((field) => !typesOf.has(field));
    Promise.all(
      unknown.map(async (field) => typesOf.set(field, (await check(room, field, ""))?.type ?? "")),
    ).then(() => unknown.length && renew((n) => n + 1));
  }, [tree]);

  const place = groupNear(tree, target);
  const add = (/** @type {Item} */ item, /** @type {string} */ words) => {
    onChange(addTo(tree, place, item));
    announce(filled(gettext("Added %(words)s"), { words }));
  };
  const addField = (/** @type {string} */ field, /** @type {string} */ type) => {
    typesOf.set(field, type);
    add(newLine(field, type, operatorsOf(menu, type)[0]), field);
  };
  const addSegment = (/** @type {string} */ segment) => add({ kind: "segment", segment, member: true }, segment);
  const editor = {
    tree,
    target: place,
    setTarget,
    operatorsFor: (/** @type {string} */ field) => operatorsOf(menu, typesOf.get(field) ?? ""),
    typeOf: (/** @type {string} */ field) => typesOf.get(field) ?? "",
    segments: room.segments(),
    change: (/** @type {number[]} */ path, /** @type {(item: any) => Item | null} */ changed) =>
      onChange(changeAt(tree, path, changed)),
  };
  return html`<div class="expression__simple">
    <${Fields} room=${room} onField=${addField} onSegment=${addSegment} />
    <div class="expression__rules"><${GroupCard} group=${tree} path=${[]} editor=${editor} />
      ${!tree.items.length && html`<p class="muted">${gettext("Choose a field to begin with.")}</p>`}</div>
  </div>`;
}

/** @param {Record<string, string[]>} menu @param {string} type */
function operatorsOf(menu, type) {
  return menu[type] ?? ["exists", "doesNotExist"];
}

/** @param {Group} group @returns {Iterable<string>} */
function* fieldsIn(group) {
  for (const item of group.items) {
    if (item.kind === "group") {
      yield* fieldsIn(item);
    } else if (item.kind === "line") {
      yield item.field;
    }
  }
}

/**
 * @typedef {object} Editor
 * @property {Group} tree
 * @property {number[]} target the group that a chosen field is added to
 * @property {(path: number[]) => void} setTarget
 * @property {(field: string) => string[]} operatorsFor
 * @property {(field: string) => string} typeOf
 * @property {string[]} segments
 * @property {(path: number[], changed: (item: any) => Item | null) => void} change
 */

/** @param {{group: Group, path: number[], editor: Editor}} props */
function GroupCard({ group, path, editor }) {
  const id = `rule-${path.join("-")}`;
  const isTarget = String(editor.target) === String(path);
  const choose = (/** @type {any} */ event) => editor.change(path, (old) => ({ ...old, operator: event.target.value }));
  const addGroup = () => {
    const inner = /** @type {Group} */ ({ kind: "group", operator: group.operator === "and" ? "or" : "and", items: [] });
    editor.change(path, (old) => ({ ...old, items: [...old.items, inner] }));
    editor.setTarget([...path, group.items.length]);
  };
  return html`<fieldset class=${`rules${isTarget ? " rules--target" : ""}`}>
    <legend class="visually-hidden">${path.length ? gettext("Group of conditions") : gettext("Conditions")}</legend>
    <div class="rules__head"><label class="visually-hidden" for=${id}>${gettext("How many have to hold")}</label>
      <select id=${id} value=${group.operator} onChange=${choose}>
        <option value="and" selected=${group.operator === "and"}>${gettext("All of these hold")}</option>
        <option value="or" selected=${group.operator === "or"}>${gettext("At least one of these holds")}</option></select>
      <button type="button" class="button button--small" aria-pressed=${isTarget} onClick=${() => editor.setTarget(path)}>
        ${gettext("Add fields here")}</button>
      <button type="button" class="button button--small" onClick=${addGroup}><${Icon} name="plus" /> ${gettext("Group")}</button>
      ${path.length > 0 && html`<${IconButton} small icon="trash" label=${gettext("Delete this group")}
        onClick=${() => remove(editor, path)} />`}</div>
    ${group.items.map((item, index) => card(item, [...path, index], editor))}
  </fieldset>`;
}

/** @param {Item} item @param {number[]} path @param {Editor} editor */
function card(item, path, editor) {
  const what = { group: GroupCard, segment: SegmentCard, line: LineCard }[item.kind];
  return html`<${what} key=${path.at(-1)} ...${{ [item.kind]: item }} path=${path} editor=${editor} />`;
}

/** @param {Editor} editor @param {number[]} path */
function remove(editor, path) {
  editor.change(path, () => null);
  announce(gettext("Deleted"));
}

/** @param {{segment: import("./tree.js").Membership, path: number[], editor: Editor}} props */
function SegmentCard({ segment, path, editor }) {
  const id = `rule-${path.join("-")}`;
  const segments = editor.segments;
  const names = segments.includes(segment.segment) ? segments : [segment.segment, ...segments];
  const set = (/** @type {any} */ changes) => editor.change(path, (old) => ({ ...old, ...changes }));
  return html`<div class="rule" role="group" aria-label=${filled(gettext("Segment %(name)s"), { name: segment.segment })}>
    <span class="rule__field rule__field--segment">${gettext("The person")}</span>
    <select id=${id} aria-label=${gettext("Operator")} value=${String(segment.member)}
      onChange=${(/** @type {any} */ event) => set({ member: event.target.value === "true" })}>
      <option value="true" selected=${segment.member}>${gettext("is in")}</option>
      <option value="false" selected=${!segment.member}>${gettext("is not in")}</option></select>
    <div class="rule__values"><select aria-label=${gettext("Segment")} value=${segment.segment}
      onChange=${(/** @type {any} */ event) => set({ segment: event.target.value })}>
      ${names.map((name) => html`<option key=${name} value=${name} selected=${name === segment.segment}>${name}</option>`)}
      </select></div>
    <${IconButton} small icon="trash" label=${gettext("Delete this condition")} onClick=${() => remove(editor, path)} />
  </div>`;
}

/** @param {{line: import("./tree.js").Line, path: number[], editor: Editor}} props */
function LineCard({ line, path, editor }) {
  const id = `rule-${path.join("-")}`;
  const offered = editor.operatorsFor(line.field);
  const names = offered.includes(line.operator) ? offered : [line.operator, ...offered];
  const shown = line.field.slice(2, -1);
  const words = WORDS();
  const choose = (/** @type {any} */ event) =>
    editor.change(path, (old) => withOperator(old, event.target.value, editor.typeOf(line.field)));
  const set = (/** @type {any} */ changes) => editor.change(path, (old) => ({ ...old, ...changes }));
  return html`<div class="rule" role="group" aria-label=${filled(gettext("Condition on %(field)s"), { field: shown })}>
    <span class=${`rule__field rule__field--${line.field.startsWith("@") ? "event" : "source"}`}>${shown}</span>
    <select aria-label=${gettext("Operator")} value=${line.operator} onChange=${choose}>
      ${names.map((name) => html`<option key=${name} value=${name} selected=${name === line.operator}>
        ${words[name] ?? name}</option>`)}</select>
    <${Values} id=${id} line=${line} onChange=${(/** @type {any[]} */ values) => set({ values })} />
    ${canIgnoreCase(line) && html`<label class="rule__case"><input type="checkbox" checked=${line.ignoreCase}
      onChange=${(/** @type {any} */ event) => set({ ignoreCase: event.target.checked })} />
      ${gettext("Upper and lower case are the same")}</label>`}
    <${IconButton} small icon="trash" label=${gettext("Delete this condition")} onClick=${() => remove(editor, path)} />
  </div>`;
}

/** @returns {Record<string, string>} */
const WORDS = () => ({
  equal: gettext("is"),
  notEqual: gettext("is not"),
  contains: gettext("contains"),
  startsWith: gettext("starts with"),
  endsWith: gettext("ends with"),
  isEmpty: gettext("is empty"),
  inList: gettext("is one of"),
  listContains: gettext("contains"),
  less: gettext("is less than"),
  atMost: gettext("is at most"),
  greater: gettext("is more than"),
  atLeast: gettext("is at least"),
  between: gettext("is between"),
  inLastHours: gettext("is in the last hours"),
  inLastDays: gettext("is in the last days"),
  inLastMonths: gettext("is in the last months"),
  inLastYears: gettext("is in the last years"),
  inNextHours: gettext("is in the next hours"),
  inNextDays: gettext("is in the next days"),
  inNextMonths: gettext("is in the next months"),
  inNextYears: gettext("is in the next years"),
  exists: gettext("exists"),
  doesNotExist: gettext("does not exist"),
});

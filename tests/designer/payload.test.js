// The payload of an action as a tree: what is read, what is refused, and what changes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { add, addable, canMove, canRemove, move, nameProblem, remove, rename } from "../../static/js/payload-edits.js";
import { canGo, go, into, outOf } from "../../static/js/payload-moving.js";
import { inside, makeConstant, makeVariable, read, retype, textOf, valueOf } from "../../static/js/payload.js";

const tree = (fields) => ({ type: "object", fields });
const constant = (type, value) => ({ type, constant: value });

test("what cannot be shown as a tree says why", () => {
  const cases = {
    "": "empty",
    "{}": "empty",
    "{": "notJson",
    "[]": "notATree",
    '{"type": "string", "constant": "x"}': "notATree",
    '{"type": "object"}': "notATree",
    '{"type": "object", "fields": {"a": 5}}': "notATree",
    '{"type": "object", "fields": {"a": {"type": "integer", "constant": 12345678901234567890}}}': "large",
  };
  for (const [text, problem] of Object.entries(cases)) {
    assert.deepEqual(read(text), { problem }, text);
  }
});

test("long digits in texts and numbers that a browser keeps are no problem", () => {
  const whole = tree({ a: constant("string", '12345678901234567890"99999999999999999999'), b: constant("integer", 9007199254740991) });
  assert.deepEqual(read(JSON.stringify(whole)), { tree: whole });
});

test("items are called by their number", () => {
  const list = { type: "listAny", items: [constant("integer", 1), constant("string", "a")] };
  assert.deepEqual(inside(list).map(([name]) => name), ["1", "2"]);
});

test("a constant becomes a variable named like its field, and a constant again", () => {
  const node = constant("integer", 2);
  makeVariable(node, "nights");
  assert.deepEqual(node, { type: "integer", variable: true, label: "nights" });
  node.optional = true;
  makeConstant(node, 2);
  assert.deepEqual(node, constant("integer", 2));
  makeConstant(node, "two");
  assert.deepEqual(node, constant("integer", 0));
});

test("a constant stays with another type where it fits, and begins anew where it does not", () => {
  const cases = [
    [constant("string", "5"), "integer", 5],
    [constant("string", "five"), "integer", 0],
    [constant("integer", 5), "string", "5"],
    [constant("integer", 5), "decimal", 5],
    [constant("decimal", 5.5), "integer", 0],
    [constant("string", "[1]"), "listInteger", [1]],
    [constant("string", ""), "boolean", false],
    [constant("boolean", true), "string", "true"],
  ];
  for (const [node, type, expected] of cases) {
    retype(node, type);
    assert.deepEqual(node, constant(type, expected));
  }
});

test("what is written is read by its type", () => {
  const cases = [
    ["string", "5", "5"],
    ["integer", "5", 5],
    ["integer", "5.5", undefined],
    ["integer", "12345678901234567890", undefined],
    ["decimal", "5.5", 5.5],
    ["decimal", "NaN", undefined],
    ["boolean", "true", true],
    ["boolean", "yes", undefined],
    ["listString", '["a"]', ["a"]],
    ["listString", "a", undefined],
    ["dateOnly", "2026-03-01", "2026-03-01"],
  ];
  for (const [type, text, expected] of cases) {
    assert.deepEqual(valueOf(type, text), expected, `${type} ${text}`);
  }
  assert.deepEqual([null, "", "a", 0, [1]].map(textOf), ["", "", "a", "0", "[1]"]);
});

// --- Structure ----------------------------------------------------------------------------------------

const stays = () =>
  tree({
    guest: tree({ name: constant("string", "Ada") }),
    rooms: {
      type: "listObject",
      fields: { floor: { type: "integer" }, view: { type: "string" } },
      constant: [{ floor: 1, view: "sea" }, null],
    },
    mixed: { type: "listAny", items: [constant("integer", 1), constant("string", "a")] },
  });

test("fields, objects and lists are added at the end under a name that is free", () => {
  const root = stays();
  assert.deepEqual(["field", "field", "object", "listObject"].map((what) => add(root, what)), [
    "field1", "field2", "object1", "list1",
  ]);
  assert.deepEqual(root.fields.field1, constant("string", ""));
  assert.deepEqual(root.fields.list1, { type: "listObject", fields: { field1: { type: "string" } }, constant: [] });
  assert.deepEqual([root, root.fields.rooms, root.fields.mixed, root.fields.field1].map(addable), [
    ["field", "object", "listObject"], ["field"], ["item"], [],
  ]);
});

test("a new item of a list is like the last one", () => {
  const { mixed } = stays().fields;
  assert.equal(add(mixed, "item"), "3");
  assert.deepEqual(mixed.items[2], constant("string", "a"));
  mixed.items[2].constant = "b";
  assert.deepEqual(mixed.items[1], constant("string", "a"));
});

test("a field is renamed in its place, and so it is in the objects of a list", () => {
  const root = stays();
  rename(root, "guest", "person");
  assert.deepEqual(Object.keys(root.fields), ["person", "rooms", "mixed"]);
  rename(root.fields.rooms, "floor", "storey");
  assert.deepEqual(Object.keys(root.fields.rooms.fields), ["storey", "view"]);
  assert.deepEqual(root.fields.rooms.constant, [{ storey: 1, view: "sea" }, null]);
});

test("names that the server would refuse say why", () => {
  const cases = { "": "empty", "a.b": "dot", $a: "dollar", rooms: "taken", guest: "", __proto__x: "", toString: "" };
  for (const [name, problem] of Object.entries(cases)) {
    assert.equal(nameProblem(stays(), "guest", name), problem, name);
  }
});

test("a field with a name of the language's own is a field like others", () => {
  const root = stays();
  rename(root, "guest", "__proto__");
  assert.deepEqual(Object.keys(root.fields), ["__proto__", "rooms", "mixed"]);
});

test("fields and items move up and down, and not beyond the ends", () => {
  const root = stays();
  assert.equal(move(root, "rooms", -1), "rooms");
  assert.deepEqual(Object.keys(root.fields), ["rooms", "guest", "mixed"]);
  assert.deepEqual([canMove(root, "rooms", -1), canMove(root, "rooms", 1), canMove(root, "mixed", 1)], [false, true, false]);
  assert.equal(move(root.fields.mixed, "1", 1), "2");
  assert.deepEqual(root.fields.mixed.items.map((each) => each.constant), ["a", 1]);
});

test("what is deleted is gone from the constants, too; the last field of a list's objects stays", () => {
  const { rooms, mixed } = stays().fields;
  remove(rooms, "view");
  assert.deepEqual([Object.keys(rooms.fields), rooms.constant], [["floor"], [{ floor: 1 }, null]]);
  assert.equal(canRemove(rooms), false);
  remove(mixed, "1");
  assert.deepEqual(mixed.items, [constant("string", "a")]);
});

// --- Other places -------------------------------------------------------------------------------------

const placed = (parent, name, above = null) => ({ node: Object.fromEntries(inside(parent))[name], parent, name, above });

test("a field goes out behind its object, and into the object beside it", () => {
  const root = stays();
  const name = placed(root.fields.guest, "name", placed(root, "guest"));
  assert.deepEqual(go(name, outOf(name)), { name: "name", node: constant("string", "Ada") });
  assert.deepEqual([Object.keys(root.fields), root.fields.guest], [["guest", "name", "rooms", "mixed"], tree({})]);
  const out = placed(root, "name");
  assert.equal(outOf(out), null);
  go(out, into(out));
  assert.deepEqual(root, stays());
});

test("in the objects of a list a field has a type only, and their constants follow", () => {
  const root = stays();
  root.fields.view = constant("integer", 7);
  const view = placed(root, "view");
  assert.equal(go(view, { parent: root.fields.rooms, before: root.fields.rooms.fields.view }).name, "view1");
  assert.deepEqual(Object.entries(root.fields.rooms.fields).map(([name, { type }]) => `${name} ${type}`), [
    "floor integer", "view1 integer", "view string",
  ]);
  assert.deepEqual(root.fields.rooms.constant[0], { floor: 1, view: "sea", view1: 0 });
  const floor = placed(root.fields.rooms, "floor", placed(root, "rooms"));
  assert.deepEqual(go(floor, outOf(floor)), { name: "floor", node: constant("integer", 0) });
  assert.deepEqual(root.fields.rooms.constant[0], { view: "sea", view1: 0 });
});

test("items of a list get a name outside of it, and fields become items", () => {
  const root = stays();
  const item = placed(root.fields.mixed, "2", placed(root, "mixed"));
  assert.deepEqual(go(item, outOf(item)), { name: "field1", node: constant("string", "a") });
  const guest = placed(root, "guest");
  assert.equal(go(guest, { parent: root.fields.mixed, before: root.fields.mixed.items[0] }).name, "1");
  assert.deepEqual(root.fields.mixed.items.map(({ type }) => type), ["object", "integer"]);
});

test("what is dropped among those beside it keeps its name and what its objects have", () => {
  const root = stays();
  const { rooms } = root.fields;
  assert.equal(go(placed(rooms, "view"), { parent: rooms, before: rooms.fields.floor }).name, "view");
  assert.deepEqual([Object.keys(rooms.fields), rooms.constant[0]], [["view", "floor"], { floor: 1, view: "sea" }]);
});

test("nothing goes into itself, a group into no list of objects, and the last field of one stays", () => {
  const root = stays();
  const { guest, rooms, mixed } = root.fields;
  const end = (parent) => ({ parent, before: null });
  guest.fields.inner = tree({});
  const cases = [
    [guest, root, end(guest), false],
    [guest, root, end(guest.fields.inner), false],
    [guest, root, end(rooms), false],
    [guest, root, end(mixed), true],
    [guest, root, end(guest.fields.name), false],
    [guest, root, { parent: root, before: guest }, false],
    [rooms.fields.floor, rooms, end(root), true],
  ];
  for (const [node, from, goal, allowed] of cases) {
    assert.equal(canGo(node, from, goal), allowed);
  }
  remove(rooms, "view");
  assert.equal(canGo(rooms.fields.floor, rooms, end(root)), false);
});

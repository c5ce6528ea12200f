// The payload of an action as a tree: what is read, what is refused, and what changes.

import assert from "node:assert/strict";
import { test } from "node:test";

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

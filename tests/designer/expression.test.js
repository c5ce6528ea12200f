// The editor of expressions: colours, the tree of the simple mode, which mode can show what, and sample data.

import assert from "node:assert/strict";
import { test } from "node:test";

import { eventIds, jsonOf, withEvent, withPlaces } from "../../static/designer/expression/context.js";
import { piece, start } from "../../static/designer/expression/language.js";
import { firstMode, whyNotSimple } from "../../static/designer/expression/modes.js";
import { isReachable, nodesOf, visibleRows } from "../../static/designer/expression/nodes.js";
import * as trees from "../../static/designer/expression/tree.js";
import { filledIn, missingIn, wantingOf } from "../../static/designer/expression/wanting.js";
import { stretchIn } from "../../static/js/editor.js";

/** The pieces with a colour, such as keyword:and. */
function coloured(...lines) {
  const state = start();
  return lines.flatMap((line) => {
    const found = [];
    for (let at = 0; at < line.length; ) {
      const { end, style } = piece(line, at, state);
      assert.ok(end > at, `no progress at ${at} of ${line}`);
      if (style) {
        found.push(`${style}:${line.slice(at, end)}`);
      }
      at = end;
    }
    return found;
  });
}

test("words, functions, constants and numbers have colours of their own", () => {
  assert.deepEqual(coloured('not upper("a") == 1.5 and true'), [
    "keyword:not", "function:upper", "bracket:(", 'string:"a"', "bracket:)", "operator:==", "number:1.5", "keyword:and", "constant:true",
  ]);
});

test("words of the language are names in a path, and expressions are none", () => {
  assert.deepEqual(coloured("@{Order.is.'3h'}"), ["event:@{", "event:Order", "event:is", "event:'3h'", "event:}"]);
  assert.deepEqual(coloured("@{O.items.all(currentEventField.n > 1).sku}").slice(3, 9), [
    "function:all", "bracket:(", "event:currentEventField", "name:n", "operator:>", "number:1",
  ]);
  assert.deepEqual(coloured("#{W.t, params: {city: @{O.city}}, defaultValue: 0}").filter((one) => one.startsWith("option") || one.startsWith("event")), [
    "option:params", "option:city", "event:@{", "event:O", "event:city", "event:}", "option:defaultValue",
  ]);
});

test("a text may go on in the next line, and unfinished text comes to an end", () => {
  assert.deepEqual(coloured('"a \\" b', 'c" and 1'), ['string:"a \\" b', 'string:c"', "keyword:and", "number:1"]);
  for (const text of ["@{", "}}])", "@{a.'", "é€😀§", "#{a,,:{{", "'\\"]) {
    coloured(text);
  }
});

const line = (field, operator, type, values) => ({ kind: "line", field, operator, type, values, ignoreCase: false });
const group = (...items) => ({ kind: "group", operator: "and", items });

test("a new line has as many gaps as its operator takes values", () => {
  const cases = [
    ["decimal", "between", "decimal", [null, null]],
    ["dateTime", "inLastDays", "integer", [null]],
    ["listDateTime", "listContains", "dateTime", [null]],
    ["string", "exists", "string", []],
    ["string", "inList", "string", [null]],
    ["boolean", "equal", "boolean", [true]],
  ];
  for (const [type, operator, valueType, values] of cases) {
    const made = trees.newLine("@{E.f}", type, operator);
    assert.deepEqual([made.type, made.values], [valueType, values], operator);
  }
});

test("values that fit the next operator stay", () => {
  const whole = line("@{E.f}", "equal", "integer", [5]);
  assert.deepEqual(trees.withOperator(whole, "between", "decimal").values, [5, null]);
  assert.deepEqual(trees.withOperator(line("@{E.f}", "equal", "dateTime", ["2026-01-01T00:00Z"]), "inLastDays", "dateTime").values, [null]);
  const caseless = { ...line("@{E.f}", "contains", "string", ["a"]), ignoreCase: true };
  assert.equal(trees.withOperator(caseless, "startsWith", "string").ignoreCase, true);
  assert.equal(trees.withOperator(caseless, "isEmpty", "string").ignoreCase, false);
});

test("trees change at a path, and the old one stays as it was", () => {
  const before = group(line("@{E.a}", "exists", "string", []), group(line("@{E.b}", "exists", "string", [])));
  const copy = structuredClone(before);
  const added = trees.addTo(before, [1], { kind: "segment", segment: "VIP", member: true });
  assert.equal(added.items[1].items[1].segment, "VIP");
  assert.equal(trees.changeAt(before, [1, 0], () => null).items[1].items.length, 0);
  assert.equal(trees.changeAt(before, [0], () => null).items.length, 1);
  assert.deepEqual(trees.changeAt(before, [], () => null), trees.emptyTree());
  assert.deepEqual(before, copy);
});

test("fields go to the chosen group, or to one around it once that is gone", () => {
  const tree = group(line("@{E.a}", "exists", "string", []), group(group()));
  assert.deepEqual(trees.groupNear(tree, [1, 0]), [1, 0]);
  assert.deepEqual(trees.groupNear(tree, [1, 3]), [1]);
  assert.deepEqual(trees.groupNear(tree, [0]), []);
});

test("the first gap is found, wherever it is", () => {
  const full = line("@{E.a}", "equal", "string", [""]);
  assert.equal(trees.unfinished(group(full, group())), null);
  assert.deepEqual(trees.unfinished(group(full, group(full, line("@{E.b}", "equal", "integer", [null])))), [1, 1]);
  assert.deepEqual(trees.unfinished(group({ kind: "segment", segment: "", member: true })), [0]);
});

test("what is entered becomes a value of the type, or is none yet", () => {
  const cases = [
    ["", "string", ""], [" a ", "string", " a "], ["12", "integer", 12], ["1.5", "integer", null], ["1.5", "decimal", 1.5],
    ["", "decimal", null], ["9007199254740993", "integer", null], ["false", "boolean", false], [" ", "dateOnly", null], ["PT1H", "duration", "PT1H"],
  ];
  for (const [text, type, value] of cases) {
    assert.equal(trees.valueOf(text, type), value, `${text} as ${type}`);
  }
});

test("why an expression cannot be shown simply is said", () => {
  const simple = { problems: [], type: "boolean", words: "", simple: group(line("@{E.a}", "equal", "integer", [1])), notSimple: null };
  const large = { ...simple, simple: group(group(line("@{E.a}", "equal", "integer", [9007199254740992]))) };
  assert.equal(whyNotSimple("1", "boolean", simple), "");
  assert.equal(whyNotSimple(" ", "boolean", null), "");
  assert.match(whyNotSimple("1", "string", simple), /value is needed/);
  assert.match(whyNotSimple("1", "boolean", null), /cannot be reached/);
  assert.match(whyNotSimple("1", "boolean", large), /number of this size/);
  assert.equal(whyNotSimple("1", "boolean", { ...simple, simple: null, notSimple: "It calculates." }), "It calculates.");
  assert.deepEqual(
    [firstMode("", "boolean", null), firstMode("", "", null), firstMode("1", "", simple), firstMode("1", "integer", simple), firstMode("1", "boolean", large)],
    ["simple", "advanced", "simple", "advanced", "advanced"],
  );
});

test("fields are rows as far as they are open, and what was found keeps what is around it", () => {
  const offer = (label, detail, kind = "field", insert = label) => ({ label, kind, insert, detail, help: "" });
  const roots = nodesOf("@{", [offer("Order", "object", "event", "Order.")]);
  const fields = nodesOf("@{Order.", [offer("total", "decimal"), offer("3h", "decimal", "field", "'3h'"), offer("items", "listObject"), offer("all", "", "function")]);
  assert.deepEqual(fields.map(({ path, isBranch }) => [path, isBranch]), [["@{Order.total", false], ["@{Order.'3h'", false], ["@{Order.items", false]]);
  assert.deepEqual(fields.map(isReachable), [true, true, false]);
  const below = { "": roots, "@{Order": fields };
  const shown = (open, search) => visibleRows(below, new Set(open), search).map(({ node, level }) => `${level} ${node.label}`);
  assert.deepEqual(shown([], ""), ["1 Order"]);
  assert.deepEqual(shown(["@{Order"], ""), ["1 Order", "2 total", "2 3h", "2 items"]);
  assert.deepEqual(shown(["@{Order"], "TOT"), ["1 Order", "2 total"]);
  assert.deepEqual(shown([], "TOT"), ["1 Order", "2 total"]);
  assert.deepEqual(shown(["@{Order"], "nothing"), []);
});

test("events are known by the names that expressions use", () => {
  const activities = {
    a: { kind: "event", name: "", config: { event: "Order" } },
    b: { kind: "event", name: "Order2", config: { event: "Order" } },
    c: { kind: "event", name: "", config: { event: "Gone" } },
    d: { kind: "end", name: "", config: {} },
  };
  assert.deepEqual([...eventIds(activities, [{ id: 7, name: "Order" }])], [["Order", 7], ["Order2", 7]]);
});

test("another payload leaves the rest of the sample data alone", () => {
  assert.deepEqual(jsonOf(withEvent('{"now": "x", "events": {"A": 1}}', "B", 2)), { now: "x", events: { A: 1, B: 2 } });
  assert.deepEqual(jsonOf(withEvent("{", "B", 2)), { events: { B: 2 } });
  assert.deepEqual([jsonOf(" "), jsonOf("{")], [{}, undefined]);
});

test("sample data has a place for each field of a source that a text names", () => {
  const text = '#{Rooms.free.room.no, params: {day: @{O.day}}} == "#1" and #{Rooms.free.beds} > 1 and @{O.n} > 2';
  const made = jsonOf(withPlaces('{"now": "x"}', text));
  const datasources = { Rooms: { free: { room: { no: null }, beds: null } } };
  assert.deepEqual(made, { now: "x", events: { O: { day: null, n: null } }, datasources });
  const written =
    '{"events": {"O": {"day": 1, "n": 3}}, "datasources": {"Rooms": {"free": {"room": {"no": "7"}, "beds": 2}}}}';
  assert.equal(withPlaces(written, text), written);
  const taken = '{"events": {"O": 5}, "datasources": {"Rooms": 5}}';
  assert.equal(withPlaces(taken, text), taken);
  assert.equal(withPlaces("{", text), "{");
});

test("fields of an event without a payload have their place to be tried with", () => {
  const text = '@{Walk.eventType} == "a" and @{Walk.place.name} == @{JourneyProperties.profileId}';
  const made = withPlaces("{}", `${text} and @{Walk.items.first()} == 1`);
  assert.deepEqual(jsonOf(made), { events: { Walk: { eventType: null, place: { name: null } } } });
  const received = '{"events": {"Walk": {"eventType": "b", "place": {"name": "c"}}}}';
  assert.equal(withPlaces(received, text), received);
});

test("values of sources that are missing are known by group, and leave as the server takes them", () => {
  const wanting = wantingOf([
    { source: "Rooms", group: "free", values: [{ name: "city", type: "string" }, { name: "day", type: "dateOnly" }] },
    { source: "Weather", group: "here", values: [{ name: "city", type: "string" }] },
  ]);
  const [city, day, other] = wanting.flatMap(({ values }) => values.map(({ key }) => key));
  assert.notEqual(city, other);
  assert.deepEqual(missingIn(wanting, { [city]: "@{O.city}", [day]: " " }), [day, other]);
  assert.deepEqual(filledIn(wanting, { [city]: "1", [day]: "2", [other]: "3" }), [
    { source: "Rooms", group: "free", values: { city: "1", day: "2" } },
    { source: "Weather", group: "here", values: { city: "3" } },
  ]);
});

test("problems are where whole characters are counted", () => {
  assert.deepEqual(stretchIn('"😀" +\n upp', { line: 2, column: 2, length: 3 }), [8, 11]);
  assert.deepEqual(stretchIn('"😀" + upp', { line: 1, column: 7, length: 3 }), [7, 10]);
});

// What leaves a drawing and comes into one: the clipboard, and what somebody else has saved meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as commands from "../../static/designer/model/commands.js";
import * as copies from "../../static/designer/model/copies.js";
import { read, written } from "../../static/designer/model/clipboard.js";
import { durationOf, inUnits, secondsOf } from "../../static/designer/model/durations.js";
import { emptyConfig, faultOf } from "../../static/designer/model/forms.js";
import { merge } from "../../static/designer/model/merge.js";
import { momentOf, wallClock } from "../../static/designer/model/zones.js";
import { chain, kinds } from "./world.js";

const document = chain("event", "wait", "email", "end");
const order = Object.keys(document.activities);

test("what is copied can be read again, the first step first", () => {
  const text = written(document, ["c", "b"], "Email", order);
  assert.deepEqual(Object.keys(read(text, "Email").clip.activities), ["b", "c"]);
  assert.deepEqual(read(text, null).clip.activities.b, document.activities.b);
});

test("a journey takes nothing of another namespace, and says so", () => {
  const text = written(document, ["b"], "Email", order);
  assert.match(read(text, "CRMID").refusal, /by Email, this journey by CRMID/);
});

const FOREIGN = ["", "Hello", "{", "[]", '{"format":"other"}', "null", '{"format":"journeyorch-activities","version":1,"activities":{}}'];
for (const text of FOREIGN) {
  test(`a text that is nothing of ours is left alone: ${text}`, () => assert.deepEqual(read(text, "Email"), {}));
}

test("a forged text brings nothing but activities of the right form", () => {
  const forged = JSON.stringify({
    format: "journeyorch-activities", version: 1, namespace: null,
    activities: { x: { kind: "wait", label: ["<b>"], config: 7, to: { next: [1, "y"], other: "z" }, evil: 1 }, y: 5 },
  });
  const { clip } = read(forged, "Email");
  assert.deepEqual(clip.activities, {
    x: { kind: "wait", name: "", label: "", description: "", note: "", config: {}, to: { next: ["y"] } },
  });
  assert.deepEqual(copies.paste(document, clip.activities, { kinds }).document.activities.a, document.activities.a);
});

// --- Two who save at once ------------------------------------------------------------------------------------

const labelled = (base, id, label) => commands.edit(base, id, { label }, kinds);

test("changes of different steps come together", () => {
  const { document: both, conflicts } = merge(document, labelled(document, "b", "Mine"), labelled(document, "c", "Theirs"));
  assert.deepEqual([both.activities.b.label, both.activities.c.label, conflicts], ["Mine", "Theirs", []]);
});

test("different changes of one step come together, the same thing changed twice is told", () => {
  const theirs = commands.edit(labelled(document, "b", "Theirs"), "b", { note: "Look" }, kinds);
  const { document: both, conflicts } = merge(document, labelled(document, "b", "Mine"), theirs);
  assert.deepEqual([both.activities.b.label, both.activities.b.note, conflicts], ["Mine", "Look", ["b"]]);
});

test("a step that one deletes and the other changes stays; one that nobody else touched goes", () => {
  const gone = commands.remove(document, "b", kinds);
  assert.deepEqual(merge(document, gone, labelled(document, "b", "Theirs")).conflicts, ["b"]);
  const { document: both, conflicts } = merge(document, gone, labelled(document, "c", "Theirs"));
  assert.deepEqual([Object.keys(both.activities), conflicts], [["a", "c", "d"], []]);
  assert.deepEqual(both.activities.a.to, { next: ["c"] });
});

test("two who add at the same place are told, and both steps are there", () => {
  const place = { source: "a", way: "next", index: 0, target: "b" };
  const mine = commands.insert(document, place, "x", commands.fresh(kinds, "wait"), kinds);
  const theirs = commands.insert(document, place, "y", commands.fresh(kinds, "sms"), kinds);
  const { document: both, conflicts } = merge(document, mine, theirs);
  assert.deepEqual([both.activities.a.to.next, Object.keys(both.activities).sort(), conflicts], [["x"], ["a", "b", "c", "d", "x", "y"], ["a"]]);
});

test("nothing changed by one: the other's holds", () => {
  const theirs = labelled(document, "b", "Theirs");
  assert.deepEqual(merge(document, document, theirs), { document: theirs, conflicts: [] });
  assert.deepEqual(merge(document, theirs, document), { document: theirs, conflicts: [] });
});

// --- Forms -----------------------------------------------------------------------------------------------------

test("durations are read, written and said", () => {
  for (const [text, seconds, said] of [["PT15M", 900, "15 min"], ["P1DT12H", 129600, "1 d 12 h"], ["PT0S", 0, "0 s"], ["PT1.5S", 1.5, "1.5 s"]]) {
    assert.equal(secondsOf(text), seconds);
    assert.equal(durationOf(seconds), text);
    assert.equal(inUnits(text), said);
  }
  for (const text of ["", "P", "PT", "1D", "P1M", null, 5]) {
    assert.equal(secondsOf(text), null, String(text));
  }
});

test("moments are shown and read by the clocks of a zone", () => {
  const berlin = "Europe/Berlin";
  assert.equal(wallClock("2026-07-01T10:00:00Z", berlin), "2026-07-01T12:00");
  assert.equal(wallClock("no moment", berlin), "");
  for (const [wall, moment] of [
    ["2026-07-01T12:00", "2026-07-01T10:00:00Z"],
    ["2026-01-01T00:00", "2025-12-31T23:00:00Z"],
    ["2026-03-29T02:30", "2026-03-29T01:30:00Z"], // skipped in spring: it moves forward
    ["2026-10-25T02:30", "2026-10-25T00:30:00Z"], // twice in autumn: the first
  ]) {
    assert.equal(momentOf(wall, berlin), moment, wall);
  }
  assert.equal(momentOf("2026-07-01T12:00", "America/Lima"), "2026-07-01T17:00:00Z");
  assert.equal(momentOf("2026-07-01T12:00", "Nowhere/Town"), "2026-07-01T12:00:00Z");
  assert.equal(momentOf("", berlin), null);
});

test("a configuration begins with what its form says", () => {
  assert.deepEqual(emptyConfig(kinds.wait.schema), { type: "duration", expression: "", error_path: false });
  assert.deepEqual(emptyConfig(kinds.email.schema), { template: "", address: "", error_path: false });
});

test("what cannot be right is said at once", () => {
  const { properties } = kinds.reaction.schema;
  assert.equal(faultOf(properties.timeout, "PT10S", false), "At least 40 s.");
  assert.equal(faultOf(properties.timeout, "P30D", false), "At most 29 d.");
  assert.equal(faultOf(properties.timeout, null, false), "");
  assert.equal(faultOf(kinds.profile_cap.schema.properties.count, 0, false), "At least 1.");
  assert.equal(faultOf(kinds.profile_cap.schema.properties.count, 1.5, false), "Write a whole number.");
  assert.equal(faultOf(kinds.email.schema.properties.template, "", true), "This is needed.");
});

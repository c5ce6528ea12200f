import assert from "node:assert/strict";
import { test } from "node:test";

import { newsOf, traceOf, trailOf, whereabouts } from "../../static/designer/model/trail.js";

const nameOf = (id) => ({ in: "Ordered", pause: "Cool down" })[id] ?? id;
const anna = { id: "1", person: "anna", status: "Running", activity: "pause", endedAt: null };
const empty = { status: "test", run: 1, count: 0, instance: null, activities: [], taken: [], here: [], errors: {}, discards: [] };
const waiting = { ...empty, instance: anna, activities: ["in"], taken: [":start:in", "in:next:pause"], here: ["pause"] };
const fault = { code: "http", message: "It answered 500.", at: "2026-03-01T08:00:00Z" };

test("a step is passed, stood at, or failed, and what failed is shown before all else", () => {
  const trail = trailOf({ ...waiting, activities: ["in", "pause", "call"], errors: { call: [fault] } });
  assert.deepEqual(["in", "pause", "call", "other"].map((id) => traceOf(trail, id)), ["passed", "here", "failed", ""]);
  assert.ok(trail.ways.has("in:next:pause"));
  assert.equal(traceOf(null, "in"), "");
});

test("where the person is, is one sentence", () => {
  assert.equal(whereabouts(null, nameOf), "Nobody has entered yet.");
  assert.equal(whereabouts(waiting, nameOf), "anna is at: Cool down");
  assert.equal(whereabouts({ ...waiting, here: [], instance: { ...anna, status: "Finished" } }, nameOf), "anna: Finished");
});

test("only what is new is said", () => {
  const failed = { ...waiting, errors: { call: [fault] } };
  const refused = { ...failed, discards: [{ person: "bert", reason: "notATestProfile", at: "2026-03-01T09:00:00Z" }] };
  assert.deepEqual(newsOf(null, empty, nameOf), []);
  assert.deepEqual(newsOf(empty, waiting, nameOf), ["anna is at: Cool down"]);
  assert.deepEqual(newsOf(waiting, failed, nameOf), ["Error at call: It answered 500."]);
  assert.deepEqual(newsOf(failed, refused, nameOf), ["The event for bert did nothing: notATestProfile"]);
  assert.deepEqual(newsOf(refused, refused, nameOf), []);
});

test("another instance's errors are new, however many the one before had", () => {
  const before = { ...waiting, errors: { call: [fault] } };
  const after = { ...before, instance: { ...anna, id: "2" } };
  assert.deepEqual(newsOf(before, after, nameOf), ["Error at call: It answered 500."]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "../../static/designer/model/turns.js";

test("what comes while others wait begins only after all of them", async () => {
  const turns = new Turns();
  const ends = [];
  const begun = [];
  const work = (name) => () => {
    begun.push(name);
    return new Promise((resolve) => ends.push(resolve));
  };
  const first = turns.take(work("first"));
  const second = turns.take(work("second"));
  await Promise.resolve();
  ends.shift()();
  await first;
  const third = turns.take(work("third"));
  await new Promise(setImmediate);
  assert.deepEqual(begun, ["first", "second"]);

  ends.shift()();
  await second;
  await new Promise(setImmediate);
  assert.deepEqual(begun, ["first", "second", "third"]);
  ends.shift()();
  await third;
  assert.equal(turns.last, null);
});

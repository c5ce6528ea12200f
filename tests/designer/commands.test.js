// What is done to drawings, one by one, and at random: whatever is done, nothing is lost, and all can be undone.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as commands from "../../static/designer/model/commands.js";
import * as copies from "../../static/designer/model/copies.js";
import { branchOf, emptyDocument, linksOf, linksTo, newId, reachable, START, whereChanged } from "../../static/designer/model/document.js";
import { begin, commit, redo, undo } from "../../static/js/history.js";
import { knownWays } from "../../static/designer/model/kinds.js";
import { layout } from "../../static/designer/model/layout.js";
import { chain, kinds, pick, randomFrom } from "./world.js";

const after = (document, source, way = "next") => document.activities[source].to[way] ?? [];
const place = (source, way, target = "", index = 0) => ({ source, way, index, target });

test("an inserted step goes on to what followed", () => {
  const document = commands.insert(chain("event", "end"), place("a", "next", "b"), "x", commands.fresh(kinds, "wait"), kinds);
  assert.deepEqual([after(document, "a"), after(document, "x")], [["x"], ["b"]]);
});

test("a condition goes on along its first path", () => {
  const document = commands.insert(chain("event", "end"), place("a", "next", "b"), "x", commands.fresh(kinds, "condition"), kinds);
  assert.deepEqual(after(document, "x", "path-1"), ["b"]);
});

test("a step at the end of a path is its last", () => {
  const document = commands.insert(chain("event"), place("a", "next"), "x", commands.fresh(kinds, "end"), kinds);
  assert.deepEqual(after(document, "a"), ["x"]);
});

test("an end goes where nothing follows, an action never beside others, a wait never to the start", () => {
  const document = chain("event", "wait", "end");
  assert.equal(commands.refusalAt(document, place("a", "next", "b"), "end", kinds), "end");
  assert.equal(commands.refusalAt(document, place(START, "start", "a"), "wait", kinds), "start");
  const race = commands.insertBeside(document, place("a", "next", "b"), "x", commands.fresh(kinds, "event"));
  assert.deepEqual(after(race, "a"), ["b", "x"]);
  assert.equal(commands.refusalAt(race, place("a", "next", "b"), "email", kinds), "parallel");
  assert.equal(commands.refusalAt(race, place("a", "next", "b"), "event", kinds), "");
});

test("a step that is moved beside another brings what follows it, but goes alone to a place behind itself", () => {
  const forwards = chain("event", "wait", "wait", "end");
  const earlier = commands.moveBeside(forwards, "c", place("a", "next", "b"), kinds);
  assert.deepEqual([after(earlier, "a"), after(earlier, "b"), after(earlier, "c")], [["b", "c"], [], ["d"]]);
  const longer = chain("event", "wait", "email", "wait", "end");
  const later = commands.moveBeside(longer, "b", place("c", "next", "d"), kinds);
  assert.deepEqual([after(later, "a"), after(later, "c"), after(later, "b")], [["c"], ["d", "b"], []]);
  assert.equal(commands.moveBeside(forwards, "b", place("a", "next", "b"), kinds), forwards);
});

test("a deleted step's neighbours close up", () => {
  const document = commands.remove(chain("event", "wait", "email", "end"), "b", kinds);
  assert.deepEqual(after(document, "a"), ["c"]);
  assert.equal("b" in document.activities, false);
});

test("when a condition goes, what hung on its other paths stays", () => {
  let document = chain("event", "condition", "email");
  document = commands.insert(document, place("b", "other"), "x", commands.fresh(kinds, "sms"), kinds);
  document = commands.remove(document, "b", kinds);
  assert.deepEqual(after(document, "a"), ["c"]);
  assert.deepEqual(linksTo(document, "x"), []);
  assert.ok(document.activities.x);
});

test("what cannot start does not become the start when the start goes", () => {
  const document = commands.remove(chain("event", "wait"), "a", kinds);
  assert.deepEqual(document.start, []);
  assert.ok(document.activities.b);
});

test("a step goes with everything that only it leads to", () => {
  let document = chain("event", "condition", "email", "end");
  document = commands.connect(document, place("b", "other"), "d");
  assert.deepEqual([...branchOf(document, "c")], ["c"]);
  document = commands.removeBranch(document, "b");
  assert.deepEqual(Object.keys(document.activities), ["a"]);
});

test("a path does not go on to what stands before it, nor to the start", () => {
  const document = chain("event", "wait", "email");
  assert.equal(commands.connect(document, place("c", "next"), "b"), document);
  assert.equal(commands.connect(document, place("c", "next"), "a"), document);
  assert.deepEqual(commands.goals(document, place("c", "next")), []);
});

test("a moved step's neighbours close up, and it stands in its new place", () => {
  const document = commands.move(chain("event", "wait", "email", "end"), "b", place("c", "next", "d"), kinds);
  assert.deepEqual([after(document, "a"), after(document, "c"), after(document, "b")], [["c"], ["b"], ["d"]]);
});

test("a branch is hung on a free path", () => {
  let document = chain("event", "condition", "email", "end");
  document = commands.moveBranch(document, "c", place("b", "other"));
  assert.deepEqual([after(document, "b", "path-1"), after(document, "b", "other")], [[], ["c"]]);
});

test("what hung on a path that is switched off stays, unconnected", () => {
  let document = chain("event", "condition");
  document = commands.insert(document, place("b", "other"), "x", commands.fresh(kinds, "email"), kinds);
  document = commands.edit(document, "b", { config: { ...document.activities.b.config, other: false } }, kinds);
  assert.deepEqual(document.activities.b.to, {});
  assert.ok(document.activities.x);
});

test("paths change their priority and keep what follows", () => {
  let document = chain("event", "split", "email");
  document = commands.connect(document, place("b", "part-a"), "c");
  document = commands.movePath(document, "b", "part-b", 0, kinds);
  assert.deepEqual(document.activities.b.config.parts.map((part) => part.id), ["part-b", "part-a"]);
  assert.deepEqual(after(document, "b", "part-a"), ["c"]);
});

test("a duplicated path has a copy of all that only it leads to, and joins where the path joins", () => {
  let document = chain("event", "condition", "email", "end");
  document = commands.connect(document, place("b", "other"), "d");
  document = copies.duplicatePath(document, "b", "path-1", { kinds, random: randomFrom(1) });
  const [copy] = after(document, "b", "path-2");
  assert.equal(document.activities[copy].kind, "email");
  assert.deepEqual(after(document, copy), ["d"]);
  assert.equal(Object.keys(document.activities).length, 5);
});

test("pasted activities are linked to each other, and stand apart or on a path", () => {
  const document = chain("event", "wait", "email", "end");
  const copied = { b: document.activities.b, c: document.activities.c };
  const apart = copies.paste(document, copied, { kinds, random: randomFrom(1) });
  assert.deepEqual(after(apart.document, apart.ids[0]), [apart.ids[1]]);
  assert.deepEqual(linksTo(apart.document, apart.ids[0]), []);
  const attached = copies.paste(document, copied, { place: place("a", "next", "b"), kinds, random: randomFrom(1) });
  assert.deepEqual(after(attached.document, "a"), [attached.ids[0]]);
  assert.deepEqual(after(attached.document, attached.ids[1]), ["b"]);
});

// --- Whatever is done ----------------------------------------------------------------------------------------

const NAMES = Object.keys(kinds);

/** @returns {{document: any, removed: number}} one more command at random */
function step(document, random) {
  const ids = Object.keys(document.activities);
  const edges = layout(document, kinds).edges;
  const places = [...edges, place(START, "start")];
  const where = pick(random, places);
  const id = ids.length ? pick(random, ids) : "";
  const kind = pick(random, NAMES);
  const fresh = newId(document, kind, random);
  switch (ids.length ? Math.floor(random() * 12) : 0) {
    case 0:
    case 1:
    case 2:
      return commands.refusalAt(document, where, kind, kinds) ? document : commands.insert(document, where, fresh, commands.fresh(kinds, kind), kinds);
    case 3:
      return commands.withActivity(document, fresh, commands.fresh(kinds, kind));
    case 4:
      return commands.move(document, id, where, kinds);
    case 5:
      return where.target ? document : commands.moveBranch(document, id, where);
    case 6:
      return commands.connect(document, where, id);
    case 7:
      return commands.disconnect(document, where);
    case 8:
      return commands.movePath(document, id, pick(random, ["path-1", "part-a", "part-b"]), Math.floor(random() * 3), kinds);
    case 9:
      return commands.edit(document, id, { config: { ...document.activities[id].config, other: random() < 0.5, error_path: random() < 0.5 } }, kinds);
    case 10:
      return where.target ? commands.moveBeside(document, id, where, kinds) : document;
    default:
      return ids.length > 25 ? document : copies.duplicatePath(document, id, "path-1", { kinds, random });
  }
}

/** What must hold of every drawing that is made by commands alone. */
function check(document) {
  for (const { source, way, target } of linksOf(document)) {
    if (source !== START) {
      const { config, kind } = document.activities[source];
      assert.ok(knownWays(config, kinds[kind]).some((each) => each.id === way), `${source} has the way ${way}`);
      assert.ok(!reachable(document, [target]).has(source), `no loop through ${source} → ${target}`);
    }
  }
  const all = linksOf(document).length;
  const counted = document.start.length + Object.values(document.activities).flatMap((one) => Object.values(one.to).flat()).length;
  assert.equal(all, counted, "no link leads to what does not exist");
}

for (let seed = 1; seed <= 60; seed += 1) {
  test(`a random session (${seed}): nothing is lost, no loop, no link into nothing, and all is undone`, () => {
    const random = randomFrom(seed);
    let history = begin(emptyDocument());
    const first = history.present.document;
    for (let number = 0; number < 40; number += 1) {
      const before = history.present.document;
      const changed = step(before, random);
      const lost = Object.keys(before.activities).filter((id) => !(id in changed.activities));
      assert.deepEqual(lost, []);
      check(changed);
      history = commit(history, changed, "did something");
    }
    const last = history.present.document;
    const count = history.past.length;
    while (history.past.length) {
      history = undo(history);
    }
    assert.equal(history.present.document, first);
    for (let number = 0; number < count; number += 1) {
      history = redo(history);
    }
    assert.equal(history.present.document, last);
    // Then all of it is deleted, step by step, and the drawing is whole after each.
    let document = last;
    for (const id of Object.keys(last.activities)) {
      document = random() < 0.7 ? commands.removeAll(document, [id], kinds) : id in document.activities ? commands.removeBranch(document, id) : document;
      check(document);
    }
    assert.deepEqual([document.start, Object.keys(document.activities)], [[], []]);
  });
}

test("letters of one label are undone at once", () => {
  const document = chain("event");
  let history = begin(document);
  for (const label of ["A", "AB", "ABC"]) {
    history = commit(history, commands.edit(history.present.document, "a", { label }, kinds), "named", "label:a");
  }
  assert.equal(undo(history).present.document, document);
});

test("what came is looked at first, then what leads to what went", () => {
  const short = chain("event", "wait");
  const long = commands.insert(short, place("b", "next"), "x", commands.fresh(kinds, "end"), kinds);
  assert.equal(whereChanged(short, long), "x");
  assert.equal(whereChanged(long, short), "b");
  assert.equal(whereChanged(long, { ...long, name: "another" }), "");
});

// The scripts draw and name what the server does (tests/designer/cases.py wrote down what it says).

import assert from "node:assert/strict";
import { test } from "node:test";

import { detailOf, nameOf, waysOf } from "../../static/designer/model/kinds.js";
import { layout } from "../../static/designer/model/layout.js";
import { cases, kinds } from "./world.js";

for (const [index, { activity, ways, name, detail }] of cases("ways").entries()) {
  test(`ways and name of ${activity.kind} (${index})`, () => {
    assert.deepEqual(waysOf(activity, kinds).map((way) => [way.id, way.label]), ways);
    assert.equal(nameOf(activity, kinds), name);
    assert.equal(detailOf(activity, kinds), detail);
  });
}

/** Sums of lengths differ in their last bits with the order of adding. */
const round = (value) => (typeof value === "number" ? Math.round(value * 1e6) / 1e6 : Array.isArray(value) ? value.map(round) : value);

for (const [index, { document, cards, edges, size }] of cases("layout").entries()) {
  test(`a drawing of ${cards.length} activities (${index}) stands where the server's stands`, () => {
    const drawn = layout(document, kinds);
    assert.deepEqual(
      [...drawn.cards.values()].map((card) => round([card.id, card.x, card.y, card.depth, card.row, card.connected])),
      round(cards),
    );
    assert.deepEqual(
      drawn.edges.map((edge) => round([edge.key, edge.label, edge.points, edge.labelAt, edge.loops])),
      round(edges),
    );
    assert.deepEqual(round([drawn.width, drawn.height, drawn.stripY]), round(size));
  });
}

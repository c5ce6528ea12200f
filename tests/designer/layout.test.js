// The drawing's promises: the order of paths is the order of their rows, and nothing lies on anything else.

import assert from "node:assert/strict";
import { test } from "node:test";

import { waysOf } from "../../static/designer/model/kinds.js";
import { CARD_HEIGHT, CARD_WIDTH, layout } from "../../static/designer/model/layout.js";
import { cases, kinds } from "./world.js";

const SLOT = 32;

for (const [index, { document }] of cases("layout").entries()) {
  const drawn = layout(document, kinds, { slot: SLOT });

  test(`cards do not overlap (${index})`, () => {
    const cards = [...drawn.cards.values()];
    for (const one of cards) {
      for (const other of cards.filter((each) => each.id > one.id)) {
        const apart = Math.abs(one.x - other.x) >= CARD_WIDTH || Math.abs(one.y - other.y) >= CARD_HEIGHT;
        assert.ok(apart, `${one.id} and ${other.id}`);
      }
    }
  });

  test(`paths stand in the order of their priority (${index})`, () => {
    for (const [id, activity] of Object.entries(document.activities)) {
      const rows = drawn.edges.filter((edge) => edge.source === id).map((edge) => edge.row);
      assert.deepEqual(rows, [...rows].sort((one, other) => one - other), id);
      assert.equal(new Set(rows).size, rows.length, id);
      const ways = [...new Set(drawn.edges.filter((edge) => edge.source === id).map((edge) => edge.way))];
      assert.deepEqual(ways, waysOf(activity, kinds).map((way) => way.id));
    }
  });

  test(`every path has a button of its own, on its line and on no card (${index})`, () => {
    const seen = new Set();
    for (const { key, slotAt, points } of drawn.edges) {
      assert.ok(!seen.has(String(slotAt)), key);
      seen.add(String(slotAt));
      const [x, y] = slotAt;
      const isOnLine = points.some((point, place) => place > 0 && point[1] === y && points[place - 1][1] === y
        && Math.min(point[0], points[place - 1][0]) <= x && x <= Math.max(point[0], points[place - 1][0]));
      assert.ok(isOnLine, key);
      for (const card of drawn.cards.values()) {
        const hits = x > card.x - 12 && x < card.x + CARD_WIDTH + 12 && y > card.y && y < card.y + CARD_HEIGHT;
        assert.ok(!hits, `${key} on ${card.id}`);
      }
    }
  });
}

// The text that is edited, in one of two modes: as it stands, or as the tree that it follows.

import { useEffect, useState } from "../../build/preact.js";
import { announce } from "../announcing.js";
import { gettext } from "../text.js";
import { check, write } from "./asking.js";
import { firstMode, whyNotSimple } from "./modes.js";
import { emptyTree, unfinished } from "./tree.js";

const DELAY = 300;

/** @typedef {import("./tree.js").Group} Group */

/**
 * `mode` is "" until the first one is known. `given`: what shall stand in the advanced editor instead of what does.
 * `refusal`: a sentence that says why something was not done; "": nothing was refused.
 * @param {import("./open.js").Asked} asked
 */
export function useEditing({ room, value, expected }) {
  const [text, setText] = useState(value);
  const [mode, setMode] = useState(/** @type {"" | "simple" | "advanced"} */ (""));
  const [given, setGiven] = useState(/** @type {{text: string} | null} */ (null));
  const [tree, setTree] = useState(/** @type {Group} */ (emptyTree()));
  const [refusal, setRefusal] = useState("");

  useEffect(() => {
    openFirst();
  }, []);
  useWritten(mode === "simple" ? tree : null, setText, setRefusal);

  async function openFirst() {
    const found = value.trim() ? await check(room, value, expected) : null;
    const first = firstMode(value, expected, found);
    setTree(first === "simple" ? (found?.simple ?? emptyTree()) : emptyTree());
    setMode(first);
  }
  /** The sentence is shown and said. @param {string} sentence */
  function refuse(sentence) {
    setRefusal(sentence);
    announce(sentence);
  }
  async function toSimple() {
    const found = text.trim() ? await check(room, text, expected) : null;
    const reason = whyNotSimple(text, expected, found);
    if (reason) {
      refuse(reason);
    } else {
      setRefusal("");
      setTree(found?.simple ?? emptyTree());
      setMode("simple");
    }
  }
  async function toAdvanced() {
    const found = await written();
    if (found !== null) {
      setText(found);
      setGiven(null);
      setRefusal("");
      setMode("advanced");
    }
  }
  /** The text of the tree as it is now; null after it was said why there is none. */
  async function written() {
    if (unfinished(tree)) {
      refuse(gettext("A condition has no value yet. Fill in each, or delete it."));
      return null;
    }
    const { text: found, refusal: reason } = await write(tree);
    if (found === null) {
      refuse(reason || gettext("The server cannot be reached. Try again."));
    }
    return found;
  }
  return {
    text,
    mode,
    given,
    tree,
    refusal,
    setTree,
    /** As somebody types. @param {string} next */
    change(next) {
      setText(next);
      setRefusal("");
    },
    /** Into the advanced editor, which then says that it has changed. @param {string} next */
    give: (next) => setGiven({ text: next }),
    /** A text that the simple editor does not know. @param {string} next */
    replace(next) {
      setText(next);
      setGiven({ text: next });
      setRefusal("");
      setMode("advanced");
    },
    /** @param {"simple" | "advanced"} wished */
    turn(wished) {
      if (mode && mode !== wished) {
        (wished === "simple" ? toSimple : toAdvanced)();
      }
    },
    /** What it has come to; null after it was said why there is no text. */
    result: async () => (mode === "simple" ? written() : text),
  };
}

/**
 * The text follows the tree; a tree with gaps has none, and leaves it as it was.
 * @param {Group | null} tree null: the text is written by hand
 * @param {(text: string) => void} setText
 * @param {(sentence: string) => void} setRefusal
 */
function useWritten(tree, setText, setRefusal) {
  useEffect(() => {
    if (!tree || unfinished(tree)) {
      return undefined;
    }
    let isOld = false;
    const timer = setTimeout(async () => {
      const { text, refusal } = await write(tree);
      if (!isOld) {
        setRefusal(refusal);
        if (text !== null) {
          setText(text);
        }
      }
    }, DELAY);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [tree]);
}

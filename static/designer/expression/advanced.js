// The advanced mode: the text itself, coloured, completed, and with what is wrong underlined.

import {
  acceptCompletion,
  autocompletion,
  bracketMatching,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  defaultKeymap,
  EditorState,
  EditorView,
  HighlightStyle,
  history,
  historyKeymap,
  insertCompletionText,
  keymap,
  placeholder,
  setDiagnostics,
  startCompletion,
  StreamLanguage,
  syntaxHighlighting,
  tags,
} from "../../build/codemirror.js";
import { useEffect, useRef } from "../../build/preact.js";
import { pointsOf, stretchIn, unitsOf } from "../../js/editor.js";
import { BEGINS, isHelpful } from "../../js/offers.js";
import { html } from "../html.js";
import { gettext } from "../text.js";
import { complete } from "./asking.js";
import { copied, piece, start } from "./language.js";
import { typing } from "./typing.js";

const STYLES = {
  keyword: tags.keyword,
  constant: tags.bool,
  string: tags.string,
  number: tags.number,
  function: tags.macroName,
  event: tags.labelName,
  source: tags.namespace,
  option: tags.attributeName,
  operator: tags.operator,
  bracket: tags.bracket,
  name: tags.variableName,
};

// Colours are classes of our own style sheet, which has them for light and dark.
const colours = HighlightStyle.define(
  Object.entries(STYLES).map(([name, tag]) => ({ tag, class: `code-${name}` })),
);

const language = StreamLanguage.define({
  name: "expression",
  startState: start,
  copyState: copied,
  token(stream, state) {
    const { end, style } = piece(stream.string, stream.pos, state);
    stream.pos = end;
    return style;
  },
  tokenTable: STYLES,
  languageData: { closeBrackets: { brackets: ["(", "[", "{", '"', "'"] } },
});

/**
 * @typedef {object} Props
 * @property {import("./asking.js").Room} room
 * @property {string} label
 * @property {string} value
 * @property {{text: string} | null} given what shall stand there instead, such as a suggestion that was taken
 * @property {import("./asking.js").Problem[]} problems of this very text
 * @property {(text: string) => void} onChange
 * @property {string} describedBy ids of what stands below it
 */

/** @param {Props} props */
export function Advanced({ room, label, value, given, problems, onChange, describedBy }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const view = useRef(/** @type {EditorView | null} */ (null));
  const changed = useRef(onChange);
  changed.current = onChange;

  useEffect(() => {
    if (!place.current) {
      return undefined;
    }
    const state = EditorState.create({
      doc: value,
      selection: { anchor: value.length },
      extensions: extensions({ room, label, describedBy, onChange: (text) => changed.current(text) }),
    });
    view.current = new EditorView({ state, parent: place.current, root: rootOf(place.current) });
    view.current.focus();
    return () => view.current?.destroy();
  }, []);
  // Not `value`: that is what was typed a moment ago, and would be put over what has been typed since.
  useEffect(() => {
    const { current } = view;
    if (current && given) {
      current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: given.text } });
      current.focus();
    }
  }, [given]);
  useEffect(() => {
    const { current } = view;
    if (current && textOf(current.state) === value) {
      current.dispatch(setDiagnostics(current.state, problems.map((problem) => diagnostic(value, problem))));
    }
  }, [value, problems]);
  return html`<div class="code" dir="ltr" ref=${place}></div>`;
}

/** @param {{room: import("./asking.js").Room, label: string, describedBy: string, onChange: (text: string) => void}} options */
function extensions({ room, label, describedBy, onChange }) {
  return [
    history(),
    language,
    syntaxHighlighting(colours),
    bracketMatching(),
    closeBrackets(),
    typing(),
    autocompletion({
      override: [(context) => offers(room, context)],
      // Enter and Tab are the text's own until somebody has chosen.
      selectOnOpen: false,
      // As nothing is chosen at first, nothing can be taken by mistake just when the list opens.
      interactionDelay: 0,
      icons: false,
      optionClass: ({ type }) => `offer--${type}`,
    }),
    // Tab leaves the editor, as it does every other field.
    keymap.of([
      { key: "Tab", run: acceptCompletion },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
    EditorView.lineWrapping,
    placeholder(gettext("Write, or press Ctrl + Space for what could stand here")),
    EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": describedBy, spellcheck: "false" }),
    EditorView.updateListener.of((update) => update.docChanged && onChange(textOf(update.state))),
    EditorView.cspNonce.of(nonce()),
  ];
}

/** Where styles of its own belong: the page, or a tree apart from it. @param {HTMLElement} element */
function rootOf(element) {
  return /** @type {Document | ShadowRoot} */ (element.getRootNode());
}

/** That of the page's style sheets: the policy lets no style in without it. */
function nonce() {
  return /** @type {HTMLElement | null} */ (document.querySelector("link[nonce]"))?.nonce ?? "";
}

/** With line feeds, as the server counts. @param {EditorState} state */
function textOf(state) {
  return state.doc.toString();
}

/** @param {string} text @param {import("./asking.js").Problem} problem */
function diagnostic(text, problem) {
  const [from, to] = stretchIn(text, problem);
  // What is missing at the end has no length; the character before it carries the mark.
  const begin = from === to ? Math.max(0, from - 1) : from;
  return { from: Math.min(begin, text.length), to: Math.min(to, text.length), severity: /** @type {const} */ ("error"), message: problem.message };
}

/**
 * @param {import("./asking.js").Room} room
 * @param {import("@codemirror/autocomplete").CompletionContext} context
 */
async function offers(room, context) {
  const text = textOf(context.state);
  if (!context.explicit && !BEGINS.test(text.slice(0, context.pos))) {
    return null;
  }
  const found = await complete(room, text, pointsOf(text, context.pos));
  if (!found?.items.length || context.aborted || (!context.explicit && !isHelpful(found, text))) {
    return null;
  }
  const [from, to] = [unitsOf(text, found.start), unitsOf(text, found.end)];
  // The server has chosen and ordered them by what is written; it is asked again with every character.
  return { from, to, filter: false, options: found.items.map(option) };
}

/** @param {import("../../js/offers.js").Offer} offer */
function option({ label, kind, insert, detail, help }) {
  return {
    label,
    type: kind,
    detail,
    info: help || undefined,
    apply(/** @type {EditorView} */ view, /** @type {any} */ _option, /** @type {number} */ from, /** @type {number} */ to) {
      view.dispatch(insertCompletionText(view.state, insert, from, to));
      if (/[.(]$/.test(insert)) {
        startCompletion(view);
      }
    },
  };
}

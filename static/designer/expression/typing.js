// Typed text goes straight into the editor's state. Left to itself, Chromium changes the page first, and copies the
// looks of what stood there into a style attribute, which the content security policy refuses and reports.

import { EditorView } from "../../build/codemirror.js";

/** Everything but texts that are being composed, whose course only the browser knows. */
export function typing() {
  return EditorView.domEventHandlers({ beforeinput: (event, view) => typed(event, view) });
}

/** @param {InputEvent} event @param {EditorView} view @returns {boolean} whether it is done */
function typed(event, view) {
  const range = event.getTargetRanges()[0] ?? selected(view.root);
  if (event.inputType !== "insertText" || !event.data || event.isComposing || view.composing || !range) {
    return false;
  }
  const from = view.posAtDOM(range.startContainer, range.startOffset);
  const to = view.posAtDOM(range.endContainer, range.endOffset);
  const text = event.data;
  const insert = () =>
    view.state.update({
      changes: { from, to, insert: text },
      selection: { anchor: from + text.length },
      scrollIntoView: true,
      userEvent: "input.type",
    });
  // Others have a say in what is typed, such as the closing of brackets.
  const isHandled = view.state
    .facet(EditorView.inputHandler)
    .some((handle) => handle(view, from, to, text, insert));
  if (!isHandled) {
    view.dispatch(insert());
  }
  return true;
}

/**
 * Chromium names no ranges for what a key types: it goes where the selection is. In a tree apart from the page's, only
 * that tree knows it.
 * @param {any} root a document or a tree apart; not every browser lets the latter be asked
 */
function selected(root) {
  const selection = /** @type {Selection | null} */ ((root.getSelection ? root : document).getSelection());
  return selection?.rangeCount ? selection.getRangeAt(0) : null;
}

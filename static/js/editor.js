// A text area with marks below it: the same text, unseen, in which the problems are underlined.

/**
 * The offset in a JavaScript string of a count of characters; the server counts whole characters.
 * @param {string} text
 * @param {number} points
 */
export function unitsOf(text, points) {
  return [...text].slice(0, points).join("").length;
}

/**
 * @param {string} text
 * @param {number} units
 */
export function pointsOf(text, units) {
  return [...text.slice(0, units)].length;
}

/**
 * Where a line and a column, both from 1, are.
 * @param {string} text
 * @param {number} line
 * @param {number} column
 */
function offsetOf(text, line, column) {
  const before = text.split("\n").slice(0, line - 1).join("\n");
  const start = line > 1 ? before.length + 1 : 0;
  return start + unitsOf(text.slice(start), column - 1);
}

/**
 * The stretch of a text that a problem is about.
 * @param {string} text
 * @param {{line: number, column: number, length: number}} problem
 * @returns {[number, number]}
 */
export function stretchIn(text, { line, column, length }) {
  const start = offsetOf(text, line, column);
  return [start, start + unitsOf(text.slice(start), length)];
}

export class Editor {
  /**
   * @param {HTMLTextAreaElement} area
   * @param {HTMLElement} marks
   */
  constructor(area, marks) {
    this.area = area;
    this.marks = marks;
    area.addEventListener("scroll", () => (marks.scrollTop = area.scrollTop));
    area.addEventListener("input", () => this.mark([]));
    this.mark([]);
  }

  /**
   * The stretch of the text that a problem is about.
   * @param {{line: number, column: number, length: number}} problem
   * @returns {[number, number]}
   */
  stretchOf(problem) {
    return stretchIn(this.area.value, problem);
  }

  /**
   * Underline stretches; what lies in one before it is left out.
   * @param {[number, number][]} stretches in the order of the text
   */
  mark(stretches) {
    const text = this.area.value;
    const parts = [];
    let end = 0;
    for (const [from, to] of stretches) {
      if (from >= end) {
        const mark = document.createElement("mark");
        mark.textContent = text.slice(from, to) || " ";
        parts.push(text.slice(end, from), mark);
        end = to;
      }
    }
    // A text that ends with a new line has one line more than is drawn without something in it.
    this.marks.replaceChildren(...parts, text.slice(end), "\u200b");
    this.marks.scrollTop = this.area.scrollTop;
  }

  /**
   * Put a text in place of a stretch, as if it was typed: it can be taken back.
   * @param {number} start
   * @param {number} end
   * @param {string} text
   */
  replace(start, end, text) {
    this.area.focus();
    this.area.setSelectionRange(start, end);
    if (!document.execCommand("insertText", false, text)) {
      this.area.setRangeText(text, start, end, "end");
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  /** Put a text in place of what is selected. @param {string} text */
  insert(text) {
    this.replace(this.area.selectionStart, this.area.selectionEnd, text);
  }

  /** The lower edge of the line that the cursor is in, from the top of the text area. */
  get caretBottom() {
    const lineHeight = parseFloat(getComputedStyle(this.area).lineHeight);
    const range = document.createRange();
    let rest = this.area.selectionStart;
    for (const node of this.marks.childNodes) {
      const text = node.firstChild ?? node;
      const size = text.textContent?.length ?? 0;
      if (rest <= size) {
        range.setStart(text, rest);
        break;
      }
      rest -= size;
    }
    const box = range.getClientRects()[0];
    const top = box ? box.top - this.area.getBoundingClientRect().top : 0;
    return Math.min(top + lineHeight, this.area.clientHeight) + 4;
  }
}

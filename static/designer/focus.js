// Where the keyboard goes on when something that had it is gone.

/** To where somebody was before, unless something else has the focus already. @param {Element | null} back */
export function goBack(back) {
  const isLost = document.activeElement === document.body || !document.activeElement;
  if (isLost && (back instanceof HTMLElement || back instanceof SVGElement)) {
    back.focus({ preventScroll: true });
  }
}

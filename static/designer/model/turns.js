// One piece of work after another: what is asked for while one is under way waits until it is done.

export class Turns {
  /** @type {Promise<void> | null} done when everything so far is; null: nothing is under way */
  last = null;

  /** @param {() => Promise<void>} work @returns {Promise<void>} done when this is */
  take(work) {
    const mine = (this.last ?? Promise.resolve()).then(work).finally(() => {
      // Others may have queued up behind it.
      if (this.last === mine) {
        this.last = null;
      }
    });
    this.last = mine;
    return mine;
  }
}

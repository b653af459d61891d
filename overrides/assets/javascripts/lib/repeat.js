/**
 * Sending a message again and again at a rate, without flooding the browser's send buffer.
 * @module
 */

/** Bytes that may wait in `bufferedAmount` before repeating pauses. */
export const HIGH_WATER = 1024 * 1024;
/** Messages that may be asked for at once. */
export const MAX_TIMES = 100_000;
/** Messages per second that may be asked for. */
export const MAX_RATE = 1000;

/**
 * A number that someone typed, or what is wrong with it.
 * @param {string} typed
 * @param {string} what its name, to begin a sentence with
 * @param {number} smallest
 * @param {number} largest
 * @param {boolean} [whole]
 * @returns {{ value: number } | { problem: string }}
 */
export function readNumber(typed, what, smallest, largest, whole = true) {
  const value = typed.trim() === "" ? NaN : Number(typed);
  const valid = whole ? Number.isInteger(value) : Number.isFinite(value);
  if (valid && value >= smallest && value <= largest) return { value };
  const range = `${smallest} to ${largest.toLocaleString("en-US")}`;
  return { problem: `${what}: ${whole ? "a whole number" : "a number"} from ${range}.` };
}

/**
 * Says how many messages are due. A tab in the background, whose timers a browser slows down, or a
 * line that is slower than the rate, is not caught up with: what was late stays late.
 */
export class Pacer {
  /**
   * @param {number} times messages in all
   * @param {number} perSecond
   * @param {number} now milliseconds on any clock that never goes back
   */
  constructor(times, perSecond, now) {
    this.left = times;
    this.perSecond = perSecond;
    this.last = now;
    this.due = 1;
  }

  /** Milliseconds until the next look: at least those of a browser's shortest timer. */
  get interval() {
    return Math.max(4, ((1 - this.due) * 1000) / this.perSecond);
  }

  /**
   * Takes what is due.
   * @param {number} now milliseconds on the same clock
   * @param {() => boolean} send sends one; false where the buffer is full for now
   */
  run(now, send) {
    const most = Math.max(1, this.perSecond / 10);
    this.due = Math.min(most, this.due + ((now - this.last) * this.perSecond) / 1000);
    this.last = now;
    while (this.due >= 1 && this.left > 0) {
      if (!send()) return;
      this.due -= 1;
      this.left -= 1;
    }
  }
}

// When to connect again. Numbers and chance alone, so that it can be tested and simulated.

// --8<-- [start:policy]
const LONGEST = 60; // seconds of the longest pause that grows
const STABLE = 60; // seconds after which a connection counts as good

/** Anything from 0 to what the backoff has grown to. */
export const fullJitter = (most, random) => most * random();

/** Seconds to wait before an attempt, after a connection that closed with `code`. */
export function pause(attempt, code, { jitter = fullJitter, random = Math.random } = {}) {
  if (code === 1012) return 5 + 25 * random(); // all lost the server: spread out
  if (code === 1013) return 30 + 30 * random(); // it is overloaded: leave it alone
  return jitter(Math.min(2 ** (attempt - 1), LONGEST), random);
}

/** The next attempt's number, counted from the last connection that lasted (seconds). */
export const next = (attempt, lasted) => (lasted > STABLE ? 1 : attempt + 1);

/** Whether the server said that it is done, or that it would refuse again. */
export const final = (code) => code === 1000 || code === 1008;
// --8<-- [end:policy]

// --8<-- [start:others]
/** Half of it for certain, the other half by chance. */
export const equalJitter = (most, random) => most / 2 + (most / 2) * random();

/** The same for every client. */
export const noJitter = (most) => most;
// --8<-- [end:others]

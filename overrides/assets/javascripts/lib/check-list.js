/**
 * A list whose ticks are kept: what is stored, and what is handed out.
 * @module
 */

/** @typedef {{ key: string, name: string, group: string }} Item */

/** `Message size.` becomes `message-size`. @param {string} name */
export function keyFrom(name) {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

/**
 * Reads what was stored; anything else than a list of known keys is nothing.
 * @param {string | null} text
 * @param {string[]} keys
 * @returns {Set<string>}
 */
export function tickedFrom(text, keys) {
  try {
    const stored = JSON.parse(text ?? "[]");
    return new Set(Array.isArray(stored) ? keys.filter((key) => stored.includes(key)) : []);
  } catch {
    return new Set();
  }
}

/**
 * @param {Item[]} items
 * @param {Set<string>} ticked
 * @returns {string} a task list in Markdown
 */
export function markdownFrom(items, ticked) {
  const groups = [...new Set(items.map(({ group }) => group))];
  return groups.map((group) => {
    const lines = items.filter((item) => item.group === group)
      .map(({ key, name }) => `- [${ticked.has(key) ? "x" : " "}] ${name}`);
    return `## ${group}\n\n${lines.join("\n")}\n`;
  }).join("\n");
}

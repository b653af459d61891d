/**
 * The note beside an abbreviation: what the glossary says of it. It is above the page, keeps within
 * the window, and is read to those who hear the page as what describes the link.
 * @module
 */
import { make } from "./make.js";

/** What a note says, by the address of its entry. @type {Map<string, Promise<string[]>>} */
const entries = new Map();

const note = make("div", "term-note");
note.id = "term-note";
note.popover = "manual";
note.setAttribute("role", "tooltip");

/** The link that the note is beside. @type {HTMLAnchorElement | undefined} */
let beside;

/**
 * @param {HTMLAnchorElement} link
 * @returns {Promise<string[]>} what the term stands for, and the sentence on it
 */
async function entry(link) {
  const response = await fetch(link.href);
  if (!response.ok) throw new Error(`the glossary answers ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const cells = [...(page.getElementById(link.hash.slice(1))?.closest("tr")?.cells ?? [])].slice(1);
  // Behind the sentence the page that says more is named, which a note cannot lead to.
  for (const { lastChild } of cells) if (lastChild instanceof HTMLAnchorElement) lastChild.remove();
  return cells.map((cell) => (cell.textContent ?? "").trim());
}

function place() {
  if (!beside) return;
  const { left, top, bottom } = beside.getBoundingClientRect();
  const room = document.documentElement.clientWidth - note.offsetWidth - 8;
  note.style.left = `${Math.max(8, Math.min(left, room))}px`;
  const below = bottom + 6;
  const fits = below + note.offsetHeight < innerHeight;
  note.style.top = `${fits ? below : top - 6 - note.offsetHeight}px`;
}

/** @param {string[]} words what the term stands for, and the sentence on it where it is known */
function write([name, sentence = ""]) {
  note.replaceChildren(make("b", "", name), sentence && ` ${sentence}`);
  place();
}

/** @param {HTMLAnchorElement} link */
export async function show(link) {
  hide();
  beside = link;
  // Pages are replaced, and the note goes with them.
  if (!note.isConnected) document.body.append(note);
  const abbr = link.closest("abbr");
  const name = abbr?.title ?? "";
  // Or the browser would show it too.
  abbr?.removeAttribute("title");
  link.setAttribute("aria-describedby", note.id);
  note.showPopover();
  write([name]);
  let found = entries.get(link.href);
  if (!found) entries.set(link.href, (found = entry(link)));
  try {
    const words = await found;
    if (beside === link && words.length) write(words);
  } catch {
    // What it stands for is on the page; the rest is asked for again next time.
    entries.delete(link.href);
  }
}

export function hide() {
  if (!beside) return;
  const abbr = beside.closest("abbr");
  const name = note.querySelector("b")?.textContent;
  if (abbr && name) abbr.title = name;
  beside.removeAttribute("aria-describedby");
  beside = undefined;
  if (note.isConnected) note.hidePopover();
}

/**
 * Shows what an abbreviation stands for when a reader points at its link, reaches it with the
 * keyboard or taps it: a note, whose code and text are fetched when the first is wanted. A second
 * tap, a click or Enter follows the link to the glossary, as does everything without scripts.
 * @module
 */

/** How long a pointer rests on a link before its note comes, and is away before it goes, in ms. */
const PAUSE = 200;

/** @type {Promise<typeof import("./term-note.js")> | undefined} */
let code;
/** The link whose note is wanted. @type {Element | undefined} */
let wanted;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {Event} event @param {string} selector */
const within = (event, selector) =>
  event.target instanceof Element ? (event.target.closest(selector) ?? undefined) : undefined;

/** @param {Element | undefined} link to show the note of; without one, the note goes */
async function want(link) {
  clearTimeout(timer);
  wanted = link;
  if (!link && !code) return;
  code ??= import("./term-note.js");
  const { show, hide } = await code;
  if (wanted !== link) return;
  if (link instanceof HTMLAnchorElement) await show(link);
  else hide();
}

/** Listen, for as long as the document lives: pages come and go in it. */
export function watch() {
  if (!HTMLElement.prototype.showPopover) return;
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch" || within(event, ".term-note")) clearTimeout(timer);
    else {
      const link = within(event, "a.term");
      if (link === wanted) clearTimeout(timer);
      else {
        clearTimeout(timer);
        timer = setTimeout(want, PAUSE, link);
      }
    }
  });
  document.addEventListener("focusin", (event) => {
    const link = within(event, "a.term");
    if (link?.matches(":focus-visible")) want(link);
  });
  document.addEventListener("focusout", (event) => {
    if (within(event, "a.term")) want(undefined);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && wanted) want(undefined);
  });
  document.addEventListener("scroll", () => wanted && want(undefined), { passive: true });
  document.addEventListener("click", (event) => {
    const link = within(event, "a.term");
    if (link && event instanceof PointerEvent && event.pointerType === "touch" && wanted !== link) {
      event.preventDefault();
      want(link);
    } else if (wanted && !within(event, ".term-note")) want(undefined);
  });
}

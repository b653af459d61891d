// Notifications in a document. Whatever comes from the server is put in as text.

import { open } from "./tabs.js";

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Somebody who exists in this browser alone: yours is who is logged in. */
const somebody = () => (localStorage["notifications-demo-user"] ??= crypto.randomUUID());

/**
 * Show the user's notifications in an element.
 * @param {HTMLElement} root
 * @param {{ url: string, user?: string, shared?: boolean, second?: number }} options
 * @returns {() => void} ends it
 */
export function mount(root, { url, user = somebody(), shared, second }) {
  const status = make("p", { role: "status", textContent: `Connecting to ${url} …` });
  const count = make("strong", { className: "unread", textContent: "0 unread" });
  const aloud = make("p", { className: "aloud", ariaLive: "polite" });
  const list = make("ol", { className: "log", tabIndex: 0, ariaLabel: "Notifications" });
  const input = make("input", { maxLength: 200, value: "The build is done", autocomplete: "off" });
  const button = make("button", { textContent: "Send", disabled: true });
  const form = make("form", {}, make("label", {}, "Notify me ", input), button);
  root.replaceChildren(status, make("p", {}, count), aloud, list, form);

  // --8<-- [start:show]
  const row = ({ n, text, read }, online) => {
    const item = make("li", { className: read ? "read" : "" }, text);
    item.dataset.n = n;
    if (read) return item;
    const done = make("button", { type: "button", textContent: "Read", disabled: !online });
    done.ariaLabel = `Mark as read: ${text}`;
    done.onclick = () => line.send({ type: "read", note: n });
    item.append(" ", done);
    return item;
  };
  const show = ({ online, ended, how, tabs, notes, unread }) => {
    const connected = `Connected for ${tabs === 1 ? "one tab" : `${tabs} tabs`}, by ${how}.`;
    const not = ended ? `The server ended this (${ended}).` : "Not connected; it tries again.";
    status.textContent = online ? connected : not;
    button.disabled = !online;
    count.textContent = `${unread} unread`;
    const focused = list.querySelector("li:focus-within")?.dataset.n;
    list.replaceChildren(...notes.map((note) => row(note, online)));
    // The rows are new: the keyboard goes on where it was.
    if (focused) (list.querySelector(`[data-n="${focused}"] :enabled`) ?? list).focus();
  };
  const say = (text) => (aloud.textContent = `New: ${text}`);
  const line = open({ url, user, shared, second }, show, say);
  // --8<-- [end:show]

  form.onsubmit = (event) => {
    event.preventDefault();
    if (input.value.trim()) line.send({ type: "send", text: input.value.trim() });
  };
  return line.close;
}

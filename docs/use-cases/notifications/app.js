// Notifications in a document. Whatever comes from the server is put in as text.

import { open } from "./tabs.js";

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Somebody who exists in this browser alone: yours is who is logged in. */
function somebody() {
  const key = "notifications-demo-user";
  const user = localStorage.getItem(key) ?? crypto.randomUUID();
  localStorage.setItem(key, user);
  return user;
}

/** Show the user's notifications in an element; returns what ends it. */
export function mount(root, { url, user = somebody(), shared, second }) {
  const state = make("p", { role: "status", textContent: `Connecting to ${url} …` });
  const count = make("strong", { className: "unread", textContent: "0 unread" });
  const aloud = make("p", { className: "aloud" });
  aloud.setAttribute("aria-live", "polite");
  const list = make("ol", { className: "log", tabIndex: 0 });
  list.setAttribute("aria-label", "Notifications");
  const input = make("input", { maxLength: 200, value: "The build is done", autocomplete: "off" });
  const form = make("form", {}, make("label", {}, "Notify me ", input), make("button", { textContent: "Send" }));
  root.replaceChildren(state, make("p", {}, count), aloud, list, form);

  // --8<-- [start:take]
  const take = ({ type, ...what }) => {
    if (type === "announce") {
      aloud.textContent = `New: ${what.text}`;
      aloud.dataset.count = Number(aloud.dataset.count ?? 0) + 1;
      return;
    }
    const tabs = what.tabs === 1 ? "one tab" : `${what.tabs} tabs`;
    state.textContent = what.online ? `Connected for ${tabs}, by ${line.how}.` : "Not connected; it tries again.";
    count.textContent = `${what.unread} unread`;
    list.replaceChildren(
      ...what.notes.map(({ n, text, read }) => {
        const row = make("li", { className: read ? "read" : "" }, text);
        row.dataset.n = n;
        const button = make("button", { type: "button", textContent: "Read" });
        button.setAttribute("aria-label", `Mark as read: ${text}`);
        button.addEventListener("click", () => line.send({ type: "read", note: n }));
        if (!read) row.append(" ", button);
        return row;
      }),
    );
  };
  // --8<-- [end:take]
  const line = open({ url, user, shared, second }, take);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) line.send({ type: "send", text: input.value.trim() });
  });
  return () => line.close();
}

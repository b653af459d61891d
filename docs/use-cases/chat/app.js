// A chat in a document. Whatever comes from the server is put in as text.

import { chat } from "./client.js";

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/**
 * Show a chat in an element; returns what ends it.
 * @param {HTMLElement} root
 * @param {{ url: string, room: string, name: string, second?: number }} where with options of the socket
 */
export function mount(root, { url, name, ...options }) {
  const state = make("p", { role: "status" });
  const people = make("p", { className: "people" });
  const log = make("ol", { className: "log", role: "log", tabIndex: 0 });
  log.setAttribute("aria-label", `Messages, as ${name} sees them`);
  const input = make("input", { maxLength: 2000, autocomplete: "off", enterKeyHint: "send" });
  const label = make("label", {}, `${name} says `, input);
  const line = make("button", { type: "button" });
  const form = make("form", {}, label, make("button", {}, "Send"), line);
  root.replaceChildren(state, people, log, form);

  function away(why) {
    state.textContent = why;
    people.textContent = "";
  }

  // --8<-- [start:row]
  const rows = new Map(); // of what waits, by key

  function row(text, className, note = "") {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 8;
    const item = make("li", { className }, text, note);
    log.append(item);
    if (atEnd) log.scrollTop = log.scrollHeight;
    return item;
  }

  const talk = chat(url, { name, ...options }, {
    joined: () => (state.textContent = "Connected."),
    reset: () => log.replaceChildren(...rows.values()),
    waiting: ({ key, text }) => rows.set(key, row(`${name}: ${text}`, "waiting", " (waiting)")),
    message({ id, key, name: author, text }) {
      rows.get(key)?.remove(); // it moves to where its number puts it
      rows.delete(key);
      row(`${author}: ${text}`, author === name ? "mine" : "").dataset.id = id;
      log.append(...rows.values());
    },
    refused({ key, reason }) {
      rows.get(key)?.lastChild.replaceWith(` Not sent: ${reason}`);
      rows.delete(key);
    },
    gap: ({ missed }) => row(`${missed} older messages are not kept anymore.`, "gap"),
    people({ people: here }) {
      const typing = (one) => (one.typing && one.name !== name ? " is typing …" : "");
      people.textContent = here.map((one) => one.name + typing(one)).join(", ");
    },
    lost: ({ code, wait }) => away(`Lost (${code}); next attempt in ${(wait / 1000).toFixed(1)} s.`),
    stopped: ({ code }) => away(`The server ended this chat (${code}).`),
  });
  // --8<-- [end:row]

  input.addEventListener("input", talk.typing);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text) talk.say(text);
    input.value = "";
  });
  let online = false;
  function toggle() {
    online = !online;
    line.textContent = online ? "Go offline" : "Go online";
    away(online ? `Connecting to ${url} …` : "Offline, by your press. What you send waits.");
    if (online) talk.connect();
    else talk.disconnect();
  }
  line.addEventListener("click", toggle);
  toggle();
  return talk.disconnect;
}

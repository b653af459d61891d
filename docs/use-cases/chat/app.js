// A chat in a document. Whatever comes from the server is put in as text.

import { Chat } from "./client.js";

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Show a chat in an element; returns what ends it. */
export function mount(root, { url, room, name, ...options }) {
  const chat = new Chat(url, { room, name, ...options });
  const state = make("p", { role: "status", textContent: `Connecting to ${url} …` });
  const people = make("p", { className: "people", textContent: "Nobody is here." });
  const log = make("ol", { className: "log", role: "log", tabIndex: 0 });
  log.setAttribute("aria-label", `Messages, as ${name} sees them`);
  const input = make("input", { maxLength: 2000, autocomplete: "off", enterKeyHint: "send" });
  const line = make("button", { type: "button", textContent: "Go offline" });
  const form = make("form", {}, make("label", {}, `${name} says `, input), make("button", { textContent: "Send" }), line);
  root.replaceChildren(state, people, log, form);
  const rows = new Map(); // of what waits, by key

  // --8<-- [start:row]
  const row = (text, className) => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 8;
    const item = make("li", { className }, text);
    log.append(item);
    if (atEnd) log.scrollTop = log.scrollHeight;
    return item;
  };
  const listeners = {
    joined: () => (state.textContent = "Connected."),
    reset: () => log.replaceChildren(...rows.values()),
    waiting: ({ key, text }) => rows.set(key, row(`${name}: ${text} (waiting)`, "waiting")),
    message: ({ id, key, name: author, text }) => {
      rows.get(key)?.remove(); // it moves to where its number puts it
      rows.delete(key);
      row(`${author}: ${text}`, author === name ? "mine" : "").dataset.id = id;
      log.append(...rows.values());
    },
    refused: ({ key, reason }) => {
      rows.get(key)?.append(` Not sent: ${reason}`);
      rows.delete(key);
    },
    gap: ({ missed }) => row(`${missed} older messages are not kept anymore.`, "gap"),
    people: ({ people: here }) => {
      people.textContent = here
        .map((one) => (one.typing && one.name !== name ? `${one.name} is typing …` : one.name))
        .join(", ");
    },
    lost: ({ code, wait }) => {
      state.textContent = `Lost (${code}); next attempt in ${(wait / 1000).toFixed(1)} s.`;
    },
    stopped: ({ code }) => (state.textContent = `The server ended this chat (${code}).`),
  };
  for (const [type, act] of Object.entries(listeners))
    chat.addEventListener(type, ({ detail }) => act(detail));
  // --8<-- [end:row]

  input.addEventListener("input", () => chat.typing());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    if (chat.say(text)) input.value = "";
    else state.textContent = "Too many messages wait for the server.";
  });
  let online = true;
  line.addEventListener("click", () => {
    online = !online;
    line.textContent = online ? "Go offline" : "Go online";
    if (online) chat.connect();
    else {
      chat.disconnect();
      people.textContent = "";
      state.textContent = "Offline, by your press. What you send waits.";
    }
  });
  chat.connect();
  return () => chat.disconnect();
}

// A prompt and its answer in a document. Whatever comes from the server is put in as text.

import { SseLine, WebSocketLine } from "./lines.js";

// --8<-- [start:tools]
/** What the model may ask of this browser, and nothing else. */
const TOOLS = {
  clock: () => new Date().toLocaleTimeString("en-GB"),
  window: ({ unit }) => `${innerWidth} by ${innerHeight} ${unit === "px" ? "px" : "?"}`,
};

function run({ name, arguments: given }) {
  return Object.hasOwn(TOOLS, name) ? String(TOOLS[name](given)) : `there is no tool ${name}`;
}
// --8<-- [end:tools]

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Show it in an element, over the line that `name` says: WebSocket or SSE. Returns what ends it. */
export function mount(root, { url, name, ...options }) {
  const state = make("p", { role: "status" });
  const out = make("p", { className: "log", tabIndex: 0 });
  out.setAttribute("role", "log");
  out.setAttribute("aria-label", `Answer over ${name}`);
  const input = make("input", { maxLength: 2000, value: "What time is it?", autocomplete: "off" });
  const stop = make("button", { type: "button", textContent: "Cancel", disabled: true });
  const form = make("form", {}, make("label", {}, `Ask over ${name} `, input), make("button", { textContent: "Ask" }), stop);
  root.replaceChildren(state, out, form);
  const Line = name === "SSE" ? SseLine : WebSocketLine;
  const line = new Line(url, { say: (words) => (state.textContent = words), ...options });

  // --8<-- [start:ask]
  let id = "";
  let cancelled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const prompt = input.value.trim();
    if (!prompt || !stop.disabled) return;
    out.replaceChildren();
    cancelled = false;
    stop.disabled = false;
    id = line.ask(prompt, (event) => {
      if (event.type === "token" && !cancelled) out.append(event.text);
      if (event.type === "tool_call") {
        const value = run(event);
        out.append(make("span", { className: "tool" }, `[${event.name}: ${value}] `));
        line.result(id, event.call, value);
      }
      if (event.type === "end") {
        out.append(make("span", { className: "tool" }, `[${event.reason}, ${event.n} events]`));
        stop.disabled = true;
      }
      out.scrollTop = out.scrollHeight;
    });
  });
  stop.addEventListener("click", () => {
    cancelled = true; // tokens on their way are not shown anymore
    line.cancel(id);
  });
  // --8<-- [end:ask]
  return () => line.close();
}

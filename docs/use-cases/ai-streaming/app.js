// A prompt and its answer in a document. Whatever comes from the server is put in as text.

import { SseLine, WebSocketLine } from "./lines.js";

// --8<-- [start:tools]
/** What the model may ask of this browser, and nothing else. */
const TOOLS = new Map([
  ["clock", () => new Date().toLocaleTimeString("en-GB")],
  ["window", ({ unit }) => `${innerWidth} by ${innerHeight} ${unit === "px" ? "px" : "?"}`],
]);
// --8<-- [end:tools]

/**
 * Show it in an element, over the line that `name` says; returns what ends it.
 * @param {HTMLElement} root
 * @param {{ url: string, name: "WebSocket" | "SSE" }} options
 */
export function mount(root, { url, name }) {
  root.innerHTML = `
    <p role="status">${name}: not connected</p>
    <p class="log" role="log" tabindex="0" aria-label="Answer over ${name}"></p>
    <form>
      <label>Ask over ${name} <input maxlength="2000" value="What time is it?"></label>
      <button>Ask</button> <button type="button" disabled>Cancel</button>
    </form>`;
  const [state, out, form, input, , stop] = root.querySelectorAll("p, form, input, button");

  // --8<-- [start:ask]
  const Line = name === "SSE" ? SseLine : WebSocketLine;
  const line = new Line(url, { say: (words) => (state.textContent = `${name}: ${words}`) });
  let id = "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (id || !input.value.trim()) return;
    out.replaceChildren();
    stop.disabled = false;
    id = line.ask(input.value.trim(), (event) => {
      if (event.type === "token" && !stop.disabled) out.append(event.text);
      if (event.type === "tool_call") {
        const value = TOOLS.get(event.name)?.(event.arguments) ?? "there is no such tool";
        line.result(id, event.n, value);
        out.append(`[${event.name}: ${value}] `);
      }
      if (event.type === "end") {
        out.append(`[${event.reason}, ${event.n} events]`);
        if (document.activeElement === stop) input.focus();
        stop.disabled = true;
        id = "";
      }
      out.scrollTop = out.scrollHeight;
    });
  });
  stop.addEventListener("click", () => {
    stop.disabled = true; // tokens on their way are not shown anymore
    input.focus();
    line.cancel(id);
  });
  // --8<-- [end:ask]
  return () => line.close();
}

// A tab's way to the one connection of its browser.

import { hold, lead } from "./hub.js";

// --8<-- [start:open]
/**
 * Join the tabs of this browser that have the same settings.
 * @param {{ url: string, user: string, shared?: boolean }} settings
 * @param {(state: object) => void} show called after each change, with everything
 * @param {(text: string) => void} say called in one tab for each notification
 * @returns {{ send: (message: object) => void, close: () => void }}
 */
export function open({ shared = "SharedWorker" in globalThis, ...settings }, show, say) {
  const name = JSON.stringify(settings);
  const channel = new BroadcastChannel(name);
  let tab;
  let life = new AbortController();

  const send = (message) => channel.postMessage({ tab, ...message });
  const here = () => send({ type: "here", visible: !document.hidden });
  channel.onmessage = ({ data }) => {
    if (data.type === "hub") here();
    if (data.type === "state") show(data);
    if (data.type === "announce" && data.tab === tab) say(data.text);
  };

  const leave = () => life.abort();
  const join = () => {
    leave();
    tab = crypto.randomUUID();
    life = new AbortController();
    const { signal } = life;
    hold(tab, signal, here);
    if (!shared) return lead(name, signal);
    const address = new URL(`worker.js?${encodeURIComponent(name)}`, import.meta.url);
    const worker = new SharedWorker(address, { type: "module" });
    worker.onerror = () => lead(name, signal); // it could not be loaded
  };

  join();
  const page = new AbortController();
  const on = (target, type, act) => target.addEventListener(type, act, { signal: page.signal });
  on(document, "visibilitychange", here);
  // A page that the browser freezes, or keeps for the way back, is as good as closed meanwhile.
  on(document, "freeze", leave);
  on(document, "resume", join);
  on(window, "pagehide", leave);
  on(window, "pageshow", ({ persisted }) => persisted && join());
  const close = () => {
    page.abort();
    leave();
    channel.close();
  };
  return { send, close };
}
// --8<-- [end:open]

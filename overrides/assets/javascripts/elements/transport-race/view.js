/**
 * The panel: built once, then filled from the state.
 * @module
 */

import { byteCount, grouped, millisecondsValue } from "../../lib/format.js";
import { bytesPerEvent, delays, WAYS } from "../../lib/race.js";
import { laneWords, NAMES, raceWords } from "../../lib/race-words.js";
import { Strip } from "./strip.js";

/** @typedef {import("../../lib/race.js").Way} Way */

/** @param {Way} way */
const lane = (way) => `<section class="tr-lane" data-way="${way}" aria-labelledby="tr-${way}">
<div class="tr-head"><h3 class="tr-name" id="tr-${way}">${NAMES[way]}</h3><p data-field="words"></p>${way === "socket" ? '<button type="button" data-action="reconnect" hidden>Reconnect</button>' : ""}</div>
<svg preserveAspectRatio="none" aria-hidden="true"></svg>
<dl>
<div><dt>events</dt><dd data-field="events"></dd></div>
<div><dt>requests</dt><dd data-field="requests"></dd></div>
<div><dt>delay, ms</dt><dd><span data-field="median"></span> <small>p95 <span data-field="p95"></span></small></dd></div>
<div><dt>bytes per event</dt><dd data-field="each"></dd></div>
<div><dt>sent <span aria-hidden="true">→</span></dt><dd data-field="up"></dd></div>
<div><dt>received <span aria-hidden="true">←</span></dt><dd data-field="down"></dd></div>
</dl>
</section>`;

/** Nothing that comes from outside is ever put in here. */
const TEMPLATE = `<div class="tr-bar">
<div class="tr-buttons"><button type="button" data-action="start">Start the race</button><button type="button" data-action="cut" disabled>Cut the connections</button></div>
<label>Poll every <select><option value="500">0.5 s</option><option value="1000" selected>1 s</option><option value="2000">2 s</option></select></label>
<p role="status" data-field="status"></p>
</div>
<div class="tr-lanes">${WAYS.map(lane).join("")}</div>
<p class="tr-note">Upper edge: the server. Lower edge: this browser. An <span class="tr-is-event">event</span> runs from when it was made to when it came, so its slope is its delay; a <span class="tr-is-asked">request</span> is upright. Eight seconds, the newest at the right.</p>
<p class="tr-note">Bytes are counted by the server at its socket, headers included; a proxy in between adds TLS and may speak HTTP/2 with you. This browser is not told the size of headers and counts <span data-field="here"></span>. <span data-field="clock"></span></p>`;

export class View {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.panel = document.createElement("div");
    this.panel.className = "tr-panel";
    this.panel.innerHTML = TEMPLATE;
    host.prepend(this.panel);
    this.start = this.#button("start");
    this.cut = this.#button("cut");
    this.reconnect = this.#button("reconnect");
    this.select = /** @type {HTMLSelectElement} */ (this.panel.querySelector("select"));
    this.lanes = new Map(WAYS.map((way) => {
      const section = /** @type {HTMLElement} */ (this.panel.querySelector(`[data-way="${way}"]`));
      return [way, { section, strip: new Strip(/** @type {SVGSVGElement} */ (section.querySelector("svg"))) }];
    }));
  }

  /** @param {string} name @returns {HTMLButtonElement} */
  #button(name) {
    return /** @type {HTMLButtonElement} */ (this.panel.querySelector(`[data-action="${name}"]`));
  }

  /**
   * @param {import("../../lib/race.js").Race} race
   * @param {{url: string, interval: number, now: number}} more
   */
  render(race, { url, interval, now }) {
    const { phase, offset, counted, lanes } = race;
    const on = phase === "starting" || phase === "racing";
    say(this.panel, "status", raceWords(race, url));
    const again = phase === "ended" && race.why !== "none";
    this.start.textContent = on ? "Stop" : again ? "Start again" : "Start the race";
    this.start.disabled = race.why === "none";
    this.cut.disabled = phase !== "racing";
    // Without anything live, what the element wraps is shown instead.
    this.panel.classList.toggle("tr-began", phase === "racing" || race.newest > 0);
    for (const [way, { section, strip }] of this.lanes) {
      const one = lanes[way];
      const { median, p95 } = delays(one, offset);
      const each = bytesPerEvent(counted?.[way]);
      section.dataset.state = one.state;
      section.dataset.last = String(one.last);
      say(section, "words", laneWords(race, way, interval));
      say(section, "events", grouped(one.events));
      say(section, "requests", grouped(one.requests));
      say(section, "median", millisecondsValue(median));
      say(section, "p95", millisecondsValue(p95));
      say(section, "each", each === null ? "–" : grouped(Math.round(each)));
      say(section, "up", counted ? byteCount(counted[way].up) : "–");
      say(section, "down", counted ? byteCount(counted[way].down) : "–");
      if (phase === "racing") strip.render(one, offset, now);
    }
    this.reconnect.hidden = !(phase === "racing" && lanes.socket.state === "down");
    const here = WAYS.map((way) => `${byteCount(lanes[way].bytes)} ${KNOWN[way]}`).join(", ");
    say(this.panel, "here", here);
    say(this.panel, "clock", offset
      ? `Delays compare two clocks, whose difference is estimated from round trips: right to ±${millisecondsValue(offset.error)} ms.`
      : "Delays compare two clocks, whose difference is estimated from round trips.");
  }

  clear() {
    for (const { strip } of this.lanes.values()) strip.clear();
  }

  remove() {
    this.panel.remove();
  }
}

const KNOWN = { poll: "of polls’ bodies", wait: "of long polls’ bodies", events: "of SSE with its framing", socket: "of WebSocket frames" };

/** @param {HTMLElement} within @param {string} name @param {string} words */
function say(within, name, words) {
  const field = /** @type {HTMLElement} */ (within.querySelector(`[data-field="${name}"]`));
  // A live region is read again when it is written again.
  if (field.textContent !== words) field.textContent = words;
}

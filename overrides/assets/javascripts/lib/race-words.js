/**
 * What a race and its lanes are said to be doing.
 * @module
 */

import { missing } from "./race.js";

/** @typedef {import("./race.js").Race} Race */
/** @typedef {import("./race.js").Way} Way */

export const NAMES = { poll: "Polling", wait: "Long polling", events: "SSE", socket: "WebSocket" };

const ENDS = {
  stopped: "Stopped: every connection of the race is closed.",
  hidden: "Stopped when the page was hidden: every connection of the race is closed.",
  over: "The server has ended the race: each has its time. Start another.",
  lost: "The server has gone away in the middle of the race. What had come by then stays below.",
  none: "This copy of the site has no race server. Below is what was measured; make serve starts a live one.",
};

/** @param {number} count @param {string} noun */
const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
/** @param {number} milliseconds */
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

/**
 * @param {Race} race
 * @param {string} url of the server
 * @returns {string} for the reader and the live region: it changes when something is to be told
 */
export function raceWords(race, url) {
  const { phase, why, lanes } = race;
  if (phase === "starting") return "Starting …";
  if (phase === "idle") return "Not started. The race opens its connections when you start it.";
  if (phase === "ended" && why) {
    if (why === "unreachable") return `No race server answers this page at ${url}. Below is what was measured.`;
    if (why === "refused") return `The race server refused: ${race.words}`;
    return ENDS[why];
  }
  const { cut, state } = lanes.socket;
  const back = Object.values(lanes).every((lane) => lane.cut?.back != null && lane.state === "open");
  if (cut === null) return "Racing: the same events come in four ways. Cut the connections to see who recovers.";
  if (state === "down") return "Cut. WebSocket is down until code reconnects it; the others go on by themselves.";
  if (!back) return "Cut.";
  return "Cut, and all four are back. Nothing was lost: each asked from its last event on.";
}

/**
 * @param {Race} race
 * @param {Way} way
 * @param {number} interval milliseconds between polls
 * @returns {string}
 */
export function laneWords(race, way, interval) {
  const { state, cut } = race.lanes[way];
  if (race.phase === "ended") return cut ? afterCut(race, way) : "ended";
  if (race.phase !== "racing") return "";
  if (cut) return afterCut(race, way);
  if (state === "down") return "down: the server does not answer it";
  if (state === "again") return "down: the browser tries again by itself";
  if (state !== "open") return "connecting";
  if (way === "poll") return `asks every ${interval / 1000} s`;
  if (way === "wait") return "a request always waits";
  return way === "events" ? "one response, never finished" : "one connection";
}

/** @param {Race} race @param {Way} way */
function afterCut(race, way) {
  const { state, cut } = race.lanes[way];
  if (!cut) return "";
  const behind = missing(race, way);
  if (way === "poll" || way === "wait") {
    if (cut.failed > 0) return `${counted(cut.failed, "request")} failed; the next asked from the same event on`;
    if (cut.used) return "noticed nothing: the browser sent the request again by itself";
    return "noticed nothing: no request was under way";
  }
  if (cut.back !== null && state === "open") {
    const who = way === "events" ? "reconnected by itself" : "reconnected by your press";
    return `${who}, back after ${seconds(cut.back - cut.at)} with the ${counted(cut.missed, "event")} it had missed`;
  }
  if (state === "again") return `down: the browser reconnects by itself; ${counted(behind, "event")} missed so far`;
  if (state === "down") {
    const nobody = way === "events" ? "the browser gave up" : "nobody reconnects it";
    return `down: ${nobody}; ${counted(behind, "event")} missed so far`;
  }
  return state === "open" ? "open again" : "connecting";
}

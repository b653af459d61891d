/**
 * A frame, or a head of the handshake, in the list of `<wire-trace>`.
 * @module
 */

import { byteCount } from "../../lib/format.js";
import { make } from "../../make.js";

/** @typedef {import("../../lib/wire-unit.js").WireUnit} WireUnit */

/**
 * @param {WireUnit} unit
 * @returns {HTMLElement}
 */
export function itemOf(unit) {
  const arrow = make("span", "wt-arrow", unit.from === "client" ? "→" : "←");
  arrow.setAttribute("aria-hidden", "true");
  const button = make("button", "", [
    make("span", "wt-id", unit.id.replace("frame-", "")),
    arrow,
    make("span", "visually-hidden", unit.from === "client" ? "client to server" : "server to client"),
    make("span", "wt-what", unit.title),
    make("span", "wt-bytes", byteCount(unit.total)),
  ]);
  button.setAttribute("type", "button");
  button.dataset.unit = unit.id;
  const item = make("li", "", [button]);
  item.dataset.id = `${unit.id} ${unit.title}`;
  item.dataset.from = unit.from;
  return item;
}

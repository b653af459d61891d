/**
 * A report of docs/tools/report-protocol.md in one line.
 * @module
 */

import { byteCount, milliseconds } from "../../lib/format.js";

/** @type {Record<number, string>} */
const OPCODES = { 0: "CONTINUATION", 1: "TEXT", 2: "BINARY", 8: "CLOSE", 9: "PING", 10: "PONG" };

/**
 * @param {Record<string, any>} report
 * @returns {string}
 */
export function reportTitle(report) {
  if (report.type === "hello") return `hello from ${report.server}`;
  if (report.type === "rtt") return `the server’s ping came back after ${milliseconds(report.ms)}`;
  if (report.type === "totals") {
    return `totals: ${byteCount(report.in.bytes)} in, ${byteCount(report.out.bytes)} out`;
  }
  if (report.type !== "frame") return report.type;
  const { n, dir, opcode, fin, length, mask, header } = report;
  const parts = [
    `frame ${n} ${dir}`,
    `${OPCODES[opcode] ?? `opcode ${opcode}`}${fin ? "" : " (more follow)"}`,
    byteCount(length),
    `header ${header}`,
    ...(mask ? [`mask ${mask}`] : []),
  ];
  return parts.join(" · ");
}

/**
 * Rows of a table that stands in the page, for elements that show some of them by themselves.
 * @module
 */

import { make } from "./make.js";

/** @typedef {{ rows: HTMLTableRowElement[], heads: string[] }} Table */

/**
 * @param {Element} element
 * @returns {HTMLTableElement | undefined} the first table after the element
 */
export function nextTable(element) {
  const follows = Node.DOCUMENT_POSITION_FOLLOWING;
  return [...document.querySelectorAll("table")].find((one) => element.compareDocumentPosition(one) & follows);
}

/**
 * @param {Element} element
 * @returns {Table} the body of the first table after the element; without one, no rows
 */
export function tableAfter(element) {
  const table = nextTable(element);
  const heads = [...(table?.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent?.trim() ?? "");
  return { rows: [...(table?.tBodies[0]?.rows ?? [])], heads };
}

/** The children of a cell again, without the ids, which are unique. @param {Element} cell */
function copied(cell) {
  const copies = [...cell.childNodes].map((node) => node.cloneNode(true));
  const holder = make("div", "", copies);
  for (const named of holder.querySelectorAll("[id]")) named.removeAttribute("id");
  return [...holder.childNodes];
}

/**
 * A row as a list of its cells, each with its column's name.
 * @param {HTMLTableRowElement} row
 * @param {string[]} heads
 */
export function rowList(row, heads) {
  const parts = [...row.cells].slice(1).flatMap((cell, index) => [make("dt", "", heads[index + 1]), make("dd", "", copied(cell))]);
  return make("dl", "row-list", parts);
}

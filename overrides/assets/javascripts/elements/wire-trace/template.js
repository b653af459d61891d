/**
 * The fixed parts of `<wire-trace>`.
 * @module
 */

/** Nothing that comes from outside is ever put in here. */
export const TEMPLATE = `<div class="wt">
<div class="wt-head">
  <strong data-part="source" data-source="idle">RECORDED</strong>
  <p role="status" data-part="status">Loading the recording …</p>
  <button type="button" class="wt-main" data-action="connect" data-part="connect">Connect</button>
</div>
<div class="wt-send" role="group" aria-label="Send a message">
  <span>Send</span>
  <button type="button" data-send="text" aria-disabled="true">Text</button>
  <button type="button" data-send="binary" aria-disabled="true">Binary</button>
  <button type="button" data-send="empty" aria-disabled="true">Empty</button>
  <button type="button" data-send="medium" aria-disabled="true">126 bytes</button>
  <button type="button" data-send="large" aria-disabled="true">70,000 bytes</button>
  <button type="button" data-send="compressible" aria-disabled="true">Repetitive text</button>
  <button type="button" data-action="fragmented">Text, echoed in fragments</button>
  <button type="button" data-send="oversize" aria-disabled="true">More than allowed, so the server closes</button>
</div>
<ol class="wt-units" data-part="units" aria-label="What passed, in order"></ol>
<div class="wt-unit" data-part="unit" hidden>
  <div class="wt-title">
    <p><strong data-part="title"></strong> <span data-part="size"></span></p>
    <p class="wt-tools">
      <button type="button" data-action="copy">Copy as hex</button>
      <button type="button" data-action="link">Copy link</button>
      <button type="button" data-action="export">Export all</button>
      <span data-part="inspect"></span>
    </p>
    <p class="wt-content" data-part="content" hidden></p>
  </div>
  <div data-part="view"></div>
</div>
</div>`;

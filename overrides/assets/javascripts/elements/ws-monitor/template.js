/**
 * The panel's fixed parts.
 * @module
 */

/** Nothing that comes from outside is ever put in here. */
export const TEMPLATE = `<div class="wm-panel">
<div class="wm-head">
  <p class="wm-state"><i aria-hidden="true"></i><strong data-field="state">IDLE</strong></p>
  <p class="wm-address" data-field="address"></p>
  <p class="wm-meta"><span>up <span data-field="uptime">00:00:00</span></span><span>RFC 6455</span></p>
</div>
<div class="wm-status">
  <p role="status" data-field="words"></p>
  <div class="wm-buttons">
    <button type="button" data-action="pause">Pause</button>
    <button type="button" data-action="connect">Connect</button>
  </div>
</div>
<div class="wm-strip">
  <div class="wm-caption">
    <p class="wm-source"><strong data-field="source"></strong><span data-field="origin"></span> <span class="wm-elapsed" data-field="elapsed"></span></p>
    <p class="wm-scale"><i aria-hidden="true"></i><span class="wm-marks">marks: </span><span data-field="scale"></span></p>
  </div>
  <svg role="img" aria-label="Two lanes, client above and server below. Each frame is a line from one to the other on a time axis; the list of frames further down has the same frames in words."></svg>
  <p class="wm-note">
    <span class="wm-legend"><span><i class="wm-text" aria-hidden="true"></i>text</span> <span><i class="wm-binary" aria-hidden="true"></i>binary</span> <span><i class="wm-ping" aria-hidden="true"></i>ping, pong</span> <span><b>z</b>compressed</span></span>
    <span>Slope is latency. Server times by the fastest echo<span data-field="error"></span>.</span>
  </p>
</div>
<div class="wm-readouts">
  <div class="wm-latency">
    <p class="wm-title">Round trip</p>
    <p class="wm-now"><span data-field="rtt">–</span> ms</p>
    <div class="wm-spark">
      <svg viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true"><path vector-effect="non-scaling-stroke"/></svg>
      <i hidden></i><span data-field="top"></span><span>0</span>
    </div>
    <p class="wm-more"><span>last <span data-field="count">0</span>: median <span data-field="median">–</span>, p95 <span data-field="p95">–</span> ms</span><span>server’s own ping: <span data-field="ping">–</span></span></p>
  </div>
  <div class="wm-messages">
    <p class="wm-title">Messages</p>
    <p class="wm-to-server"><span data-field="sent">0</span> <small>sent <span aria-hidden="true">→</span></small></p>
    <p class="wm-to-client"><span data-field="received">0</span> <small>received <span aria-hidden="true">←</span></small></p>
  </div>
  <div class="wm-frames">
    <table class="wm-table">
      <caption>Frames at the server</caption>
      <thead><tr><td></td><th scope="col"><span class="visually-hidden">to the server</span><span aria-hidden="true">→</span></th><th scope="col"><span class="visually-hidden">to the client</span><span aria-hidden="true">←</span></th></tr></thead>
      <tbody>
        <tr><th scope="row">TEXT</th><td data-field="text-in">0</td><td data-field="text-out">0</td></tr>
        <tr><th scope="row">BINARY</th><td data-field="binary-in">0</td><td data-field="binary-out">0</td></tr>
        <tr class="wm-control"><th scope="row">PING/PONG</th><td data-field="control-in">0</td><td data-field="control-out">0</td></tr>
      </tbody>
    </table>
  </div>
</div>
<div class="wm-feed">
  <div class="wm-log" role="log" aria-live="off" aria-label="Frames, newest last"></div>
  <button type="button" class="wm-newest" data-action="newest" hidden>↓ newest</button>
</div>
<form class="wm-form">
  <input aria-label="A text message for the server" placeholder="say something to the server" maxlength="1000" autocomplete="off" spellcheck="false" name="message">
  <button>Send</button>
</form>
</div>`;

/**
 * The console's controls. Nothing that comes from a reader or a server is ever put in here.
 * @module
 */

/** @param {string} id prefix of the ids that tie hints to their fields */
export const template = (id) => `
<section class="wsc" aria-label="WebSocket console">
  <header class="wsc-head">
    <strong class="wsc-state" data-part="state"></strong>
    <span class="wsc-address" data-part="address"></span>
    <span class="wsc-facts" data-part="facts"></span>
  </header>
  <p class="visually-hidden" role="status" data-part="status"></p>

  <form class="wsc-connect" data-form="connect" novalidate>
    <label class="wsc-field">
      <span>Address</span>
      <input name="address" inputmode="url" autocomplete="off" autocapitalize="none"
        spellcheck="false" aria-describedby="${id}-address">
    </label>
    <label class="wsc-field">
      <span>Subprotocols, comma separated</span>
      <input name="protocols" autocomplete="off" autocapitalize="none" spellcheck="false"
        aria-describedby="${id}-protocols">
    </label>
    <button class="wsc-main">Connect</button>
    <p class="wsc-hint" id="${id}-address" data-hint="address"></p>
    <p class="wsc-hint" id="${id}-protocols" data-hint="protocols"></p>
  </form>

  <dl class="wsc-numbers">
    <div><dt>round trip</dt><dd data-part="rtt"></dd></div>
    <div class="wsc-out"><dt>sent</dt><dd data-part="sent"></dd></div>
    <div class="wsc-in"><dt>received</dt><dd data-part="received"></dd></div>
    <div><dt>bufferedAmount</dt><dd data-part="buffered"></dd></div>
  </dl>

  <div class="wsc-tools">
    <span data-part="rows"></span>
    <button type="button" data-action="link">Copy link</button>
    <button type="button" data-action="export">Export JSON</button>
    <button type="button" data-action="clear">Clear</button>
  </div>
  <div class="wsc-log" role="log" aria-live="off" aria-label="Log, newest last" tabindex="0"
    data-part="log">
    <p class="wsc-empty" data-part="empty">Nothing has happened yet. Connect, then send.</p>
    <ol data-part="list"></ol>
  </div>

  <form class="wsc-compose" data-form="message" novalidate>
    <fieldset class="wsc-kinds">
      <legend class="visually-hidden">Compose the message as</legend>
      <label><input type="radio" name="kind" value="text" checked> Text</label>
      <label><input type="radio" name="kind" value="hex"> Binary, as hex</label>
      <label><input type="radio" name="kind" value="file"> Binary, a file</label>
    </fieldset>
    <div class="wsc-editor">
      <label data-shown-for="text hex">
        <span class="visually-hidden">Message</span>
        <textarea name="message" rows="3" spellcheck="false" autocapitalize="none"
          aria-describedby="${id}-message"></textarea>
      </label>
      <label class="wsc-file" data-shown-for="file" hidden>
        <span>File</span>
        <input type="file" name="file" aria-describedby="${id}-message">
      </label>
    </div>
    <p class="wsc-hint" id="${id}-message" data-hint="message"></p>
    <div class="wsc-send">
      <label class="wsc-field">
        <span>Times</span>
        <input name="times" inputmode="numeric" value="1" autocomplete="off"
          aria-describedby="${id}-repeat">
      </label>
      <label class="wsc-field">
        <span>Per second</span>
        <input name="rate" inputmode="decimal" value="10" autocomplete="off"
          aria-describedby="${id}-repeat">
      </label>
      <button class="wsc-main" aria-keyshortcuts="Control+Enter Meta+Enter">Send</button>
      <button type="button" data-action="stop">Stop</button>
      <p class="wsc-hint" id="${id}-repeat" data-hint="repeat"></p>
    </div>
  </form>

  <form class="wsc-close" data-form="close" novalidate>
    <label class="wsc-field">
      <span>Close code</span>
      <input name="code" inputmode="numeric" value="1000" autocomplete="off"
        aria-describedby="${id}-close">
    </label>
    <label class="wsc-field">
      <span>Reason</span>
      <input name="reason" autocomplete="off" aria-describedby="${id}-close">
    </label>
    <button>Close</button>
    <p class="wsc-hint" id="${id}-close" data-hint="close"></p>
  </form>
</section>`;

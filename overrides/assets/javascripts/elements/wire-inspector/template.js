/**
 * The fixed parts of `<wire-inspector>`.
 * @module
 */

/** Nothing that comes from outside is ever put in here. */
export const TEMPLATE = `<form class="wi" data-part="decode" aria-label="Decode">
<h2>Decode bytes</h2>
<label class="wi-wide"><span>Bytes in hexadecimal, a hex dump, base64, a C array of Wireshark, or the text of a handshake</span>
<textarea name="bytes" rows="5" spellcheck="false" autocomplete="off" autocapitalize="off"></textarea></label>
<div class="wi-row">
<label><span>Example</span><select name="example"><option value="">Choose …</option></select></label>
<label><span>Sent by</span><select name="from"><option value="">Not known</option><option value="client">Client</option><option value="server">Server</option></select></label>
<label><span>Written as</span><select name="form"><option value="auto">Find out</option><option value="hex">Hexadecimal</option><option value="dump">Hex dump</option><option value="c">C array</option><option value="base64">Base64</option></select></label>
<label class="wi-check"><input type="checkbox" name="deflate"><span>permessage-deflate is in use</span></label>
</div>
<p class="wi-status"><span role="status" data-part="status"></span> <button type="button" data-action="point" data-part="point" hidden>Show where</button></p>
<p><button type="button" data-action="link">Copy a link to these bytes</button></p>
</form>
<div data-part="parts"></div>
<form class="wi" data-part="build" aria-label="Build a frame">
<h2>Build a frame</h2>
<div class="wi-row">
<label><span>Opcode</span><select name="opcode"><option value="1">1 text</option><option value="2">2 binary</option><option value="0">0 continuation</option><option value="8">8 close</option><option value="9">9 ping</option><option value="10">10 pong</option><option value="3">3 reserved</option><option value="11">11 reserved</option></select></label>
<label><span>Length written in</span><select name="form"><option value="">the fewest bits</option><option value="7">7 bits</option><option value="16">16 bits</option><option value="64">64 bits</option></select></label>
<label><span>Masking key, none if empty</span><input name="mask" value="37 fa 21 3d" size="12" spellcheck="false" autocomplete="off"></label>
<button type="button" data-action="random">Random key</button>
</div>
<div class="wi-row">
<label class="wi-check"><input type="checkbox" name="fin" checked><span>FIN</span></label>
<label class="wi-check"><input type="checkbox" name="rsv1"><span>RSV1</span></label>
<label class="wi-check"><input type="checkbox" name="rsv2"><span>RSV2</span></label>
<label class="wi-check"><input type="checkbox" name="rsv3"><span>RSV3</span></label>
<label class="wi-check"><input type="checkbox" name="compress"><span>Compress, which sets RSV1</span></label>
</div>
<div class="wi-row">
<label data-part="close" hidden><span>Close code</span><input name="code" value="1000" size="6" inputmode="numeric" autocomplete="off"></label>
<label><span>Written as</span><select name="kind"><option value="text">Text</option><option value="hex">Hexadecimal</option></select></label>
<label class="wi-grow"><span data-part="payload-name">Payload</span><input name="payload" value="Hello" spellcheck="false" autocomplete="off"></label>
</div>
<pre tabindex="0" role="region" aria-label="The frame in hexadecimal"><code data-part="built"></code></pre>
<p class="wi-status"><span role="status" data-part="built-status"></span> <button type="button" data-action="inspect">Decode it above</button> <button type="button" data-action="copy">Copy</button></p>
</form>
<form class="wi" data-part="key" aria-label="Compute Sec-WebSocket-Accept">
<h2>Compute Sec-WebSocket-Accept</h2>
<label class="wi-wide"><span>Sec-WebSocket-Key</span><input name="key" value="dGhlIHNhbXBsZSBub25jZQ==" spellcheck="false" autocomplete="off"></label>
<dl>
<div><dt>Key</dt><dd><span role="status" data-part="key-problem"></span></dd></div>
<div><dt>Key and string</dt><dd data-part="key-input"></dd></div>
<div><dt>SHA-1</dt><dd data-part="key-digest"></dd></div>
<div><dt>Accept</dt><dd><strong data-part="key-accept"></strong></dd></div>
</dl>
</form>`;

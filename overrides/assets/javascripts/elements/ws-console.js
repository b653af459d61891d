/**
 * `<ws-console>`: a WebSocket driven by hand. It connects only when asked to.
 *
 * A link can fill the form in: `?url=…&protocols=…&message=…&as=hex`, or `?path=…` for a path of the
 * site's own echo server. Such a link never connects.
 * @module
 */

import { echoAddress } from "../lib/address.js";
import { encodeUtf8, parseHex } from "../lib/bytes.js";
import { MAX_REASON_BYTES, closeProblems } from "../lib/close-codes.js";
import { readAddress, readProtocols } from "../lib/connect-advice.js";
import { byteCount, grouped } from "../lib/format.js";
import { MAX_RATE, MAX_TIMES, readNumber } from "../lib/repeat.js";
import { Session } from "./ws-console/session.js";
import { View } from "./ws-console/view.js";

/** Bytes of a file that the console reads into memory to send as one message. */
const MAX_FILE = 64_000_000;

/** @typedef {import("./ws-console/view.js").Hint} Hint */

export default class WsConsole extends HTMLElement {
  connectedCallback() {
    this.frame = 0;
    /** @type {{ name: import("./ws-console/view.js").HintName, text: string } | null} */
    this.notice = null;
    this.session = new Session(() => this.schedule());
    this.view = new View(this);
    this.leaving = new AbortController();
    this.prefill();
    this.listen();
    this.render();
  }

  disconnectedCallback() {
    this.leaving.abort();
    this.session.dispose();
    cancelAnimationFrame(this.frame);
  }

  listen() {
    const { signal } = this.leaving;
    this.addEventListener("input", () => {
      this.notice = null;
      this.schedule();
    }, { signal });
    const forms = { connect: this.connect, message: this.send, close: this.close };
    for (const [name, act] of Object.entries(forms)) {
      this.view.form(name).addEventListener("submit", (event) => {
        event.preventDefault();
        act.call(this);
      }, { signal });
    }
    this.view.form("message").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.send();
    }, { signal });
    const actions = {
      stop: () => this.session.stop(),
      clear: () => this.clear(),
      export: () => this.export(),
      link: () => this.copyLink(),
    };
    for (const [name, act] of Object.entries(actions)) {
      this.view.action(name).addEventListener("click", act, { signal });
    }
    addEventListener("pagehide", ({ persisted }) => persisted && this.session.suspended(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.schedule(), { signal });
  }

  /** The site's own endpoint, or "" where the site has none. */
  get ownAddress() {
    const meta = document.querySelector('meta[name="echo-url"]');
    return echoAddress(meta?.getAttribute("content"), document.baseURI) ?? "";
  }

  prefill() {
    const wanted = new URLSearchParams(location.search);
    this.field("connect", "address").value = wanted.get("url") ?? this.addressOf(wanted.get("path"));
    this.field("connect", "protocols").value = wanted.get("protocols") ?? "";
    this.field("message", "message").value = wanted.get("message") ?? "Hello, wire";
    if (wanted.get("as") === "hex") this.field("message", "kind").value = "hex";
    if (wanted.has("path") && !this.ownAddress) {
      return this.session.record({ type: "NOTE", title: `The link that led here asks for ${wanted.get("path")} on the echo server, which this copy of the site does not have. Enter the address of one.` });
    }
    if (!["url", "path", "protocols", "message"].some((name) => wanted.has(name))) return;
    const title = "The form is filled in from the link that led here. Nothing is sent until you connect.";
    return this.session.record({ type: "NOTE", title });
  }

  /**
   * The address of a path beside the site's own endpoint: never one on another host.
   * @param {string | null} path as it would be at the root of a host
   */
  addressOf(path) {
    const own = this.ownAddress;
    return own && path ? new URL(`./${path.replace(/^[/\\]+/, "")}`, own).href : own;
  }

  /**
   * @param {string} form
   * @param {string} name
   * @returns {any} the field, or the radio buttons of that name
   */
  field(form, name) {
    return this.view.form(form).elements.namedItem(name);
  }

  get kind() {
    return this.field("message", "kind").value;
  }

  connect() {
    const address = this.field("connect", "address").value;
    const { phase } = this.session.state;
    this.notice = null;
    if (!["idle", "closed"].includes(phase)) return this.say(`Still ${phase}: close this connection first.`, "address");
    // The browser would take nothing for the address of this page.
    if (address.trim() === "") return this.say("Not connected: enter an address, such as wss://example.com/socket.", "address");
    const { protocols, problem } = readProtocols(this.field("connect", "protocols").value);
    const read = readAddress(address, document.baseURI);
    const problems = [read.problem, problem].filter(Boolean);
    // The resolved form, because Chrome before 125 takes neither relative addresses nor http:.
    this.session.connect(read.url ?? address, protocols, problems);
    return undefined;
  }

  async send() {
    const { session } = this;
    this.notice = null;
    if (session.state.phase !== "open") return this.say("Not sent: connect first.");
    if (session.state.repeat) return undefined;
    const { times, rate, problem } = this.readRepeat();
    if (problem) return undefined;
    const data = await this.readMessage();
    if (data === null || session !== this.session) return undefined;
    if (session.state.phase !== "open") return this.say("Not sent: the connection closed in the meantime.");
    if (times === 1) session.send(data);
    else session.repeat(data, typeof data === "string" ? encodeUtf8(data).length : data.length, times, rate);
    return undefined;
  }

  /** @returns {Promise<import("./ws-console/session.js").Data | null>} null where there is none to send */
  async readMessage() {
    const { value } = this.field("message", "message");
    if (this.kind === "text") return value;
    if (this.kind === "hex") return this.hexHint(value).problem ? null : parseHex(value);
    const [file] = this.field("message", "file").files;
    if (!file || this.fileHint().problem) return this.say("Not sent: choose a file first.");
    try {
      return new Uint8Array(await file.arrayBuffer());
    } catch (error) {
      return this.say(`Not sent: the browser cannot read this file (${error.name}). Choose it again.`);
    }
  }

  close() {
    this.session.close(this.field("close", "code").value, this.field("close", "reason").value);
  }

  clear() {
    this.session.log.clear();
    this.schedule();
    this.view.part("log").focus();
  }

  export() {
    const { log } = this.session;
    const exported = new Date().toISOString();
    const json = JSON.stringify(log.export({ exported, browser: navigator.userAgent }), null, 2);
    const url = URL.createObjectURL(new Blob([json], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `websocket-log-${exported.replaceAll(":", "-")}.json`;
    link.click();
    // Later, because some browsers read it only after this task.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  async copyLink() {
    const link = new URL(location.pathname, location.href);
    const address = this.field("connect", "address").value.trim();
    const protocols = this.field("connect", "protocols").value.trim();
    if (address !== this.ownAddress) link.searchParams.set("url", address);
    if (protocols) link.searchParams.set("protocols", protocols);
    if (this.kind !== "file") link.searchParams.set("message", this.field("message", "message").value);
    if (this.kind === "hex") link.searchParams.set("as", "hex");
    try {
      await navigator.clipboard.writeText(link.href);
      this.session.record({ type: "NOTE", title: `Copied, with address and message in it: ${link.href}` });
    } catch {
      this.session.record({ type: "NOTE", title: `The browser refuses to copy. The link: ${link.href}` });
    }
  }

  /**
   * Says why nothing was done, where the field's own hint stands.
   * @param {string} words
   * @param {import("./ws-console/view.js").HintName} [name]
   * @returns {null}
   */
  say(words, name = "message") {
    this.notice = { name, text: words };
    this.session.state.status = words;
    this.schedule();
    return null;
  }

  schedule() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.render());
  }

  render() {
    this.view.render(this.session, this.hints(), this.kind);
  }

  /** @returns {Record<import("./ws-console/view.js").HintName, Hint>} */
  hints() {
    const { value } = this.field("message", "message");
    const { notice } = this;
    const message = { text: () => textHint(value), hex: () => this.hexHint(value), file: () => this.fileHint() };
    return {
      address: this.addressHint(),
      protocols: problemHint(readProtocols(this.field("connect", "protocols").value).problem, "protocols"),
      message: message[this.kind](),
      repeat: this.repeatHint(),
      close: this.closeHint(),
      ...(notice && { [notice.name]: { text: notice.text, problem: true } }),
    };
  }

  /** @returns {Hint} */
  addressHint() {
    const { value } = this.field("connect", "address");
    const { url, hint, problem } = readAddress(value, document.baseURI);
    if (problem) return problemHint(problem, "address");
    const resolved = url === value.trim() ? "" : `Resolves to ${url}`;
    return { text: [resolved, hint].filter(Boolean).join(". ") };
  }

  /**
   * @param {string} value
   * @returns {Hint}
   */
  hexHint(value) {
    try {
      return { text: `${byteCount(parseHex(value).length)}. Ctrl+Enter sends.` };
    } catch (error) {
      return problemHint(error.message, "message");
    }
  }

  /** @returns {Hint} */
  fileHint() {
    const [file] = this.field("message", "file").files;
    if (!file) return { text: "The file becomes one binary message." };
    if (file.size <= MAX_FILE) return { text: `${byteCount(file.size)} as one binary message.` };
    return problemHint(`${byteCount(file.size)} is too large: this console reads at most ${byteCount(MAX_FILE)} into memory.`, "file");
  }

  readRepeat() {
    const times = readNumber(this.field("message", "times").value, "Times", 1, MAX_TIMES);
    const rate = readNumber(this.field("message", "rate").value, "Per second", 0.1, MAX_RATE, false);
    const fields = [times.problem && "times", rate.problem && "rate"].filter(Boolean);
    const problem = [times.problem, rate.problem].filter(Boolean).join(" ");
    return { times: times.value, rate: rate.value, problem, fields };
  }

  /** @returns {Hint} */
  repeatHint() {
    const { problem, fields } = this.readRepeat();
    if (problem) return { text: problem, problem: true, fields };
    const { repeat } = this.session.state;
    if (!repeat) return { text: "" };
    const waiting = repeat.waiting ? ", waiting for bufferedAmount to fall" : "";
    return { text: `${grouped(repeat.sent)} of ${grouped(repeat.times)} sent${waiting}` };
  }

  /** @returns {Hint} */
  closeHint() {
    const reason = this.field("close", "reason").value;
    const problems = closeProblems(this.field("close", "code").value, reason);
    if (problems.length === 0) {
      return { text: `Reason: ${encodeUtf8(reason).length} of ${MAX_REASON_BYTES} bytes.` };
    }
    return {
      text: problems.map(({ message }) => message).join(" "),
      problem: true,
      fields: problems.map(({ field }) => field),
    };
  }
}

/**
 * @param {string | null} problem
 * @param {string} field
 * @returns {Hint}
 */
function problemHint(problem, field) {
  return problem ? { text: problem, problem: true, fields: [field] } : { text: "" };
}

/**
 * @param {string} value
 * @returns {Hint}
 */
function textHint(value) {
  return { text: `${byteCount(encodeUtf8(value).length)} of UTF-8. Ctrl+Enter sends.` };
}

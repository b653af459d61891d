// What test_react_page.py mounts beside the sample's own main.tsx: one thing at a time.
import { Activity, Profiler, StrictMode, useSyncExternalStore, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { Chat } from "./Chat";
import { Closing, Leaking } from "./Naive";
import { createSocketStore, type SocketStore } from "./socketStore";

const root = createRoot(document.querySelector("#root")!);
const commits = new Map<string, number>();
let store: SocketStore;

const render = (children: ReactNode) => root.render(<StrictMode>{children}</StrictMode>);

function Counted({ id, children }: { id: string; children: ReactNode }) {
  const count = () => commits.set(id, (commits.get(id) ?? 0) + 1);
  return (
    <Profiler id={id} onRender={count}>
      {children}
    </Profiler>
  );
}

/** A store as socketStore.ts, which tells its subscribers of each message: it has one from the first on. */
function unbatched(url: string) {
  const listeners = new Set<() => void>();
  let messages: string[] = [];
  let socket: WebSocket | undefined;
  const connect = () => {
    const made = new WebSocket(url);
    made.onmessage = ({ data }) => {
      messages = [...messages, data];
      for (const listener of listeners) listener();
    };
    return made;
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    socket ??= connect();
    return () => void listeners.delete(listener);
  };
  return { subscribe, getSnapshot: () => messages };
}

function List({ from }: { from: ReturnType<typeof unbatched> }) {
  const messages = useSyncExternalStore(from.subscribe, from.getSnapshot);
  return <p>{messages.at(-1)}</p>;
}

function Last({ from }: { from: SocketStore }) {
  const all = useSyncExternalStore(from.subscribe, from.getSnapshot).messages;
  return <output>{all.length}</output>;
}

function Status({ from }: { from: SocketStore }) {
  return useSyncExternalStore(from.subscribe, () => from.getSnapshot().status);
}

function Unstable({ from }: { from: SocketStore }) {
  const { length } = useSyncExternalStore(from.subscribe, () => [...from.getSnapshot().messages]);
  return length;
}

const harness = {
  commits: () => Object.fromEntries(commits),
  leaking: (url: string) => render(<Leaking url={url} />),
  closing: (url: string) =>
    render(
      <Counted id="state">
        <Closing url={url} />
      </Counted>,
    ),
  unbatched(url: string) {
    const from = unbatched(url);
    render(
      <Counted id="unbatched">
        <List from={from} />
      </Counted>,
    );
  },
  chat(url: string) {
    store = createSocketStore(url);
    harness.again();
  },
  again: () =>
    render(
      <>
        <Counted id="chat">
          <Chat store={store} />
        </Counted>
        <Counted id="status">
          <Status from={store} />
        </Counted>
      </>,
    ),
  late: () =>
    render(
      <>
        <Chat store={store} />
        <Last from={store} />
      </>,
    ),
  activity: (mode: "visible" | "hidden") =>
    render(
      <Activity mode={mode}>
        <Chat store={store} />
      </Activity>,
    ),
  unstable: (url: string) => render(<Unstable from={createSocketStore(url)} />),
  nothing: () => render(null),
  /** Unmount and mount at once; returns how many messages stood there in between. */
  blink() {
    flushSync(harness.nothing);
    const between = document.querySelectorAll("li").length;
    flushSync(harness.again);
    return between;
  },
};

Object.assign(window, { harness });

import { useSyncExternalStore, type SubmitEvent } from "react";
import type { SocketStore } from "./socketStore";

type Props = { store: SocketStore };

// --8<-- [start:chat]
function Messages({ store }: Props) {
  const { messages } = useSyncExternalStore(
    store.subscribe,
    store.getSnapshot,
    store.getServerSnapshot,
  );
  return (
    <ul>
      {messages.map(({ id, text }) => (
        <li key={id}>{text}</li>
      ))}
    </ul>
  );
}

/** A part of the snapshot: who reads it is not drawn again for messages. */
function useStatus(store: SocketStore) {
  return useSyncExternalStore(
    store.subscribe,
    () => store.getSnapshot().status,
    () => store.getServerSnapshot().status,
  );
}
// --8<-- [end:chat]

function Say({ store }: Props) {
  const status = useStatus(store);

  function say(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    if (store.send(String(new FormData(form).get("text")))) form.reset();
  }

  return (
    <form onSubmit={say}>
      <p role="status">{status}</p>
      <input name="text" aria-label="Message" autoComplete="off" required />
      <button type="submit" disabled={status !== "open"}>
        Send
      </button>
    </form>
  );
}

export function Chat({ store }: Props) {
  return (
    <>
      <Messages store={store} />
      <Say store={store} />
    </>
  );
}

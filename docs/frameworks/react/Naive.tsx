// What not to do: the sockets belong to the components.
import { useEffect, useState } from "react";

const lines = (messages: string[]) => messages.map((text, i) => <p key={i}>{text}</p>);

// --8<-- [start:leaking]
export function Leaking({ url }: { url: string }) {
  const [messages, setMessages] = useState<string[]>([]);
  useEffect(() => {
    const socket = new WebSocket(url);
    socket.onmessage = ({ data }) => setMessages((seen) => [...seen, data]);
  }, [url]);
  return lines(messages);
}
// --8<-- [end:leaking]

// --8<-- [start:closing]
export function Closing({ url }: { url: string }) {
  const [messages, setMessages] = useState<string[]>([]);
  useEffect(() => {
    const socket = new WebSocket(url);
    socket.onmessage = ({ data }) => setMessages((seen) => [...seen, data]);
    return () => socket.close();
  }, [url]);
  return lines(messages);
}
// --8<-- [end:closing]

// Prints the HTML that a server sends: subscribe() is not called, so nothing connects.
import { StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { Chat } from "./Chat";
import { createSocketStore } from "./socketStore";

const store = createSocketStore("ws://127.0.0.1:8765/");
console.log(
  renderToString(
    <StrictMode>
      <Chat store={store} />
    </StrictMode>,
  ),
);

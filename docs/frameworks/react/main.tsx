import { StrictMode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { Chat } from "./Chat";
import { createSocketStore } from "./socketStore";

const root = document.querySelector<HTMLElement>("#root");
if (!root?.dataset.url) throw new Error("index.html needs an element #root with data-url");

const store = createSocketStore(root.dataset.url); // once, outside every component
const app = (
  <StrictMode>
    <Chat store={store} />
  </StrictMode>
);

if (root.hasChildNodes()) hydrateRoot(root, app);
else createRoot(root).render(app);

// The shared worker: one for all tabs of this origin that name it alike.

import { Hub } from "./hub.js";

const { url, user, ...options } = JSON.parse(self.name);
const hub = new Hub(url, user, options);

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => hub.hear(port, data);
};

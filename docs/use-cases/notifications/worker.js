// The shared worker: one for all tabs of this origin that have the same address for it.

import { lead } from "./hub.js";

// To be the hub for the settings in the address, until the last of those tabs is gone.
lead(decodeURIComponent(location.search.slice(1)), new AbortController().signal);

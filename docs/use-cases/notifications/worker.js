// The shared worker: one for all tabs of this origin that give it the same name.

import { lead } from "./hub.js";

lead(self.name, new AbortController().signal); // until the last of those tabs is gone

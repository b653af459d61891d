"""What the server does at each path: one list, and what stands behind it."""

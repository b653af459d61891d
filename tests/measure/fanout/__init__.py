"""What it costs to tell all clients of a room, on one process and two: ``make fanout``."""

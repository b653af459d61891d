"""The server of the race, docs/compare/race, with clients written by others."""

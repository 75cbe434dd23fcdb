"""Events for good: the narrow seam of the log, two logs behind it, and one stream of events folded in memory."""

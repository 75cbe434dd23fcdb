"""The sides of the comparisons: each module has the servers and the load generators of one side."""

"""Running a notebook: IPython's own kernel without sockets, and what nbclient asks of it."""

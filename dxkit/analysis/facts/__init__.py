"""Facts of a unit: made from observations, each with its method and sources."""

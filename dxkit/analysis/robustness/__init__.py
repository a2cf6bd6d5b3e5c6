"""How far ranks and awards hold when weights, criteria or doubtful cells change."""

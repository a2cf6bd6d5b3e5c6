"""Campaign and period to finished files in outputs."""

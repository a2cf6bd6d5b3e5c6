"""Scorecards to what a reader sees: claims, sentences, charts, tables."""

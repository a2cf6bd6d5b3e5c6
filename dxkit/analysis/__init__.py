"""Indicator table to scorecards: aggregate, divide, score, rank."""

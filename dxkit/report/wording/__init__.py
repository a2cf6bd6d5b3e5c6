"""Texts in the office's language: sentences, labels, findings; one folder for each language."""

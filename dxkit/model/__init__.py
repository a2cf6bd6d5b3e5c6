"""The nouns. No file is opened in this room."""

"""A period opened, ready for reports: what it is, and how it is opened."""

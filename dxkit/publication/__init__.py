"""Keeps what is published of a period, and says what is otherwise since."""

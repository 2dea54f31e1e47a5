"""Exercises of chapter 9: long short-term memory."""

"""Exercises of chapter 10: bidirectional networks."""

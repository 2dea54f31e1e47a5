"""Exercises of chapter 12: weight tying."""

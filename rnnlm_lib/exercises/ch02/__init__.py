"""Exercises of chapter 2: n-grams and their limits."""

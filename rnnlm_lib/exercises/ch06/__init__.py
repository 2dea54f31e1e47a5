"""Exercises of chapter 6: backpropagation through time."""

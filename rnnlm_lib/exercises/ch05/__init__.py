"""Exercises of chapter 5: RNN language models."""

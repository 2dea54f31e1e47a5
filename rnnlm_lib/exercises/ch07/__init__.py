"""Exercises of chapter 7: vanishing and exploding gradients."""

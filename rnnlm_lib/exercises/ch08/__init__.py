"""The exercises of chapter 8: the gated recurrent unit."""

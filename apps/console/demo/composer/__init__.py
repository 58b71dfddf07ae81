"""The demo's composer: pieces written by rule and chance, the same ones for the same seed, and played by instruments of its own."""

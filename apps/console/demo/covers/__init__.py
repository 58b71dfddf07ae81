"""The demo's covers: drawn by rule, each artist with a picture language of its own."""

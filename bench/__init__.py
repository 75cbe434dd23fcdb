"""What the mesh costs and how it grows, side by side with what does without. `make bench` runs all."""

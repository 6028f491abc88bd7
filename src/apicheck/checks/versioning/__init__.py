"""Whether operations that are going away say so, last as long as promised, and then go."""

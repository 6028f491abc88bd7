"""Whether limits are kept, and told truly."""

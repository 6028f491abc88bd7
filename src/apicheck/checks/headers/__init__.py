"""What the header fields of answers say."""

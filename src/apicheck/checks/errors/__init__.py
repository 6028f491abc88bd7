"""What every error, and every answer that a rule covers, looks like."""

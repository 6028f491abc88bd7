"""The stages that refuse a request, or let it through to its operation."""

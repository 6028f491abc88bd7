"""Whether webhooks are delivered as promised."""

"""The built-in checks: `<family>/<check>.py` with its page, `<check>.md`, beside it."""

"""Who may use the server: checked before any handler sees a request."""

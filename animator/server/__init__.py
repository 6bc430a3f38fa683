"""The HTTP server: jobs over Deforum's API and our own; needs the extra `server`."""

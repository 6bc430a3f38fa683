"""Images for clients of OpenAI's API, which many programs speak."""

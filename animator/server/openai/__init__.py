"""/v1: images for clients of OpenAI's API, which many programs speak."""

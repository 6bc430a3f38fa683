"""What fills a pipeline's slots: frozen dataclasses with one method, on top of the functions in `stages`."""

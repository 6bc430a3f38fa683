"""The render loop: `render` turns the plans of a film into frames by way of a `Pipeline` and its steps."""

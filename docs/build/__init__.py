"""The reference of all parameters, made from the settings themselves: `python -m docs.build`."""

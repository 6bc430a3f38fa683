"""Samplers by name: a method such as DPM++ 2M and a schedule type such as Karras."""

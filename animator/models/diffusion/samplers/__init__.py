"""Samplers: noise schedules and the methods that follow them."""

"""The render loop: plans in, frames out."""

"""Depth networks behind one seam."""

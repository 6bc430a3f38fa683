"""Hypernetworks of A1111: small networks that change what cross attention sees."""

"""Measures what the site says about speed and memory, and keeps the results as data.

Nothing here is a test: times belong to a machine. What runs what is in the Makefile.
"""

"""The WebSocket echo server behind the live demos of the site.

`python -m echo_demo` runs it; `echo_demo.background.BackgroundServer` runs it inside another
program.
"""

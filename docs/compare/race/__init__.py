"""The race of ``<transport-race>``: the same events by polling, long polling, SSE and WebSocket.

``python -m docs.compare.race`` serves it, from the repository's folder; ``--help`` lists the
settings. ``make serve`` starts it beside the site, and ``make measure`` measures the same delivery.
"""

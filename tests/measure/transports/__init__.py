"""``make measure``: the same events by polling, long polling, SSE and WebSocket.

One application behind two common servers, clients that people use, and a TCP proxy that counts or
holds back what passes. The results are data beside the pages of docs/compare/ that show them.
"""

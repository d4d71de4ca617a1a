"""Metrics for Prometheus, in a registry of this node's own (several nodes can live in one process)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from garance.kernel.refusal import Refused

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What is counted. Labels are addresses' templates, commands and codes: never a person nor an identifier."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "garance_http_requests", "Requests answered", ["route", "method", "status"], registry=registry
        )
        self.request_seconds = Histogram(
            "garance_http_request_seconds", "Time to answer", ["route"], buckets=_FAST, registry=registry
        )
        self.sent_bytes = Counter("garance_http_sent_bytes", "Bytes of bodies sent", registry=registry)
        self.in_progress = Gauge("garance_http_requests_in_progress", "Requests being answered", registry=registry)
        self.command_seconds = Histogram(
            "garance_command_seconds", "From a command received to its facts durable", ["command"],
            buckets=_FAST, registry=registry,
        )  # fmt: skip
        self.refusals = Counter("garance_refusals", "Commands refused", ["code"], registry=registry)
        self.flush_seconds = Histogram(
            "garance_journal_flush_seconds", "Time to make a batch durable", buckets=_FAST, registry=registry
        )
        self.facts = Counter("garance_facts_appended", "Facts made durable", registry=registry)
        self._waiting = Gauge("garance_commands_waiting", "Commands waiting for the disk", registry=registry)
        self._streams = Gauge("garance_streams", "Live streams open", registry=registry)

    @contextmanager
    def command(self, name: str) -> Iterator[None]:
        """Time a command while the block runs; a refusal is counted by its code instead."""
        begun = time.perf_counter()
        try:
            yield
        except Refused as refused:
            self.refusals.labels(refused.code).inc()
            raise
        self.command_seconds.labels(name).observe(time.perf_counter() - begun)

    def follow(self, *, waiting: Callable[[], int], streams: Callable[[], int]) -> None:
        """Ask those functions, whenever metrics are read, how many commands wait and how many streams are open."""
        self._waiting.set_function(waiting)
        self._streams.set_function(streams)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)

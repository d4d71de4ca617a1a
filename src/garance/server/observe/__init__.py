"""What the server says of itself: logs without people, metrics, health."""

from garance.server.observe.journal import MeasuredJournal
from garance.server.observe.logs import start_logs
from garance.server.observe.metrics import Metrics
from garance.server.observe.readiness import Readiness, room_left, writable
from garance.server.observe.requests import Observed
from garance.server.observe.routes import observed_endpoints

__all__ = [
    "MeasuredJournal",
    "Metrics",
    "Observed",
    "Readiness",
    "observed_endpoints",
    "room_left",
    "start_logs",
    "writable",
]

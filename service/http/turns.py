"""Long computations of a web process take turns: one goes on, the others wait in order of arrival.

All threads of a process share one interpreter lock. If many of them compute, a short request waits
for several others each time that it needs the lock.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from typing import Any

from designer.errors.cancellation import CHECK_INTERVAL_S, check_cancelled
from designer.errors.turns import taking_turns
from service.cache.waiting_slots import WaitingSlots

STEPS_WITHOUT_TURN = 5_000
"""Steps of a request that need no turn: nearly all requests take fewer."""


class TurnQueue:
    """The computation whose turn it is, and those that wait, first come, first served.

    >>> turns = TurnQueue(WaitingSlots(1))
    >>> turns.acquire()
    >>> turns.release()
    """

    def __init__(self, slots: WaitingSlots) -> None:
        self._slots = slots
        self._lock = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """Number of computations that wait."""
        return len(self._waiting)

    def acquire(self) -> None:
        """Return when it is the caller's turn.

        Raises:
            Overloaded: if too many requests wait.
            Cancelled: if no caller waits for the result any more.
        """
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return
        with self._slots.waiting():
            self._wait()

    def release(self) -> None:
        """Pass the turn on to the first that waits."""
        with self._lock:
            self._pass_on()

    def _wait(self) -> None:
        turn = threading.Event()
        with self._lock:
            self._waiting.append(turn)
            if not self._is_taken:  # released since the first look
                self._pass_on()
        try:
            while not turn.wait(CHECK_INTERVAL_S):
                check_cancelled()
        except BaseException:
            with self._lock:
                if turn.is_set():
                    self._pass_on()
                else:
                    self._waiting.remove(turn)
            raise

    def _pass_on(self) -> None:
        """Called with the lock."""
        self._is_taken = bool(self._waiting)
        if self._waiting:
            self._waiting.popleft().set()


class RequestTurn:
    """The turn of one request, which it takes once it has spent ``STEPS_WITHOUT_TURN``."""

    def __init__(self, turns: TurnQueue) -> None:
        self._turns = turns
        self._spent = 0
        self._has_turn = False

    def spend(self, steps: int) -> None:
        """Count steps, and wait for the turn if there are many.

        Raises:
            Overloaded: if too many requests wait.
            Cancelled: if no caller waits for the result any more.
        """
        self._spent += steps
        if self._spent > STEPS_WITHOUT_TURN and not self._has_turn:
            self._turns.acquire()
            self._has_turn = True

    def give_back(self) -> None:
        """Let the next computation go on; without the turn it has no effect."""
        if self._has_turn:
            self._has_turn = False
            self._turns.release()


class TurnTaking:
    """A WSGI application whose requests take turns; a turn ends before the response is sent."""

    def __init__(self, application: Any, turns: TurnQueue) -> None:  # noqa: ANN401 - a WSGI application
        self._application = application
        self._turns = turns

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401
        """Answer a request."""
        with taking_turns(RequestTurn(self._turns)):
            response: Iterable[bytes] = self._application(environ, start_response)
            return response

"""Client of a fork server, used by the pool to send jobs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from designer.errors import ProbeEnded, ProbeFailed, SourceNotRun
from designer.errors.cancellation import (
    CHECK_INTERVAL_S,
    Cancelled,
    check_cancelled,
)
from designer.verification.channel import (
    ChannelClosed,
    ChannelProtocolError,
    ChannelTimeout,
    JsonChannel,
)
from designer.verification.limits import Limits
from designer.verification.sandbox.readable_paths import import_path

_START_S = 120.0
_GRACE_S = 10.0
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class ForkServerClient:
    """Starts a fork server, sends it jobs and ends it; closing it twice has no effect."""

    def __init__(self, settings: dict[str, Any], *, limits: Limits) -> None:
        self._limits = limits
        self._ready = False
        self._released = False
        self.enforced: tuple[str, ...] = ()
        self.is_alive = True
        self._scratch = Path(tempfile.mkdtemp(prefix="gan-designer-"))
        child_read, parent_write = os.pipe()
        parent_read, child_write = os.pipe()
        try:
            self._process = self._open(settings, stdin=child_read, stdout=child_write)
        except OSError:
            os.close(parent_read)
            os.close(parent_write)
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise
        finally:
            os.close(child_read)
            os.close(child_write)
        os.set_blocking(parent_write, False)
        self._channel = JsonChannel(read_fd=parent_read, write_fd=parent_write)

    def _open(
        self, settings: dict[str, Any], *, stdin: int, stdout: int
    ) -> subprocess.Popen[bytes]:
        """Start the fork server in its own session, without the caller's environment variables."""
        return subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "designer.verification.fork_server",
                json.dumps({**settings, "scratch": str(self._scratch)}),
            ],
            stdin=stdin,
            stdout=stdout,
            env=_ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(import_path())},
            start_new_session=True,
        )

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def is_ready(self) -> bool:
        """Whether the fork server has reported that it is ready to run a source."""
        if not self._ready and self._channel.has_message():
            with suppress(ChannelClosed, ChannelTimeout, ChannelProtocolError):
                self._wait_until_ready()
        return self._ready

    def run(self, job: dict[str, Any], *, discard: bool) -> dict[str, Any]:
        """The measurements of the probe.

        Raises:
            ProbeEnded: if a verifying process ends within its limits, as one that is killed.
            ProbeFailed: if the verifying process crashes or exceeds a limit.
            Cancelled: if no caller waits for the job any more; its worker is stopped.
            SourceNotRun: if the text is foreign and a required layer of the sandbox is missing.
        """
        timeout_s = self._limits.time_limits(job.get("level"))[0] + _GRACE_S
        try:
            if not self._ready:
                self._wait_until_ready()
            check_cancelled()
            self._channel.send(
                {"job": job, "discard": discard}, deadline=time.monotonic() + timeout_s
            )
            reply = self._store_enforced(self._receive_unless_cancelled(timeout_s))
        except Cancelled:
            raise
        except ChannelClosed as ended:
            self.is_alive = False
            raise ProbeEnded("the fork server ended") from ended
        except (ChannelTimeout, ChannelProtocolError) as invalid:
            self.is_alive = False
            raise ProbeFailed("the fork server sent no valid reply in time") from invalid
        except BaseException:  # interrupted: the next caller must not get this reply
            self.is_alive = False
            raise
        if "missing_layers" in reply:
            raise SourceNotRun("sandbox_incomplete", missing=reply["missing_layers"])
        if "accident" in reply:
            failure = ProbeEnded if reply.get("ended") else ProbeFailed
            raise failure(str(reply["accident"]), **reply.get("facts", {}))
        measurements: dict[str, Any] = reply["measurements"]
        return measurements

    def _wait_until_ready(self) -> None:
        self._store_enforced(self._receive(_START_S))
        self._ready = True

    def _receive_unless_cancelled(self, seconds: float) -> dict[str, Any]:
        """The reply to a job; a cancelled job is stopped, and the fork server stays ready."""
        end = time.monotonic() + seconds
        while not self._channel.has_message(CHECK_INTERVAL_S) and time.monotonic() < end:
            try:
                check_cancelled()
            except Cancelled:
                self._stop_job()
                raise
        return self._receive(end - time.monotonic())

    def _stop_job(self) -> None:
        """Have the worker stopped; a fork server that does not confirm it is replaced."""
        try:
            self._channel.send({"cancel": True}, deadline=time.monotonic() + _GRACE_S)
            self._store_enforced(self._receive(_GRACE_S))
        except (ChannelClosed, ChannelTimeout, ChannelProtocolError):
            self.is_alive = False

    def _receive(self, seconds: float) -> dict[str, Any]:
        reply: dict[str, Any] = self._channel.receive(
            deadline=time.monotonic() + seconds, limit=2**28
        )
        return reply

    def _store_enforced(self, reply: dict[str, Any]) -> dict[str, Any]:
        self.enforced = tuple(reply.get("enforced", ()))
        return reply

    def release(self) -> None:
        """Close the channel, on which the fork server exits; kill it if it is still starting."""
        if not self._released:
            self._released = True
            self.is_alive = False
            self._channel.close()
            if not self._ready:
                self._process.kill()

    def close(self) -> None:
        """Release the fork server and wait until it has ended; kill it after a timeout."""
        self.release()
        try:
            self._process.wait(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

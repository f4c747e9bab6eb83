"""Celery application for jobs: broker, queue and time limits (see ``docs/scaling.md``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery import Celery
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError

from service.settings.config import Config

RUN_ROWS = "gan_designer.run_rows"
"""Name of the only task: computes due rows. Its messages name none: the job store has the turns."""

QUEUE = "gan-designer-rows"

MESSAGE_S = 4.0
"""Seconds after which a worker ends a message; a message that gets a row sends the next one at once."""

FOLDER_TRANSPORT = "service.jobs.broker.folder_transport:FolderTransport"

_GRACE_S = 15


def create_celery_app(config: Config) -> Celery:
    """The Celery application for these settings, without tasks.

    >>> create_celery_app(Config(redis_url="redis://127.0.0.1:6379/0")).conf.task_acks_late
    True
    """
    app = Celery("gan-designer", set_as_current=False)
    soft = config.job_row_timeout_s + int(MESSAGE_S)
    app.conf.update(
        broker_url=_broker_url(config),
        broker_transport=None if config.redis_url else FOLDER_TRANSPORT,
        broker_transport_options=_transport_options(config, visibility_s=soft + 2 * _GRACE_S),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_queues=[_queue()],
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_acks_late=True,
        task_acks_on_timeout=False,
        task_reject_on_worker_lost=True,
        task_soft_time_limit=soft,
        task_time_limit=soft + _GRACE_S,
        task_serializer="json",
        accept_content=["json"],
        worker_concurrency=config.job_processes,
        worker_prefetch_multiplier=1,
        worker_lost_wait=1.0,
        worker_proc_alive_timeout=60.0,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )
    return app


def _broker_url(config: Config) -> str:
    """URL of the broker; Celery has its own scheme for a Redis behind a Unix socket.

    Without ``ssl_cert_reqs`` Celery accepts any certificate, unlike redis-py.
    """
    url = config.redis_url.replace("unix://", "redis+socket://", 1)
    if url.startswith("rediss://") and "ssl_cert_reqs=" not in url:
        url += ("&" if "?" in url else "?") + "ssl_cert_reqs=required"
    return url or "filesystem://localhost"


def _queue() -> Queue:
    """The queue; its exchange has the same name, as the folder transport requires."""
    return Queue(QUEUE, exchange=Exchange(QUEUE), routing_key=QUEUE)


def _transport_options(config: Config, *, visibility_s: int) -> dict[str, Any]:
    if config.redis_url:
        return {
            "global_keyprefix": "gan-designer:",
            "visibility_timeout": visibility_s,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_timeout": 10,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "max_retries": 3,
            "interval_start": 0,
            "interval_step": 0.5,
        }
    queue = broker_folder(config) / "queue"
    return {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(broker_folder(config) / "control"),
    }


def broker_folder(config: Config) -> Path:
    """Folder of the messages when there is no Redis.

    >>> str(broker_folder(Config(state_folder="/var/lib/designer")))
    '/var/lib/designer/broker'
    """
    return Path(config.state_folder).absolute() / "broker"


def prepare_folders(config: Config) -> None:
    """Create the broker's folders, readable by the owner only, unless Redis is the broker.

    Raises:
        kombu.exceptions.OperationalError: if they cannot be created.
    """
    if config.redis_url:
        return
    try:
        Path(config.state_folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("queue", "control"):
            (broker_folder(config) / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OperationalError(str(error)) from error


def send_message(app: Celery) -> None:
    """Tell the workers that rows may be due.

    Raises:
        kombu.exceptions.OperationalError: if the broker does not respond.
    """
    with app.producer_or_acquire() as producer:
        app.send_task(
            RUN_ROWS,
            queue=QUEUE,
            producer=producer,
            retry=True,
            retry_policy={"max_retries": 2, "interval_start": 0.1, "interval_step": 0.4},
        )


def queue_depth(app: Celery) -> int:
    """Number of waiting messages.

    Raises:
        kombu.exceptions.OperationalError: if the broker does not respond.
    """
    with app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
        count: int = _queue()(connection.default_channel).queue_declare().message_count
        return count

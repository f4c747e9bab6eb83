"""The metrics of /metrics: correct, summed over all processes, with bounded labels."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.parser import text_string_to_metric_families

from designer.errors import Overloaded
from service.app import create_app
from service.observability.ended_processes import merge_ended_processes
from service.observability.metrics_folder import (
    MULTIPROC_VARIABLE,
    make_metrics_folder,
    remove_live_gauges,
    remove_metrics_folder,
)
from service.settings.config import Config
from tests.service.processes import children, is_gone, maps
from tests.service.servers import Server, serving
from tests.support import soak_count
from tests.wait import wait_until

BRIEF = {"resolution": 16, "latent_dim": 4, "base_channels": 4}
DOCS = Path(__file__).parents[2] / "docs" / "operations.md"

LABELS = {
    row.split("`")[1]: tuple(row.split("|")[2].replace("`", "").replace(",", "").split())
    for row in DOCS.read_text().splitlines()
    if row.startswith("| `gan_designer_")
}
"""The documented figures, each with its labels."""

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def figures(text: str) -> Figures:
    """Every sample by name and labels, parsed with Prometheus's parser."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def sample(of: Figures, name: str, **labels: str) -> float:
    """One sample; 0 if it was never counted."""
    return of.get((f"gan_designer_{name}", frozenset(labels.items())), 0.0)


def read_figures(client: FlaskClient) -> Figures:
    return figures(client.get("/metrics").text)


def test_requests_are_counted_by_route_and_outcome(client: FlaskClient) -> None:
    """The rule of the route, not the path; the status; the code of a problem."""
    name = client.post("/v1/designs", json=BRIEF | {"verify": "none"}).json["id"]  # type: ignore[index]
    for path in (f"/v1/designs/{name}", "/v1/designs/nonsense", "/v1/nothing"):
        client.get(path)
    client.post("/v1/designs", json=BRIEF | {"resolution": 3})
    counted = read_figures(client)
    route = "/v1/designs/<string:design_id>"
    for labels in (
        {"route": "/v1/designs", "method": "POST", "status": "200", "code": ""},
        {"route": "/v1/designs", "method": "POST", "status": "422", "code": "out_of_range"},
        {"route": route, "method": "GET", "status": "200", "code": ""},
        {"route": route, "method": "GET", "status": "404", "code": "unknown_id_version"},
        {"route": "none", "method": "GET", "status": "404", "code": "not_found"},
    ):
        assert sample(counted, "requests_total", **labels) == 1, labels
    assert sample(counted, "request_seconds_count", route=route, status="200") == 1
    assert 0 < sample(counted, "request_seconds_sum", route=route, status="200") < 60
    assert sample(counted, "stage_seconds_count", stage="solve") == 2


def test_labels_are_bounded_whatever_is_sent(client: FlaskClient) -> None:
    """Hundreds of paths, methods and ids create as many samples as one."""
    for method, path in (("BREW", "/v1/designs"), ("GET", "/x"), ("GET", "/v1/designs/x")):
        client.open(path, method=method)
    read_figures(client)  # which is counted too
    before = read_figures(client).keys()
    for number in range(300):
        client.open("/v1/designs", method=f"BREW{number}")
        client.get(f"/x{number}")
        client.get(f"/v1/designs/x{number}", headers={"X-Request-ID": f"n{number}"})
    assert read_figures(client).keys() == before


def test_searches_are_counted_by_their_steps(client: FlaskClient) -> None:
    states = [
        client.post("/v1/chains", json={"to": size}).json["states"]  # type: ignore[index]
        for size in (64, 97)
    ]
    counted = read_figures(client)
    assert sample(counted, "solver_states_count") == 2
    assert sample(counted, "solver_states_sum") == sum(states)


def test_accidents_are_counted_by_their_code(tmp_path: Path) -> None:
    """A request that met one is no longer pending."""

    def refuse(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        raise Overloaded("none is free", workers=1)

    client = create_app(Config(state_folder=str(tmp_path)), runner=refuse).test_client()
    assert client.post("/v1/designs", json=BRIEF).status_code == 503
    counted = read_figures(client)
    assert sample(counted, "verifications_total", verdict="overloaded") == 1
    assert sample(counted, "verifications_pending") == 0


def test_the_folder_of_a_server_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other users cannot read it; live gauges of ended processes are removed."""
    monkeypatch.setenv(MULTIPROC_VARIABLE, "")
    make_metrics_folder()
    folder = Path(os.environ[MULTIPROC_VARIABLE])
    assert folder.stat().st_mode & 0o777 == 0o700
    for name in ("gauge_livesum_12.db", "gauge_livemax_12.db", "gauge_livesum_13.db"):
        (folder / name).touch()
    (folder / "counter_12.db").touch()
    remove_live_gauges(12)
    assert sorted(file.name for file in folder.glob("*.db")) == [
        "counter_12.db",
        "gauge_livesum_13.db",
    ]
    remove_metrics_folder()
    assert not folder.exists()


@pytest.fixture(scope="module")
def pair() -> Iterator[Server]:
    """A server of two web processes."""
    with serving(workers="2", threads="2") as running:
        yield running


@pytest.mark.slow
def test_any_worker_gives_the_figures_of_all(pair: Server) -> None:
    """Every connection gets the sum, which does not shrink when a process ends."""
    for _ in range(20):
        assert pair.ask("/v1/designs/none").status == 404
    labels = {
        "route": "/v1/designs/<string:design_id>",
        "method": "GET",
        "status": "404",
        "code": "unknown_id_version",
    }

    def all_figures() -> Figures:
        return figures(pair.ask("/metrics").body.decode())

    assert {sample(all_figures(), "requests_total", **labels) for _ in range(10)} == {20.0}
    victim = children(pair.pid)[0]
    os.kill(victim, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while victim in children(pair.pid) or len(children(pair.pid)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert sample(all_figures(), "requests_total", **labels) == 20
    assert sample(all_figures(), "verifications_pending") == 0


@pytest.mark.slow
def test_files_of_ended_web_processes_are_merged() -> None:
    """After many kills, a server has the same few files and all counts."""
    with serving(workers="1", threads="2") as server:
        seen = []
        for turn in range(soak_count(5, 50)):
            assert server.ask("/v1/designs/none").status == 404
            (worker,) = children(server.pid)
            os.kill(worker, signal.SIGKILL)
            wait_until(
                lambda gone=worker: (
                    children(server.pid) not in ([], [gone]) and gone not in children(server.pid)
                ),
                what="another web process",
            )
            counted = figures(server.ask("/metrics").body.decode())
            labels = {"route": "/v1/designs/<string:design_id>", "status": "404"}
            assert sample(counted, "request_seconds_count", **labels) == turn + 1
            assert (
                sample(counted, "requests_total", method="GET", code="unknown_id_version", **labels)
                == turn + 1
            )
            seen.append(len(list(folder_of(children(server.pid)[0]).glob("*.db"))))
        assert max(seen[1:]) <= 2 * seen[0]


def folder_of(pid: int) -> Path:
    """The metrics folder of a web process."""
    mapped = {Path(word) for word in maps(pid).split() if word.endswith(".db")}
    (folder,) = {file.parent for file in mapped}
    return folder


def test_an_unreadable_metrics_file_is_left_out(tmp_path: Path) -> None:
    """Incomplete and truncated files are skipped; the others are summed."""
    for number, counted in ((4_194_305, 3.0), (4_194_306, 4.0)):  # no process has such an id
        book = MmapedDict(str(tmp_path / f"counter_{number}.db"))  # type: ignore[no-untyped-call]
        book.write_value("key", counted, 0.0)  # type: ignore[no-untyped-call]
        book.close()  # type: ignore[no-untyped-call]
    (tmp_path / "counter_4194307.db").touch()
    (tmp_path / "counter_4194308.db").write_bytes(b"\xff\xff\x00\x00" + bytes(60))
    (tmp_path / f"counter_{os.getpid()}.db").touch()
    for _ in range(2):
        merge_ended_processes(tmp_path)
        names = {file.name for file in tmp_path.glob("*.db")}
        assert names == {"counter_past.db", f"counter_{os.getpid()}.db"}
        counted_before = MmapedDict.read_all_values_from_file(str(tmp_path / "counter_past.db"))  # type: ignore[no-untyped-call]
        assert [(key, value) for key, value, *_ in counted_before] == [("key", 7.0)]


OF_JOBS = ("gan_designer_job", "gan_designer_queue")
"""Figures of what is read from the store of jobs: tests/service/jobs/test_metrics.py has them."""


def test_the_documented_metrics_are_the_exported_ones(client: FlaskClient) -> None:
    """docs/operations.md has one row per metric, with its labels."""
    metrics = client.application.extensions["metrics"]
    real = {
        f"{each._name}{'_total' if each._type == 'counter' else ''}": each._labelnames
        for each in vars(metrics).values()
        if hasattr(each, "_labelnames")
    }
    own = {name: of for name, of in LABELS.items() if not name.startswith(OF_JOBS)}
    assert real == own


def test_every_metric_to_watch_is_exported(client: FlaskClient) -> None:
    """docs/deployment.md names existing metrics and labels only."""
    text = (DOCS.parent / "deployment.md").read_text()
    known = client.get("/metrics").text
    watched = re.findall(r"`(gan_designer_[a-z_]+)(?:\{([^}]+)\})?`", text)
    assert len(watched) > 5
    for name, labels in watched:
        assert f"# TYPE {name.removesuffix('_total')}" in known
        for label in re.findall(r"([a-z]+)=", labels):
            assert label in LABELS[name], (name, label)


@pytest.mark.slow
def test_the_folder_of_a_killed_server_goes_with_the_next_start() -> None:
    """The folder of a running server stays, even if only its web process runs."""
    program = (
        "import os, time; from service.observability.metrics_folder import *; make_metrics_folder();"
        f"print(os.environ['{MULTIPROC_VARIABLE}'], flush=True); os.fork(); time.sleep(600)"
    )

    def start() -> tuple[subprocess.Popen[str], Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        return process, Path(process.stdout.readline().strip())

    first, folder = start()
    wait_until(lambda: bool(children(first.pid)), what="its worker")
    (worker,) = children(first.pid)
    second, other = start()
    try:
        assert folder.is_dir()
        first.kill()
        first.wait()
        third, _ = start()
        assert folder.is_dir()
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: is_gone(worker), what="it to end")
        fourth, _ = start()
        assert not folder.exists()
        assert other.is_dir()
    finally:
        for process in (second, third, fourth):
            for pid in (*children(process.pid), process.pid):
                os.kill(pid, signal.SIGKILL)
        for process in (first, second, third, fourth):
            process.communicate()

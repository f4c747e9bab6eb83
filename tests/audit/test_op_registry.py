"""The registry of ops: each op has all its behaviours in one class, and agrees with torch."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator

from designer.audit.layers_json import audit_layer_document, read_audit_layer
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.registry import LAYER_CLASSES, TORCH_FUNCTIONS, TORCH_MODULES
from designer.audit.trace import AuditNetwork, trace_network
from designer.errors import InvalidRequest
from service.schemas.audit_layers import AUDIT_LAYER, layer_components
from tests.audit.random_networks import MAKERS, Json, random_network
from tests.support import soak_count

COMPONENTS = layer_components()
VALIDATOR = Draft202012Validator({**AUDIT_LAYER, "components": {"schemas": COMPONENTS}})
SHAPES = ([3, 8, 8], [4, 6, 6], [2, 12], [8, 4, 4, 4], [16])
COUNT = soak_count(12, 200)
LAWFUL = soak_count(40, 200)
"""Random networks for each op, run in torch."""


def missing_behaviours(
    layer_class: type[AuditLayer], *, run: Collection[str], described: Mapping[str, Any]
) -> list[str]:
    """What an op lacks: a name, a reader, a law, a run in torch or a schema of its fields."""
    op = vars(layer_class).get("op", "")
    schema = described.get(layer_class.__name__, {}).get("properties", {})
    has = {
        "name": bool(op),
        "reader": {"norm", "activation"} <= layer_class.field_types().keys(),
        "law": layer_class.step is not AuditLayer.step,
        "torch": op in run,
        "schema": schema.keys() == {"op", *layer_class.field_types()},
    }
    return [name for name, present in has.items() if not present]


def sample_layers(op: str) -> list[Json]:
    """Random layers of an op, legal or not."""
    random = Random(op)
    return [{"op": op, **MAKERS[op](random, random.choice(SHAPES), 3)} for _ in range(COUNT)]


@pytest.mark.torch
@pytest.mark.parametrize("op", LAYER_CLASSES)
def test_an_op_has_all_its_behaviours(op: str) -> None:
    """Reader, law, schema, torch's module or function, and random layers for the tests."""
    from designer.verification.probe import layer_list

    run = {*layer_list._MODULES, *layer_list._FUNCTIONS}
    assert missing_behaviours(LAYER_CLASSES[op], run=run, described=COMPONENTS) == []
    assert op in MAKERS


@dataclass(frozen=True, slots=True, kw_only=True)
class LawlessLayer(AuditLayer):
    """An op without a law, which torch does not run and no schema describes."""

    op: ClassVar[str] = "lawless"


class NamelessLayer(AuditLayer):
    """A class without the name of an op."""

    step = LAYER_CLASSES["flatten"].step


def test_a_missing_behaviour_is_found() -> None:
    """The check refuses what it names."""
    run = {"lawless"}
    assert missing_behaviours(LawlessLayer, run=run, described={}) == ["law", "schema"]
    assert missing_behaviours(LawlessLayer, run=(), described={}) == ["law", "torch", "schema"]
    assert missing_behaviours(NamelessLayer, run=run, described={}) == ["name", "torch", "schema"]


@pytest.mark.parametrize("op", LAYER_CLASSES)
def test_reader_writer_and_schema_agree(op: str) -> None:
    """What the reader takes, the schema allows; written and read again it is the same layer."""
    read = 0
    for document in sample_layers(op):
        try:
            layer = read_audit_layer(document, pointer="", index=3)
        except InvalidRequest:
            continue  # fields that contradict each other, which a schema does not express
        written = audit_layer_document(layer)
        assert read_audit_layer(written, pointer="", index=3) == layer
        assert written.items() <= document.items()
        for each in (document, written):
            assert VALIDATOR.is_valid(each), each
            assert not VALIDATOR.is_valid({**each, "colour": 1})
        read += 1
    assert read


@pytest.mark.parametrize("op", LAYER_CLASSES)
def test_reader_and_schema_refuse_the_same_values(op: str) -> None:
    """A field with a value of another type or outside its limits, and a missing one."""
    properties = COMPONENTS[LAYER_CLASSES[op].__name__]["properties"]
    document = next(each for each in sample_layers(op) if VALIDATOR.is_valid(each))
    for name in properties.keys() - {"op"}:
        for value in (-(10**7), 10**10, "x" * 101, True, [], [1] * 11, {}, [[1]], [[1, 2, 3]]):
            given = {**document, name: value}
            try:
                read_audit_layer(given, pointer="", index=10**9)
                accepted = True
            except InvalidRequest as error:
                accepted = {each.code for each in error.errors} == {"contradiction"}
            assert VALIDATOR.is_valid(given) == accepted, given
    for name in COMPONENTS[LAYER_CLASSES[op].__name__]["required"]:
        given = {key: value for key, value in document.items() if key != name}
        assert not VALIDATOR.is_valid(given)
        with pytest.raises(InvalidRequest):
            read_audit_layer(given, pointer="", index=3)


@cache
def case_of_op(op: str, seed: int) -> tuple[list[int], list[Json], int, Any]:
    """Input shape, layers, batch and torch's outcome: a random network that runs, then the op."""
    from tests.audit.eager_torch import run_layers

    random = Random(f"{op} {seed}")
    shape, layers, batch = random_network(random)
    before = run_layers(layers, shape, batch=batch)
    if before.fails_at is not None:
        layers = layers[: before.fails_at]
    known = before.shapes[-1] if before.shapes else shape
    documents = [*layers, {"op": op, **MAKERS[op](random, known, len(layers))}]
    return shape, documents, batch, run_layers(documents, shape, batch=batch)


@pytest.mark.torch
@pytest.mark.parametrize("op", LAYER_CLASSES)
def test_the_law_of_an_op_is_that_of_torch(op: str) -> None:
    """Shape and message of one layer after a random network, in torch and in the probe."""
    from designer.verification.probe.layer_list import run_layer_list

    for seed in range(LAWFUL):
        shape, documents, batch, outcome = case_of_op(op, seed)
        try:
            read = tuple(
                read_audit_layer(each, pointer="", index=index)
                for index, each in enumerate(documents)
            )
        except InvalidRequest:
            continue
        network = AuditNetwork(input_shape=tuple(shape), layers=read, batch=batch)
        trace = trace_network(network)
        assert trace.fails_at == outcome.fails_at, (seed, documents)
        assert [list(found[1:]) for found in trace.shapes[1:]] == outcome.shapes, (seed, documents)
        probed: Any = run_layer_list(
            {"batch": batch, "input_shape": shape, "layers": [*map(audit_layer_document, read)]}
        )
        if trace.layer_error is None:
            assert probed["shapes"] == [list(found) for found in trace.shapes[1:]], documents


@pytest.mark.torch
@pytest.mark.parametrize("name", TORCH_MODULES)
def test_a_module_has_the_arguments_of_torch(name: str) -> None:
    """In the same order; some versions and numbers of axes lack single ones."""
    from torch import nn

    modules = [getattr(nn, name.format(axes), None) for axes in (1, 2, 3)]
    assert any(modules)
    for module in filter(None, modules):
        taken = [*inspect.signature(module).parameters]
        names = TORCH_MODULES[name][1]
        assert [each for each in names if each in taken] == [
            each for each in taken if each in names
        ]
        assert {*taken} - {*names} <= {"device", "dtype", "inplace"}


@pytest.mark.torch
@pytest.mark.parametrize("name", TORCH_FUNCTIONS)
def test_a_function_exists_in_torch(name: str) -> None:
    """As a function of maps, or of any tensor."""
    import torch

    found = [
        getattr(where, name.format(axes), None)
        for axes in (1, 2, 3)
        for where in (torch.nn.functional, torch)
    ]
    assert any(found)

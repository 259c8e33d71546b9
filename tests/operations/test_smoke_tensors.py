"""Tensors in requests and responses, the percentile, and the generated gRPC code."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.smoke.config import InputConfig
from operations.smoke.inference_pb2 import ModelInferRequest, ModelInferResponse
from operations.smoke.latency import percentile
from operations.smoke.rpc import inference_of, request_of
from operations.smoke.tensors import Datatype, Expected, Tensor, Value, from_raw, judge, to_raw, why_not
from operations.stubs import ROOT, write_stubs

SMOKE = ROOT / "operations" / "smoke"

VALUES: dict[Datatype, st.SearchStrategy[Value]] = {
    Datatype.BOOL: st.booleans(),
    **{Datatype(f"UINT{bits}"): st.integers(min_value=0, max_value=2**bits - 1) for bits in (8, 16, 32, 64)},
    **{
        Datatype(f"INT{bits}"): st.integers(min_value=-(2 ** (bits - 1)), max_value=2 ** (bits - 1) - 1)
        for bits in (8, 16, 32, 64)
    },
    Datatype.FP16: st.floats(width=16, allow_nan=False, allow_infinity=False),
    Datatype.FP32: st.floats(width=32, allow_nan=False, allow_infinity=False),
    Datatype.FP64: st.floats(allow_nan=False, allow_infinity=False),
    # A BF16 is the upper half of an FP32.
    Datatype.BF16: st.integers(min_value=0, max_value=0x7F7F).map(
        lambda half: struct.unpack("<f", b"\0\0" + half.to_bytes(2, "little"))[0]
    ),
    Datatype.BYTES: st.text(alphabet=st.characters(exclude_categories=["Cs"])),
}
TENSORS = st.sampled_from(list(Datatype)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(VALUES[kind], min_size=1, max_size=9))
)


def same(datatype: Datatype, values: list[Value]) -> tuple[Value, ...]:
    """The values as they are read back: text becomes bytes."""
    return tuple(value.encode() if isinstance(value, str) else value for value in values)


@settings(deadline=None)
@given(TENSORS)
def test_raw_values_read_back_as_written(tensor: tuple[Datatype, list[Value]]) -> None:
    datatype, values = tensor
    assert all(why_not(value, datatype) is None for value in values)
    assert from_raw(datatype, to_raw(datatype, values)) == same(datatype, values)


@settings(deadline=None)
@given(st.lists(TENSORS, min_size=1, max_size=3))
def test_grpc_request_carries_the_input_values(tensors: list[tuple[Datatype, list[Value]]]) -> None:
    """A server that echoes the request's bytes returns the values of the config."""
    inputs = [
        InputConfig.model_construct(name=f"input{place}", datatype=datatype, shape=(len(values),), data=tuple(values))
        for place, (datatype, values) in enumerate(tensors)
    ]
    sent = ModelInferRequest.FromString(request_of("echo", inputs, "1").SerializeToString())
    reply = ModelInferResponse(model_name=sent.model_name, id=sent.id)
    for tensor in sent.inputs:
        reply.outputs.add().ParseFromString(tensor.SerializeToString())
    reply.raw_output_contents.extend(sent.raw_input_contents)
    answered = inference_of(reply)
    assert (answered.model, answered.version, answered.identity) == ("echo", None, "1")
    assert [each.data for each in answered.outputs] == [same(datatype, values) for datatype, values in tensors]


@pytest.mark.parametrize(
    ("datatype", "raw", "told"),
    [
        ("FP32", b"\0" * 6, "6 bytes are not a multiple of 4, the size of FP32"),
        ("BF16", b"\0" * 3, "bytes are not a multiple of 4"),
        ("BYTES", b"\5\0\0\0abc", "7 bytes end inside a value"),
        ("BYTES", b"\5\0", "2 bytes end inside a length"),
        ("FP8", b"", "'FP8' is not a datatype of the protocol"),
    ],
)
def test_malformed_raw_values_are_refused(datatype: str, raw: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        from_raw(datatype, raw)


@pytest.mark.parametrize(
    ("datatype", "value"),
    [
        (Datatype.BOOL, 1),
        (Datatype.UINT8, 256),
        (Datatype.UINT8, -1),
        (Datatype.INT8, 128),
        (Datatype.INT64, 2**63),
        (Datatype.INT32, 1.0),
        (Datatype.INT32, True),
        (Datatype.FP16, float("nan")),
        (Datatype.BF16, float("-inf")),
        (Datatype.FP64, True),
        (Datatype.FP64, None),
        (Datatype.BYTES, 7),
    ],
)
def test_values_of_another_datatype_are_refused(datatype: Datatype, value: object) -> None:
    assert why_not(value, datatype)


def test_message_names_first_wrong_value_and_counts_the_rest() -> None:
    expected = Expected("score", Datatype.FP32, (-1,), minimum=0)
    [told] = judge(expected, Tensor("score", "FP32", (4,), (1.0, -1.0, 2.0, -2.0)), "outputs.score")
    assert told == "outputs.score.data[1] = -1.0: it must be at least 0; 1 more are wrong"


@settings(deadline=None)
@given(
    st.lists(st.integers(min_value=0, max_value=1000), min_size=1, max_size=200), st.sampled_from([50, 90, 95, 99.9])
)
def test_percentile_is_the_nearest_rank(times: list[int], part: float) -> None:
    found = percentile(times, part)
    needed = part * len(times) / 100
    assert found in times
    assert sum(time <= found for time in times) >= needed - 1e-9
    assert sum(time < found for time in times) < needed


def test_percentile_ignores_float_rounding() -> None:
    assert percentile(range(1, 501), 64.4) == 322
    assert percentile(range(1, 1001), 99.9) == 999
    assert percentile(range(1, 101), 95) == 95
    assert percentile([3.0], 50) == 3


def test_generated_grpc_code_is_what_the_proto_gives(tmp_path: Path) -> None:
    assert write_stubs(tmp_path) == 0
    generated = {file.name: file.read_text() for file in (tmp_path / "operations" / "smoke").iterdir()}
    assert generated == {file.name: file.read_text() for file in SMOKE.glob("inference_pb2*")}
    assert len(generated) == 4

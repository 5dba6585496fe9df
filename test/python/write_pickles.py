"""Writes pickles of plain data and of NumPy arrays with every protocol.

Usage: write_pickles.py FOLDER

Each NAME.PROTOCOL.pkl has its contents in NAME.json. Arrays are {"shape": [...], "values": [...]} there, bytes are
lists of numbers, sets are sorted lists, dictionaries lists of pairs, and numbers beyond 2^53, NaN and infinities texts.
"""

import collections
import json
import math
import pickle
import sys

import numpy

ARRAYS = {
    "booleans": numpy.array([[True, False], [False, True]]),
    "int8": numpy.array([-128, 0, 127], numpy.int8),
    "uint8": numpy.arange(6, dtype=numpy.uint8).reshape(1, 2, 3),
    "int16": numpy.array([-(2**15), 2**15 - 1], numpy.int16),
    "uint16": numpy.array([0, 2**16 - 1], numpy.uint16),
    "int32": numpy.array([-(2**31), 2**31 - 1], numpy.int32),
    "uint32": numpy.array([2**32 - 1], numpy.uint32),
    "int64": numpy.array([-(2**63), 2**63 - 1, 7]),
    "uint64": numpy.array([2**64 - 1], numpy.uint64),
    "float16": numpy.array([0, -0.5, 65504, 2**-24, math.inf, math.nan], numpy.float16),
    "float32": numpy.array([[1.5, -2.25, 3e38]], numpy.float32),
    "float64": numpy.array([0.1, 1e308, -math.inf]),
    "big-endian": numpy.array([1.5, -2.5], ">f8"),
    "big-endian integers": numpy.array([1, 258], ">u2"),
    "complex64": numpy.array([1 + 2j], numpy.complex64),
    "complex128": numpy.array([1 - 2j, 0]),
    "texts": numpy.array(["a", "grüße", ""]),
    "bytes": numpy.array([b"a", b"bcd"]),
    "objects": numpy.array([{"a": 1}, None, "x"], dtype=object),
    "dates": numpy.array(["2020-01-02", "1969-12-31"], "datetime64[D]"),
    "durations": numpy.array([5], "timedelta64[ms]"),
    "empty": numpy.empty((0, 4), numpy.float32),
    "fortran": numpy.asfortranarray(numpy.arange(24, dtype=numpy.int32).reshape(2, 3, 4)),
    "transposed": numpy.arange(6, dtype=numpy.float64).reshape(2, 3).T,
    "strided": numpy.arange(20, dtype=numpy.int64)[::3],
    "without dimensions": numpy.array(2.5),
}
SCALARS = {
    "scalar float32": numpy.float32(1.5),
    "scalar float64": numpy.float64(-0.1),
    "scalar int64": numpy.int64(12),
    "scalar bool": numpy.bool_(True),
    "scalar text": numpy.str_("abc"),
}
SHARED = [1, 2]
PLAIN = {
    "none": None,
    "booleans of Python": [True, False],
    "integers": [0, 1, 255, 256, 65535, 65536, -1, 2**31, -(2**31) - 1, 2**53, -(2**64), 10**100],
    "floats": [0.0, -0.5, 1e300, math.inf, -math.inf, math.nan],
    "text": ["", "a", "grüße", "\u4e16\U0001f600", "line\nfeed \\ 'quote' \"", "x" * 300],
    "bytes of Python": [b"", b"abc", bytes(range(256)), b"y" * 300],
    "bytearray": bytearray(b"\x00\xff"),
    "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "lists": [[], [1], [[2], []], list(range(2500))],
    "dictionaries": {"a": 1, 2: "b", "c": {"d": None}, "__proto__": "an entry"},
    "sets": {1, 2, 3},
    "frozensets": frozenset(["a", "b"]),
    "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
    "defaults": collections.defaultdict(list, {"k": [1]}),
    "complex": 1 + 2j,
    "shared": [SHARED, SHARED, (SHARED,)],
}


def shown(value):
    if isinstance(value, numpy.ndarray):
        return {"shape": list(value.shape), "values": [shown(v) for v in value.ravel(order="C").tolist()] if value.dtype.kind not in "Mm" else [int(v) for v in value.astype("int64").ravel()]}
    if isinstance(value, numpy.generic):
        return shown(value.item())
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, complex):
        return {"re": value.real, "im": value.imag}
    if isinstance(value, (bytes, bytearray)):
        return list(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, dict):
        return [[shown(k), shown(v)] for k, v in value.items()]
    return [shown(v) for v in value]


folder = sys.argv[1]
for name, value in {**PLAIN, **ARRAYS, **SCALARS}.items():
    with open(f"{folder}/{name}.json", "w", encoding="utf8") as file:
        json.dump(shown(value), file)
    for protocol in range(6):
        with open(f"{folder}/{name}.{protocol}.pkl", "wb") as file:
            pickle.dump(value, file, protocol)

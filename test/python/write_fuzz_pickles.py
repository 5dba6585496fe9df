"""Writes the sound pickles that `npm run fuzz` changes: the sAP toolkit's files of a small run, in every protocol.

Usage: write_fuzz_pickles.py FILE.json
"""

import base64
import json
import pickle
import sys

import numpy

FRAMES = 3
boxes = numpy.array([[10, 20, 60, 90, 0.5], [30, 30, 44, 52.25, 0.75]], numpy.float32)
labels = numpy.array([0, 1])
raw = [(boxes + frame, labels) for frame in range(FRAMES)]
parsed = [(found[:, :4], found[:, 4], classes, None) for found, classes in raw]
times = {"timestamps": [0.04, 0.08], "input_fidx": [0, 1]}

files = {
    "zoo": {"type": "empirical", "samples": [0.02, 0.03]},
    "time_info": {"runtime_all": numpy.array([0.02, 0.03]), "n_small_runtime": numpy.int64(3)},
    "results_ccf": [
        {"image_id": image, "bbox": box[:4], "score": box[4], "category_id": label}
        for image, (found, classes) in enumerate(raw[:1])
        for box, label in zip(found, classes)
    ],
    "results_raw": raw,
    "outputs": {**times, "results_parsed": parsed[:2]},
    "outputs_raw": {**times, "results_raw": raw[:2]},
}
seeds = [
    {"file": file, "protocol": protocol, "base64": base64.b64encode(pickle.dumps(value, protocol)).decode()}
    for file, value in files.items()
    for protocol in range(6)
]
with open(sys.argv[1], "w", encoding="utf8") as out:
    json.dump(seeds, out, indent=1)
    out.write("\n")

"""Scores pairs of annotations and results with pycocotools.

Usage: score_coco.py CASES.jsonl

Each line of the file holds {"annotations": TEXT, "detections": TEXT}, both JSON, and may hold {"maxDets": [n, n, n]}. Writes one line of JSON for each pair:
{"stats": [12 numbers], "perClass": [AP or -1]}, or {"error": "..."} if pycocotools raises an error.
"""

import contextlib
import io
import json
import sys
import warnings

import numpy
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

warnings.simplefilter("ignore")


def score(annotations, detections, max_dets=None):
    truth = COCO()
    truth.dataset = json.loads(annotations)
    assert type(truth.dataset) is dict, "annotations are no object"
    truth.createIndex()
    evaluation = COCOeval(truth, truth.loadRes(json.loads(detections)), "bbox")
    if max_dets:
        evaluation.params.maxDets = max_dets
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    precision = evaluation.eval["precision"]
    per_class = []
    for k in range(precision.shape[2]):
        values = precision[:, :, k, 0, 2]
        values = values[values > -1]
        per_class.append(float(numpy.mean(values)) if values.size else -1)
    stats = [float(value) for value in evaluation.stats]
    # The first number asks for a limit of 100, which is -1 where the limits are others.
    all_sizes = precision[:, :, :, 0, 2]
    all_sizes = all_sizes[all_sizes > -1]
    stats[0] = float(numpy.mean(all_sizes)) if all_sizes.size else -1
    return {"stats": stats, "perClass": per_class}


with open(sys.argv[1], encoding="utf8") as cases:
    for line in cases:
        case = json.loads(line)
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                answer = score(case["annotations"], case["detections"], case.get("maxDets"))
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer))

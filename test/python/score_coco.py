"""Scores pairs of annotations and results with pycocotools.

Usage: score_coco.py CASES.jsonl

Each line of the file holds {"annotations": TEXT, "detections": TEXT}, both JSON. Writes one line of JSON for each pair:
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


def score(annotations, detections):
    truth = COCO()
    truth.dataset = json.loads(annotations)
    assert type(truth.dataset) is dict, "annotations are no object"
    truth.createIndex()
    evaluation = COCOeval(truth, truth.loadRes(json.loads(detections)), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    precision = evaluation.eval["precision"]
    per_class = []
    for k in range(precision.shape[2]):
        values = precision[:, :, k, 0, 2]
        values = values[values > -1]
        per_class.append(float(numpy.mean(values)) if values.size else -1)
    return {"stats": [float(value) for value in evaluation.stats], "perClass": per_class}


with open(sys.argv[1], encoding="utf8") as cases:
    for line in cases:
        case = json.loads(line)
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                answer = score(case["annotations"], case["detections"])
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer))

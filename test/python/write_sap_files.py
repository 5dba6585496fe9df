"""Writes the files of a small run in the formats of the sAP toolkit (mtli/sAP), with a data set, and as JSON.

Usage: write_sap_files.py FOLDER
"""

import json
import os
import pickle
import sys

import numpy

folder = sys.argv[1]
random = numpy.random.default_rng(5)
FPS, FRAMES, SEQUENCES = 30, 8, ["drive-a", "drive-b"]
# Argoverse-HD's classes of COCO's 80; 8 is none.
SUBSET = [0, 1, 2, 3, 5, 7, 9, 11]
MAPPING = [SUBSET.index(label) if label in SUBSET else 8 for label in range(80)]

images, annotations, raw, ccf = [], [], [], []
for sid, _ in enumerate(SEQUENCES):
    starts = random.uniform(100, 900, (4, 2))
    moves = random.uniform(-9, 9, (4, 2))
    sizes = random.uniform(40, 150, (4, 2))
    labels = numpy.array([0, 2, 2, 9])
    for fid in range(FRAMES):
        iid = len(images)
        images.append({"id": iid, "sid": sid, "fid": fid, "name": f"{fid:03}.jpg", "width": 1920, "height": 1200})
        corners = starts + fid * moves
        for k in range(4):
            annotations.append({
                "id": len(annotations) + 1,
                "image_id": iid,
                "category_id": MAPPING[labels[k]],
                "bbox": [float(v) for v in (*corners[k], *sizes[k])],
                "area": float(sizes[k].prod()),
                "iscrowd": 0,
            })
        noisy = corners + random.normal(0, 3, (4, 2))
        found = numpy.concatenate([noisy, noisy + sizes, random.uniform(0.3, 1, (4, 1))], 1)
        # A label beyond Argoverse-HD's classes.
        found = numpy.vstack([found, [10, 10, 60, 60, 0.9]]).astype(numpy.float32)
        raw.append((found, numpy.append(labels, 60)))

for iid, (found, labels) in enumerate(raw):
    kept = numpy.asarray(MAPPING)[labels]
    for box, label in zip(found[kept < 8], kept[kept < 8]):
        bbox = box[:4].copy()
        bbox[2:] -= bbox[:2]
        ccf.append({"image_id": iid, "bbox": bbox, "score": box[4], "category_id": label})

os.makedirs(f"{folder}/run", exist_ok=True)
as_json = {}
runtime_all = []
for sid, name in enumerate(SEQUENCES):
    times, inputs, runtimes, t = [], [], [], 0.0
    while True:
        frame = int(numpy.ceil(t * FPS - 1e-9))
        runtime = float(random.uniform(0.02, 0.06))
        end = frame / FPS + runtime
        if end >= FRAMES / FPS:
            break
        times.append(end), inputs.append(frame), runtimes.append(runtime)
        t = end
    runtime_all += runtimes
    outputs = [raw[sid * FRAMES + frame] for frame in inputs]
    parsed = []
    for found, labels in outputs:
        kept = numpy.asarray(MAPPING)[labels]
        parsed.append((found[kept < 8][:, :4], found[kept < 8][:, 4], kept[kept < 8], None))
    with open(f"{folder}/run/{name}.pkl", "wb") as file:
        both = {"results_parsed": parsed, "timestamps": times, "input_fidx": inputs, "runtime": runtimes}
        pickle.dump({**both, "results_raw": outputs} if sid == 0 else both, file)
    as_json[name] = {
        "timestamps": times,
        "inputFrames": inputs,
        "detections": [
            [
                {
                    "category_id": int(label),
                    "bbox": [float(v) for v in (box[0], box[1], box[2] - box[0], box[3] - box[1])],
                    "score": float(score),
                }
                for box, score, label in zip(boxes, scores, labels)
            ]
            for boxes, scores, labels, _ in parsed
        ],
    }

for name, value in {
    "results_raw": raw,
    "results_ccf": ccf,
    "time_info": {"runtime_all": runtime_all, "n_processed": len(runtime_all), "n_total": 16, "n_small_runtime": numpy.int64(3)},
    "zoo": {"type": "empirical", "samples": runtime_all},
}.items():
    with open(f"{folder}/{name}.pkl", "wb") as file:
        pickle.dump(value, file)
for name, value in {
    "annotations": {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": i, "name": n} for i, n in enumerate(["person", "bicycle", "car", "motorcycle", "bus", "truck", "traffic_light", "stop_sign"])],
        "sequences": SEQUENCES,
        "seq_dirs": SEQUENCES,
        "coco_mapping": MAPPING,
    },
    "outputs": {"sequences": as_json},
    "found": [{**r, "bbox": [float(v) for v in r["bbox"]], "score": float(r["score"]), "category_id": int(r["category_id"])} for r in ccf],
    "runtimes": {"type": "empirical", "unit": "s", "samples": runtime_all},
}.items():
    with open(f"{folder}/{name}.json", "w", encoding="utf8") as file:
        json.dump(value, file)

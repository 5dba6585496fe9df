"""Exports detection transformers with random weights to ONNX, and runs the same networks in PyTorch on a picture each.

usage: export_detection_transformer.py {NETWORK PICTURE WIDTHxHEIGHT FOLDER} ...

NETWORK is rt-detr-v2, d-fine or rf-detr. PICTURE holds RGB bytes, row by row. Writes FOLDER/model.onnx and
FOLDER/expected.json: boxes in pixels of the picture as x1, y1, x2, y2, with labels and scores, best first, as the
network's own post-processing gives them.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy
import torch

warnings.filterwarnings("ignore")
if torch.version.cuda is None:
    # PyPI's torchvision brings operators for CUDA alone, and its import fails beside PyTorch for the CPU without these
    # two. The networks here use neither.
    for name in ("nms", "qnms"):
        torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
THRESHOLD = 0.3
# With these weights rounding moves no box: float32 and float64 agree to 1e-4 px.
SEEDS = {"rt-detr-v2": 2, "d-fine": 7, "rf-detr": 7}
SMALL = {
    "encoder_hidden_dim": 32,
    "encoder_ffn_dim": 32,
    "d_model": 32,
    "decoder_ffn_dim": 32,
    "decoder_layers": 2,
    "num_queries": 30,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
}


def spread(network, class_gain, seed):
    """Draws every matrix anew: published starting values give every query the same box and nearly the same score.

    With `class_gain`, some scores pass the threshold and none is 1 to the last bit.
    """
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in network.named_parameters():
        if "refpoint_embed" in name:
            continue  # Sizes of boxes: none is negative.
        if parameter.dim() > 1:
            fan_in = parameter[0].numel()
            gain = class_gain if is_class_head(name) else 1.0
            torch.nn.init.normal_(parameter, std=gain * fan_in**-0.5, generator=generator)
        elif is_class_head(name):
            torch.nn.init.constant_(parameter, -4.0)
    return network.eval()


def is_class_head(name):
    return any(part in name for part in ("class_embed", "enc_score_head"))


class Deployed(torch.nn.Module):
    """The signature of RT-DETR's export_onnx.py, which D-FINE, DEIM and DEIMv2 share: sizes are width, height."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, images, orig_target_sizes):
        found = self.network(pixel_values=images)
        scores = found.logits.sigmoid()
        classes = scores.shape[2]
        scores, index = torch.topk(scores.flatten(1), found.logits.shape[1], dim=-1)
        centre, size = found.pred_boxes[..., :2], found.pred_boxes[..., 2:]
        corners = torch.cat([centre - size / 2, centre + size / 2], dim=-1)
        corners = corners * orig_target_sizes.repeat(1, 2).unsqueeze(1)
        query = index // classes
        return index - query * classes, corners.gather(1, query.unsqueeze(-1).repeat(1, 1, 4)), scores


def hugging_face(name):
    import transformers as hf

    if name == "rt-detr-v2":
        backbone = hf.RTDetrResNetConfig(
            embedding_size=8,
            hidden_sizes=[8, 16, 16, 16],
            depths=[1, 1, 1, 1],
            layer_type="basic",
            out_features=["stage2", "stage3", "stage4"],
        )
        config = hf.RTDetrV2Config(
            backbone_config=backbone, encoder_in_channels=[16, 16, 16], decoder_in_channels=[32, 32, 32], **SMALL
        )
        return hf.RTDetrV2ForObjectDetection(config)
    backbone = hf.HGNetV2Config(
        stem_channels=[3, 8, 8],
        stage_in_channels=[8, 16, 16, 16],
        stage_mid_channels=[8, 8, 8, 8],
        stage_out_channels=[16, 16, 16, 16],
        stage_num_blocks=[1, 1, 1, 1],
        stage_numb_of_layers=[1, 1, 1, 1],
        hidden_sizes=[16, 16, 16, 16],
        out_features=["stage2", "stage3", "stage4"],
    )
    config = hf.DFineConfig(
        backbone_config=backbone, encoder_in_channels=[16, 16, 16], decoder_in_channels=[32, 32, 32], **SMALL
    )
    return hf.DFineForObjectDetection(config)


def labels_boxes_scores(name, picture, folder):
    """As the repositories export it: batch open, opset 17, constants folded; checked against transformers' own code."""
    from transformers import RTDetrImageProcessor

    torch.manual_seed(SEEDS[name])
    network = spread(hugging_face(name), class_gain=4.0, seed=SEEDS[name])
    processor = RTDetrImageProcessor()
    pixels = processor(images=picture, do_resize=False, return_tensors="pt")["pixel_values"]
    height, width = picture.shape[:2]
    torch.onnx.export(
        Deployed(network).eval(),
        (torch.rand_like(pixels), torch.tensor([[width, height]])),
        folder / "model.onnx",
        input_names=["images", "orig_target_sizes"],
        output_names=["labels", "boxes", "scores"],
        dynamic_axes={"images": {0: "N"}, "orig_target_sizes": {0: "N"}},
        opset_version=17,
        do_constant_folding=True,
        dynamo=False,
    )
    with torch.no_grad():
        found = network(pixel_values=pixels)
    [kept] = processor.post_process_object_detection(found, threshold=THRESHOLD, target_sizes=[(height, width)])
    return kept["boxes"], kept["labels"], kept["scores"]


def dets_labels(name, picture, folder):
    """RF-DETR's own `export` and `predict`."""
    import rfdetr

    torch.manual_seed(SEEDS[name])
    model = rfdetr.RFDETRNano(pretrain_weights=None, resolution=picture.shape[0], device="cpu")
    spread(model.model.model, class_gain=1.0, seed=SEEDS[name])
    Path(model.export(output_dir=str(folder))).rename(folder / "model.onnx")
    kept = model.predict(picture, threshold=THRESHOLD)
    return torch.tensor(kept.xyxy), torch.tensor(kept.class_id), torch.tensor(kept.confidence)


def main(name, picture, size, folder):
    width, height = map(int, size.split("x"))
    pixels = numpy.frombuffer(Path(picture).read_bytes(), dtype=numpy.uint8).reshape(height, width, 3)
    export = dets_labels if name == "rf-detr" else labels_boxes_scores
    boxes, labels, scores = export(name, pixels, Path(folder))
    order = torch.argsort(scores, descending=True)
    expected = {"boxes": boxes[order].tolist(), "labels": labels[order].tolist(), "scores": scores[order].tolist()}
    (Path(folder) / "expected.json").write_text(json.dumps(expected))


for at in range(1, len(sys.argv), 4):
    main(*sys.argv[at : at + 4])

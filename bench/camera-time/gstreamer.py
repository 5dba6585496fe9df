"""Reads a camera with GStreamer's rtspsrc, as fast as that can; prints what opencv.py prints."""
import sys
import time

import gi

gi.require_version("Gst", "1.0")
import numpy as np
from gi.repository import Gst

from stamp import number_of

Gst.init(None)
pipeline = Gst.parse_launch(
    "rtspsrc name=camera latency=0 protocols=tcp ! decodebin ! videoconvert ! video/x-raw,format=BGR "
    "! appsink name=out sync=false max-buffers=4")
pipeline.get_by_name("camera").set_property("location", sys.argv[1])
out = pipeline.get_by_name("out")
pipeline.set_state(Gst.State.PLAYING)
while True:
    sample = out.emit("pull-sample")
    now = time.monotonic_ns() / 1e6
    if sample is None:
        break
    caps = sample.get_caps().get_structure(0)
    width, height = caps.get_value("width"), caps.get_value("height")
    buffer = sample.get_buffer()
    rows = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8).reshape(height, -1)
    print(number_of(rows[:, : width * 3 : 3]), now, flush=True)

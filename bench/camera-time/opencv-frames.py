"""Reads a camera with OpenCV and writes each picture as a detector takes it, with the moment at which it was read.

opencv-frames.py URL WIDTH HEIGHT: a picture is 8 bytes of CLOCK_MONOTONIC in milliseconds (a little-endian double),
two of its own width and height (little-endian, 4 bytes each), then the planes B, G, R of the input that it was fitted into.
"""
import os
import struct
import sys
import time

os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
import cv2
import numpy as np

input_width, input_height = int(sys.argv[2]), int(sys.argv[3])
cv2.setNumThreads(1)
capture = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG)
while True:
    there, picture = capture.read()
    if not there:
        break
    now = time.monotonic_ns() / 1e6
    height, width = picture.shape[:2]
    scale = min(input_width / width, input_height / height)
    fitted = np.full((input_height, input_width, 3), 114, np.uint8)
    inner = cv2.resize(picture, (int(width * scale), int(height * scale)))
    fitted[: inner.shape[0], : inner.shape[1]] = inner
    sys.stdout.buffer.write(struct.pack("<dII", now, width, height) + fitted.transpose(2, 0, 1).tobytes())
    sys.stdout.buffer.flush()

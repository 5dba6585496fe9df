"""Reads a camera as most programs in Python do, and prints each picture's number and when it was ready.

A line a picture: the number burnt into it, or -1 where it is damaged, and CLOCK_MONOTONIC in milliseconds,
which is Node's process.hrtime. Ends when it is killed or the stream ends.
"""
import os
import sys
import time

os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
import cv2

from stamp import number_of

capture = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG)
while True:
    there, picture = capture.read()
    now = time.monotonic_ns() / 1e6
    if not there:
        break
    print(number_of(picture[:, :, 0]), now, flush=True)

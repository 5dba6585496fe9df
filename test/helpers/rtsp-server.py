"""An RTSP server for tests: a moving picture with the sender's clock burned in.

The upper left of every picture carries the microseconds of CLOCK_MONOTONIC at which it was drawn, as 48 black or
white squares in two rows of 24, most significant first. Node's process.hrtime reads the same clock.

Prints "ready PORT" once it accepts connections. Understands "resize WIDTHxHEIGHT" on standard input, and ends
when that is closed, so that it cannot outlive the test that started it.
"""
import argparse
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
import numpy as np
from gi.repository import GLib, Gst, GstRtspServer

STAMP_BITS = 48
STAMP_COLUMNS = 24

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max={fps} bitrate=1500 threads=1 "
    "! rtph264pay name=pay0 pt=96 config-interval=-1",
    "h264-sliced": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max={fps} bitrate=1500 threads=4 sliced-threads=true "
    "! rtph264pay name=pay0 pt=96 config-interval=1",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max={fps} bitrate=1500 option-string=pools=1:log-level=0 "
    "! rtph265pay name=pay0 pt=96 config-interval=-1",
    "vp8": "vp8enc deadline=1 keyframe-max-dist={fps} threads=1 target-bitrate=1500000 ! rtpvp8pay name=pay0 pt=96",
    "mjpeg": "jpegenc quality=85 ! rtpjpegpay name=pay0 pt=26",
}
AUDIO = "( audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8 )"


def draw(width, height, count, stamp):
    """One I420 picture: a grey ramp, a moving square, and the stamp of its moment."""
    luma = np.empty((height, width), np.uint8)
    luma[:] = np.linspace(40, 180, width, dtype=np.uint8)
    side = height // 6
    x = (count * 5) % (width - side)
    luma[height // 2 : height // 2 + side, x : x + side] = 230
    cell = width // STAMP_COLUMNS
    for bit in range(STAMP_BITS):
        row, column = divmod(bit, STAMP_COLUMNS)
        value = 235 if stamp >> (STAMP_BITS - 1 - bit) & 1 else 16
        luma[row * cell : (row + 1) * cell, column * cell : (column + 1) * cell] = value
    return luma.tobytes() + bytes([128]) * (width * height // 2)


class Camera:
    """Pushes pictures into one media's appsrc at the frame rate, until the media is gone."""

    def __init__(self, source, options):
        self.source = source
        self.options = options
        self.started = False
        source.connect("need-data", self.start)

    def start(self, *_):
        if not self.started:
            self.started = True
            threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        interval = 1 / self.options.fps
        start = time.monotonic_ns() // 1000
        count = 0
        size = None
        while True:
            if size != self.options.size:
                size = self.options.size
                width, height = size
                self.source.set_caps(Gst.Caps.from_string(
                    f"video/x-raw,format=I420,width={width},height={height},framerate={self.options.fps}/1"))
            # The machine may be busy and this late: times are when a picture is drawn, not when it should have been.
            now = time.monotonic_ns() // 1000
            buffer = Gst.Buffer.new_wrapped(draw(*size, count, now))
            buffer.pts = (now - start) * 1000
            buffer.duration = int(interval * Gst.SECOND)
            if self.source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return
            count += 1
            time.sleep(max(0, start / 1e6 + count * interval - time.monotonic()))


def even_size(text):
    width, height = (int(part) for part in text.split("x"))
    if width % 2 or height % 2:
        raise ValueError("I420 pictures have even sides")
    return width, height


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--path", default="/cam")
    parser.add_argument("--size", type=even_size, default=(320, 240))
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--codec", choices=[*ENCODERS, "audio"], default="h264")
    parser.add_argument("--user")
    parser.add_argument("--password")
    options = parser.parse_args()

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(options.port))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_shared(True)
    if options.codec == "audio":
        factory.set_launch(AUDIO)
    else:
        encoder = ENCODERS[options.codec].format(fps=options.fps)
        factory.set_launch(f"( appsrc name=pictures is-live=true format=time ! queue max-size-buffers=2 ! {encoder} )")
        factory.connect("media-configure", lambda _, media: Camera(media.get_element().get_by_name("pictures"), options))
    if options.user is not None:
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
        auth.set_supported_methods(0)
        auth.add_digest(options.user, options.password, token)
        auth.set_supported_methods(2)
        server.set_auth(auth)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("viewer", "media.factory.access", True)
        permissions.add_permission_for_role("viewer", "media.factory.construct", True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory(options.path, factory)
    if server.attach(None) == 0:
        sys.exit(f"port {options.port} is in use")

    loop = GLib.MainLoop()

    def commands():
        for line in sys.stdin:
            words = line.split()
            if words[:1] == ["resize"]:
                options.size = even_size(words[1])
        loop.quit()

    threading.Thread(target=commands, daemon=True).start()
    print("ready", server.get_bound_port(), flush=True)
    loop.run()


if __name__ == "__main__":
    main()

/**
 * The words of cameras', servers' and models' addresses: makers' paths, streams, formats. None of them is anybody's
 * secret.
 */
export const HARMLESS_WORDS: ReadonlySet<string> = new Set(
  `amp api app asf asp audio auto av avi axis bcs bin bmp cam camera cameras cams capture ch chan channel channels
   chunk chunklist cgi client cmd codec control dash default demo device dms dvr encoder endpoint event fast faststream
   fcgi feed feeds file files flv fps frame frames gif high hd hevc hls home hq htm html http httppreview image images
   img index input inst isapi jpeg jpg list listen live livestream loop low lq main mask master media mediainput mid
   mjpeg mjpg mkv mode mov movie mp mpd mpeg mpg mpjpeg mux nph now nvr ogg ogv onvif origin output path pda php
   picture pictures play playback playlist png preset preview primary profile profiles proxy pub public quality raw
   realmonitor res resolution rtmp rtp rtsp sample screen sd sdp second secondary sector segment serve server service
   services shot show smp snap snapshot source srt static stream streamer streaming streams sub subtype svc table tcp
   test third thumb thumbnail time tmpfs tmp track trackid tracks ts tunnel tv udp ultra unicast uhd user users video
   videomain videos videostream videosub view vga vod wave web webcam webm webrtc world www xhd
   h264 h265 x264 x265 mp4 m3u8 m4s mpeg4 av1 vp8 vp9 avc motionjpeg nphmotionjpeg devices ipcam ipcamera
   get id name type no num number width height size fmt format bitrate rate gop interval overlay timeout
   transport latency
   models yolox nano tiny darknet megvii basedetection release releases download rc`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Endings of files, which show the kind of a stream. */
export const HARMLESS_ENDINGS: ReadonlySet<string> = new Set(
  `amp asf asp avi bcs bmp cgi fcgi flv gif htm html jpeg jpg m3u8 m4s mjpeg mjpg mkv mov mp4 mpd mpeg mpg nut ogg ogv
   onnx php png sdp smp ts webm webp`.split(/\s+/),
);

/** Names of parameters that choose a stream or its form, so that a harmless value of theirs may be shown. */
export const CHOOSING_PARAMETERS: ReadonlySet<string> = new Set(
  `ch chan channel channelid subtype stream streamtype track trackid profile res resolution fps framerate rate quality
   codec videocodec camera cam cmd mode inst number interval type format width height bitrate listen transport
   audio video latency timeout`.split(/\s+/),
);

/** Names of parameters that may be shown without their value: a person then sees where a secret stands. */
export const KNOWN_PARAMETERS: ReadonlySet<string> = new Set([
  ...CHOOSING_PARAMETERS,
  ...`access access_token account apikey api_key auth authorization code cred credential hash jwt key login loginpas
   loginuse pass passcode passphrase passwd password pin policy psw pw pwd secret session sessionid sid sig sign
   signature streamid token u p usr user username jsessionid next url expires`.split(/\s+/),
]);

import { FILES, type Needs } from './needs.js';

/** The kinds of input, by what ffmpeg has to open for them. */
export type Reach =
  | 'file'
  | 'playlist-file'
  | 'description-file'
  | 'pipe'
  | 'http'
  | 'playlist'
  | 'rtsp'
  | 'rtp'
  | 'udp'
  | 'tcp'
  | 'srt'
  | 'rtmp'
  | 'device';

/** Formats that hold their video themselves. Others name files or addresses that ffmpeg would open. */
const CONTAINERS =
  `mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpegtsraw,mpeg,mpegvideo,flv,live_flv,asf,asf_o,ogg,nut,
  h261,h263,h264,hevc,vvc,m4v,cavsvideo,avs2,avs3,obu,av1,ivf,dirac,vc1,vc1test,mjpeg,mjpeg_2000,mpjpeg,smjpeg,gif,apng,
  rawvideo,yuv4mpegpipe,mxf,gxf,dv,rm,wtv,nsv,swf,flic,roq,bink,smk,film_cpk,idcin,ipmovie,mvi,r3d,ty,pva,dhav,kux,
  tty,aac,ac3,eac3,mp3,wav,w64,flac,aiff,au,amr,caf,dts,truehd,wv,tta,ape,
  png_pipe,jpeg_pipe,jpegls_pipe,jpegxl_pipe,webp_pipe,bmp_pipe,tiff_pipe,j2k_pipe,gif_pipe,dpx_pipe,exr_pipe,sgi_pipe,
  psd_pipe,qoi_pipe,pam_pipe,pbm_pipe,pgm_pipe,pgmyuv_pipe,ppm_pipe,sunrast_pipe,svg_pipe,xwd_pipe,xbm_pipe,xpm_pipe`
    .split(/[\s,]+/)
    .join(',');

const WEB = 'http,https,tcp,tls,httpproxy';

const REACHES: Readonly<Record<Reach, { readonly protocols?: string; readonly formats: string }>> = {
  file: { protocols: 'file', formats: CONTAINERS },
  'playlist-file': { protocols: 'file,crypto,data', formats: `hls,webvtt,${CONTAINERS}` },
  'description-file': { protocols: 'file,rtp,srtp,udp', formats: 'sdp,rtp' },
  pipe: { protocols: 'pipe,fd', formats: CONTAINERS },
  http: { protocols: WEB, formats: CONTAINERS },
  playlist: { protocols: `${WEB},crypto,data`, formats: `hls,dash,webvtt,${CONTAINERS}` },
  rtsp: { protocols: `rtp,srtp,udp,${WEB}`, formats: 'rtsp,sdp,rtp,asf,mpegts,rm' },
  rtp: { protocols: 'rtp,srtp,udp', formats: 'rtp,sdp,mpegts' },
  udp: { protocols: 'udp', formats: CONTAINERS },
  tcp: { protocols: 'tcp', formats: CONTAINERS },
  srt: { protocols: 'srt,udp', formats: CONTAINERS },
  rtmp: { protocols: `rtmp,rtmpe,rtmps,rtmpt,rtmpte,rtmpts,ffrtmpcrypt,ffrtmphttp,${WEB}`, formats: CONTAINERS },
  device: { formats: 'v4l2,video4linux2' },
};

/**
 * ffmpeg's options that limit what an input may open, whatever its bytes say: a "video" may be a list of this machine's
 * files, and a camera's answer a description that opens ports.
 */
export function reachOptions(reach: Reach): string[] {
  const { protocols, formats } = REACHES[reach];
  return [...(protocols === undefined ? [] : ['-protocol_whitelist', protocols]), '-format_whitelist', formats];
}

/** What an ffmpeg uses of this machine that reads this input and writes to pipes. */
export function needsOf(reach: Reach, url: string): Needs {
  if (reach === 'file' || reach === 'playlist-file') return FILES;
  const isNamed = reach === 'description-file' || reach === 'device';
  return { network: reach !== 'pipe' && reach !== 'device', files: isNamed ? [url] : [] };
}

/** Formats that name other files or addresses, for messages. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ['hls', 'an HLS playlist'],
  ['applehttp', 'an HLS playlist'],
  ['dash', 'a DASH playlist'],
  ['concat', 'a list of files for ffmpeg (ffconcat)'],
  ['ffmetadata', "a file of ffmpeg's metadata"],
  ['sdp', 'a session description (SDP)'],
  ['rtsp', 'an address of RTSP'],
  ['imf', 'an IMF package'],
  ['image2', 'a pattern of pictures'],
  ['webm_dash_manifest', 'a DASH playlist'],
]);

export type RefusedContent = {
  /** `an HLS playlist`. */
  readonly is: string;
  /** False for a format that Nowcast does not read. */
  readonly namesOthers: boolean;
};

/** The content that {@link reachOptions} refused, from ffmpeg's errors; undefined if they did not. */
export function refusedContent(errors: readonly string[]): RefusedContent | undefined {
  for (const error of errors) {
    const names = /^\[([\w,]+)(?: @ [^\]]*)?\] Format not on whitelist/.exec(error)?.[1].split(',');
    if (names === undefined) continue;
    const list = names.find((name) => LISTS.has(name));
    return { is: LISTS.get(list ?? '') ?? `a file of the format ${names[0]}`, namesOthers: list !== undefined };
  }
  return undefined;
}

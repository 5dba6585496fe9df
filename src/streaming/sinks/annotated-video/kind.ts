import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputError, UsageError } from '../../../core/errors.js';
import { claimOutput } from '../../../files/output-claim.js';
import { removeAtExit } from '../../../files/remove-at-exit.js';
import { cannotWrite } from '../../../files/output-failure.js';
import { requireCanvas } from '../../../files/require-canvas.js';
import { createRecorder } from '../../../recording/recorder.js';
import type { CameraCopy } from '../../sources/camera/options.js';
import { selectionOf } from '../../sources/selection.js';
import { checkPictureOutput, pictureOutput, WRITTEN_FORMATS } from '../annotated-pictures/picture-output.js';
import { checkOneSource, OUTPUT_SECTION } from '../output-section.js';
import type { MappedStream } from '../../ffmpeg/arguments.js';
import { requireFfmpeg } from '../../ffmpeg/require-ffmpeg.js';
import { sinkKind } from '../sink-kind.js';
import { checkVideoOutput } from './video-output.js';

const PICTURE_ENDS = Object.keys(WRITTEN_FORMATS).join(', ');

export const annotatedVideoKind = sinkKind({
  name: 'annotated-video',
  onOtherSettings: 'restart',
  section: OUTPUT_SECTION,
  keys: {
    save: {
      type: 'file',
      flag: '--save <file>',
      description:
        'Draw the results into the video (an MP4), into the picture (JPEG, PNG or WebP), or into the pictures (a folder); one source only.',
      allowed: 'a file or folder to write',
    },
  },
  needsFfmpeg: ({ save }) => typeof save === 'string' && pictureOutput(save) === undefined,
  check({ save = '' }, sources) {
    checkOneSource('output.save (--save)', sources);
    const [source] = sources;
    const isPicture = pictureOutput(save) !== undefined;
    if (source?.pictures === 'in-files') {
      if (isPicture) return;
      throw new UsageError(
        `output.save (--save) is ${save}, but ${source.id} is ${source.is}; choose a name that ends in ${PICTURE_ENDS}, or a folder`,
      );
    }
    if (source?.pictures === 'gone')
      throw new UsageError(
        `output.save (--save) draws into a video, and ${source.id} is ${source.is}; use output.coco (--coco) or output.record (--record)`,
      );
    if (isPicture || !/\.mp4$/i.test(save))
      throw new UsageError(
        `output.save (--save) is ${save}, but Nowcast writes MP4 files; choose a name that ends in .mp4`,
      );
  },
  prepare: ({ save = '' }) => {
    requireCanvas('output.save (--save)');
    if (pictureOutput(save) === undefined) checkVideoOutput(save);
    else checkPictureOutput(save);
  },
  async open({ save = '' }, context) {
    if (pictureOutput(save) !== undefined) {
      const { openPictures } = await import('../annotated-pictures/open-pictures.js');
      return openPictures(save, context);
    }
    const {
      sources: [source],
      header,
      onFailure,
    } = context;
    // Beside the video, where its owner looks for room.
    const claim = claimOutput(save);
    const folder = await temporaryFolder(save).catch((error: unknown) => {
      claim.release();
      throw error;
    });
    const keepAtExit = removeAtExit(folder);
    const recording = join(folder, 'run.jsonl');
    const copies: CameraCopy[] = [];
    const files: string[] = [];
    let frames = 0;
    let played: MappedStream;
    let recorder: ReturnType<typeof createRecorder>;
    try {
      recorder = createRecorder(recording, header, onFailure);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      keepAtExit();
      claim.release();
      throw error;
    }
    return {
      files,
      copy:
        source.pictures !== 'in-kept-copy'
          ? undefined
          : {
              path: join(folder, 'camera.nut'),
              onCopy: (copy) => copies.push(copy),
              onFailure: (error) =>
                onFailure(new OutputError(`${save} ends before the run does: ${error.message}`, { cause: error })),
            },
      onStream(stream) {
        played = stream;
      },
      write(event) {
        if (event.type === 'percept' || event.type === 'drop') frames += 1;
        recorder.write(event);
      },
      close: () => recorder.close(),
      async finish(rest) {
        const { annotateRun } = await import('./annotate-run.js');
        const parts = source.pictures === 'in-kept-copy' ? copies : [{ path: source.address, epoch: 0 }];
        await annotateRun(
          {
            ffmpeg: requireFfmpeg(context.ffmpeg, 'output.save'),
            selection: selectionOf(source.settings),
            played,
            out: save,
            recording,
            parts,
            frames,
            files,
          },
          rest,
        );
      },
      async dispose() {
        await rm(folder, { recursive: true, force: true });
        keepAtExit();
        claim.release();
      },
    };
  },
});

async function temporaryFolder(out: string): Promise<string> {
  try {
    return await mkdtemp(`${out}.part-`);
  } catch (cause) {
    throw cannotWrite(out, cause);
  }
}

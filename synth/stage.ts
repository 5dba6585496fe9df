import { drawBicycle, drawMotorcycle, bicycleSeat, motorcycleSeat } from './actors/two-wheelers.js';
import { drawPerson } from './actors/person.js';
import { drawRider } from './actors/rider.js';
import { drawStopSign, drawTrafficLight } from './actors/signals.js';
import { drawVehicle } from './actors/vehicle.js';
import { lightAt, type Block, type Crossing } from './blocks.js';
import { ahead, poseOnRoad, sideways, type Camera, type Pose } from './camera.js';
import { lightsAreOn, type Conditions } from './conditions.js';
import type { Figure } from './figure.js';
import { laneCentre, type Road } from './road.js';
import type { Scene, Shadow } from './scene.js';
import { drawBuilding } from './scenery/building.js';
import { drawPost, drawSignalMast, drawStreetLamp } from './scenery/furniture.js';
import { drawTree } from './scenery/tree.js';
import { CROSSING_LANE, type Driver } from './traffic.js';
import type { Walker } from './walkers.js';

export type Cast = {
  readonly timeS: number;
  readonly conditions: Conditions;
  readonly road: Road;
  readonly camera: Camera;
  readonly blocks: readonly Block[];
  readonly walkers: readonly Walker[];
  readonly drivers: readonly Driver[];
  /** Radians by which a driver's vehicle points right of its lane. */
  readonly turnOf: (driver: Driver) => number;
  readonly view: number;
};

const PEDAL_PER_METRE = 1.15;
const BLINK_S = 0.7;
const BRAKING = -0.5;

/** All upright objects, from the camera, and the shadows under moving ones. */
export function castFigures(cast: Cast): Pick<Scene, 'figures' | 'shadows'> {
  const figures: Figure[] = [];
  const shadows: Shadow[] = [];
  const { camera, view } = cast;
  const isSeen = (pose: Pose, margin: number): boolean => {
    const z = ahead(camera, pose.x, pose.z);
    return (
      z > -margin && z < view + margin && Math.abs(sideways(camera, pose.x, pose.z)) < 0.6 * Math.max(0, z) + margin + 2
    );
  };
  for (const block of cast.blocks) {
    drawScenery(cast, block, isSeen, figures);
    drawParked(cast, block, isSeen, figures, shadows);
    drawControls(cast, block.crossing, isSeen, figures);
  }
  for (const walker of cast.walkers) {
    const pose = poseOnRoad(
      cast.road,
      walker.s,
      walker.d,
      walker.heading,
      Math.abs(walker.d) > cast.road.section.curb ? 0.12 : 0,
    );
    if (!isSeen(pose, 1)) continue;
    figures.push(drawPerson(camera, walker.look, pose, walker.trackId, walker.stride, Math.min(1, walker.speed / 1.2)));
    shadows.push({ ...pose, halfLength: 0.3, halfWidth: 0.36 });
  }
  for (const driver of cast.drivers) drawDriven(cast, driver, isSeen, figures, shadows);
  figures.sort((a, b) => b.depth - a.depth);
  return { figures: figures.filter(({ shapes }) => shapes.length > 0), shadows };
}

type IsSeen = (pose: Pose, margin: number) => boolean;

function drawScenery(
  { road, camera, conditions }: Cast,
  { buildings, trees, lamps }: Block,
  isSeen: IsSeen,
  figures: Figure[],
): void {
  const { section } = road;
  const { sunSide, time } = conditions;
  const litShare = time === 'night' ? 0.34 : time === 'day' ? 0 : 0.16;
  for (const { plan, s, side, setback } of buildings) {
    const pose = poseOnRoad(road, s, side * (section.plotEdge + setback));
    if (isSeen(pose, plan.frontage)) figures.push(drawBuilding(camera, plan, pose, side, sunSide, litShare));
  }
  for (const { plan, s, d } of trees) {
    const pose = poseOnRoad(road, s, d);
    if (isSeen(pose, 4) && ahead(camera, pose.x, pose.z) > 1) figures.push(drawTree(camera, plan, pose, sunSide));
  }
  for (const { s, side } of lamps) {
    const pose = poseOnRoad(road, s, side * (section.curb + 0.5));
    if (isSeen(pose, 3)) figures.push(drawStreetLamp(camera, pose, side, time !== 'day'));
  }
}

function drawParked(
  { road, camera, conditions }: Cast,
  { parked, twoWheelers }: Block,
  isSeen: IsSeen,
  figures: Figure[],
  shadows: Shadow[],
): void {
  const { section } = road;
  for (const { trackId, model, paint, s, side, facesBack } of parked) {
    const pose = poseOnRoad(
      road,
      s,
      side * (section.curb - 0.35 - model.width / 2),
      side > 0 === facesBack ? Math.PI : 0,
    );
    if (!isSeen(pose, model.length)) continue;
    const sunSide = sunOf(pose, conditions);
    figures.push(
      drawVehicle(camera, { model, paint }, { trackId, pose, lightsOn: false, braking: false, blinker: 0, sunSide }),
    );
    shadows.push({ ...pose, halfLength: model.length / 2, halfWidth: model.width / 2 });
  }
  for (const { trackId, kind, color, s, d, turn } of twoWheelers) {
    const pose = poseOnRoad(road, s, d, turn, 0.12);
    if (!isSeen(pose, 1)) continue;
    figures.push(
      kind === 'bicycle'
        ? drawBicycle(camera, color, pose, trackId, 0.4)
        : drawMotorcycle(camera, color, pose, trackId, false, false),
    );
    shadows.push({ ...pose, halfLength: 0.9, halfWidth: 0.2 });
  }
}

function drawControls({ road, camera, timeS }: Cast, crossing: Crossing, isSeen: IsSeen, figures: Figure[]): void {
  const { start, end, control, trackIds } = crossing;
  const { section } = road;
  const post = section.curb + 0.6;
  if (control === 'stop') {
    const foot = poseOnRoad(road, start - 4.6, post, 0, 0.12);
    if (!isSeen(foot, 1)) return;
    figures.push(drawPost(camera, foot, 2.15), drawStopSign(camera, { ...foot, y: foot.y + 2.2 }, trackIds[0]));
    return;
  }
  const light = lightAt(crossing, timeS);
  const far = poseOnRoad(road, end + 1.2, post);
  if (isSeen(far, 9)) {
    const reach = laneCentre(section, 1) - post;
    figures.push(drawSignalMast(camera, far, reach - 0.5));
    for (let lane = 1; lane <= section.lanesPerSide; lane++) {
      const offset = laneCentre(section, lane) - post;
      const pose = {
        ...far,
        x: far.x + offset * Math.cos(far.heading),
        z: far.z - offset * Math.sin(far.heading) - 0.15,
        y: far.y + 5.2,
      };
      figures.push(drawTrafficLight(camera, pose, trackIds[lane], light));
    }
  }
  const near = poseOnRoad(road, start - 4.4, post, 0, 0.12);
  if (isSeen(near, 1))
    figures.push(
      drawPost(camera, near, 2.7),
      drawTrafficLight(camera, { ...near, y: near.y + 2.6 }, trackIds[0], light),
    );
}

function drawDriven(cast: Cast, driver: Driver, isSeen: IsSeen, figures: Figure[], shadows: Shadow[]): void {
  const { camera, conditions, timeS } = cast;
  const { mover, trackId, length, acceleration, speed } = driver;
  const pose = poseOf(cast, driver);
  if (!isSeen(pose, length)) return;
  const lightsOn = lightsAreOn(conditions);
  const braking = acceleration < BRAKING || speed < 0.3;
  const along = driver.along * PEDAL_PER_METRE;
  if (mover.kind === 'vehicle') {
    const change =
      driver.laneChange === undefined || timeS % BLINK_S > BLINK_S / 2 ? 0 : Math.sign(cast.turnOf(driver));
    figures.push(
      drawVehicle(camera, mover, {
        trackId,
        pose,
        lightsOn,
        braking,
        blinker: change as -1 | 0 | 1,
        sunSide: sunOf(pose, conditions),
      }),
    );
    shadows.push({ ...pose, halfLength: mover.model.length / 2, halfWidth: mover.model.width / 2 });
    return;
  }
  const [machine, seat] =
    mover.kind === 'bicycle'
      ? [drawBicycle(camera, mover.color, pose, trackId, -along), bicycleSeat(-along, mover.helmet)]
      : [drawMotorcycle(camera, mover.color, pose, trackId, true, braking), motorcycleSeat(mover.helmet)];
  figures.push(machine, drawRider(camera, mover.rider, pose, mover.riderId, seat));
  shadows.push({ ...pose, halfLength: 0.9, halfWidth: 0.25 });
}

function poseOf({ road, turnOf }: Cast, driver: Driver): Pose {
  const { along, direction, d, crossing } = driver;
  if (crossing === undefined)
    return poseOnRoad(road, direction * along, d, (direction > 0 ? 0 : Math.PI) + turnOf(driver));
  // Traffic on a crossing street keeps right as well: beyond its middle when going right, before it when going left.
  const s = (crossing.start + crossing.end) / 2 - direction * CROSSING_LANE;
  return poseOnRoad(road, s, direction * along, (direction * Math.PI) / 2);
}

/** The sunny side of an object, from its direction. */
function sunOf({ heading }: Pose, { sunSide }: Conditions): -1 | 1 {
  return Math.cos(heading) * sunSide >= 0 ? 1 : -1;
}

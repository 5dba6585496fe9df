import type { Color } from '../figure.js';
import type { SynthClass } from '../classes.js';

/** A side view, clockwise from the lower rear corner: metres forward of the middle and above the ground. */
export type Profile = readonly (readonly [u: number, h: number])[];

/** A body that is its side view drawn out to a width. */
export type Body = {
  readonly profile: Profile;
  readonly halfWidth: number;
  /** At the top of the profile; tapers up to there. */
  readonly topHalfWidth: number;
  readonly color: 'paint' | 'trim' | Color;
};

/** Side windows, each a polygon of the side view. */
export type Windows = readonly Profile[];

export type VehicleModel = {
  readonly name: string;
  readonly className: Extract<SynthClass, 'car' | 'bus' | 'truck'>;
  readonly length: number;
  readonly width: number;
  readonly height: number;
  readonly wheelRadius: number;
  /** Positions of axles, metres forward of the middle. */
  readonly axles: readonly number[];
  /** From the lowest up; the ones of a level are drawn farthest first. */
  readonly bodies: readonly Body[];
  /**
   * The body that has windows, its windows in side view, and the bodies' edges that are panes, by index of their first
   * point.
   */
  readonly cabin: { readonly body: number; readonly windows: Windows; readonly panes: readonly number[] };
  /** Heights of lamps and of the panel between them. */
  readonly lampHeight: number;
  readonly lampSize: readonly [width: number, height: number];
  readonly paints: readonly Color[];
};

const CAR_PAINTS: readonly Color[] = [
  0xe8ebee, 0xf4f4f2, 0x2f343b, 0x8d959e, 0xc9ced3, 0xb23a3a, 0x2d5f9a, 0x3f7a6b, 0xd9a441, 0x5b6770, 0x7a2f3f,
  0x4aa3c7,
];

const SEDAN: VehicleModel = {
  name: 'sedan',
  className: 'car',
  length: 4.6,
  width: 1.84,
  height: 1.46,
  wheelRadius: 0.33,
  axles: [-1.36, 1.42],
  bodies: [
    {
      profile: [
        [-2.22, 0.27],
        [-2.3, 0.52],
        [-2.26, 0.9],
        [-2.14, 0.99],
        [-1.5, 1.02],
        [0.95, 0.96],
        [1.9, 0.83],
        [2.24, 0.68],
        [2.3, 0.48],
        [2.22, 0.24],
      ],
      halfWidth: 0.92,
      topHalfWidth: 0.88,
      color: 'paint',
    },
    {
      profile: [
        [-1.78, 0.99],
        [-0.95, 1.42],
        [-0.5, 1.46],
        [0.1, 1.45],
        [1.12, 0.95],
      ],
      halfWidth: 0.84,
      topHalfWidth: 0.63,
      color: 'paint',
    },
  ],
  cabin: {
    body: 1,
    windows: [
      [
        [-1.42, 1.03],
        [-0.88, 1.36],
        [-0.38, 1.39],
        [-0.36, 1.0],
      ],
      [
        [-0.28, 1.0],
        [-0.3, 1.39],
        [0.08, 1.38],
        [0.86, 0.98],
      ],
    ],
    panes: [0, 3],
  },
  lampHeight: 0.78,
  lampSize: [0.42, 0.17],
  paints: CAR_PAINTS,
};

const HATCHBACK: VehicleModel = {
  name: 'hatchback',
  className: 'car',
  length: 4.0,
  width: 1.76,
  height: 1.52,
  wheelRadius: 0.32,
  axles: [-1.2, 1.28],
  bodies: [
    {
      profile: [
        [-1.92, 0.27],
        [-2, 0.5],
        [-1.98, 0.92],
        [-1.86, 1.0],
        [0.9, 0.97],
        [1.62, 0.85],
        [1.93, 0.68],
        [2, 0.46],
        [1.92, 0.24],
      ],
      halfWidth: 0.88,
      topHalfWidth: 0.85,
      color: 'paint',
    },
    {
      profile: [
        [-1.9, 0.98],
        [-1.62, 1.44],
        [-1.2, 1.52],
        [0.1, 1.5],
        [1.1, 0.96],
      ],
      halfWidth: 0.82,
      topHalfWidth: 0.65,
      color: 'paint',
    },
  ],
  cabin: {
    body: 1,
    windows: [
      [
        [-1.5, 1.03],
        [-1.36, 1.4],
        [-0.4, 1.44],
        [-0.38, 1.01],
      ],
      [
        [-0.3, 1.01],
        [-0.32, 1.44],
        [0.08, 1.43],
        [0.84, 0.99],
      ],
    ],
    panes: [0, 3],
  },
  lampHeight: 0.86,
  lampSize: [0.3, 0.28],
  paints: CAR_PAINTS,
};

const SUV: VehicleModel = {
  name: 'SUV',
  className: 'car',
  length: 4.75,
  width: 1.95,
  height: 1.76,
  wheelRadius: 0.38,
  axles: [-1.42, 1.48],
  bodies: [
    {
      profile: [
        [-2.28, 0.34],
        [-2.37, 0.58],
        [-2.35, 1.05],
        [-2.24, 1.14],
        [1.05, 1.1],
        [2.0, 1.0],
        [2.32, 0.84],
        [2.37, 0.56],
        [2.28, 0.3],
      ],
      halfWidth: 0.97,
      topHalfWidth: 0.94,
      color: 'paint',
    },
    {
      profile: [
        [-2.26, 1.12],
        [-2.02, 1.66],
        [-1.7, 1.76],
        [0.25, 1.74],
        [1.25, 1.08],
      ],
      halfWidth: 0.9,
      topHalfWidth: 0.73,
      color: 'paint',
    },
  ],
  cabin: {
    body: 1,
    windows: [
      [
        [-2.0, 1.18],
        [-1.82, 1.62],
        [-1.3, 1.66],
        [-1.28, 1.16],
      ],
      [
        [-1.2, 1.16],
        [-1.22, 1.66],
        [-0.3, 1.68],
        [-0.28, 1.14],
      ],
      [
        [-0.2, 1.14],
        [-0.22, 1.68],
        [0.2, 1.67],
        [0.96, 1.12],
      ],
    ],
    panes: [0, 3],
  },
  lampHeight: 0.98,
  lampSize: [0.28, 0.34],
  paints: CAR_PAINTS,
};

const MINIVAN: VehicleModel = {
  name: 'minivan',
  className: 'car',
  length: 4.95,
  width: 1.95,
  height: 1.85,
  wheelRadius: 0.34,
  axles: [-1.45, 1.6],
  bodies: [
    {
      profile: [
        [-2.4, 0.28],
        [-2.47, 0.5],
        [-2.46, 1.0],
        [-2.4, 1.12],
        [1.5, 1.05],
        [2.2, 0.88],
        [2.45, 0.68],
        [2.47, 0.46],
        [2.38, 0.24],
      ],
      halfWidth: 0.97,
      topHalfWidth: 0.95,
      color: 'paint',
    },
    {
      profile: [
        [-2.42, 1.1],
        [-2.28, 1.76],
        [-2.05, 1.85],
        [0.5, 1.82],
        [1.75, 1.02],
      ],
      halfWidth: 0.93,
      topHalfWidth: 0.78,
      color: 'paint',
    },
  ],
  cabin: {
    body: 1,
    windows: [
      [
        [-2.2, 1.18],
        [-2.1, 1.7],
        [-1.35, 1.74],
        [-1.33, 1.16],
      ],
      [
        [-1.22, 1.16],
        [-1.24, 1.74],
        [-0.2, 1.75],
        [-0.18, 1.13],
      ],
      [
        [-0.08, 1.13],
        [-0.1, 1.75],
        [0.4, 1.73],
        [1.4, 1.08],
      ],
    ],
    panes: [0, 3],
  },
  lampHeight: 1.0,
  lampSize: [0.24, 0.42],
  paints: CAR_PAINTS,
};

const TAXI: VehicleModel = {
  ...SEDAN,
  name: 'taxi',
  paints: [0xf2b91d],
  bodies: [
    ...SEDAN.bodies,
    {
      profile: [
        [-0.2, 1.44],
        [-0.16, 1.62],
        [0.02, 1.62],
        [0.06, 1.44],
      ],
      halfWidth: 0.26,
      topHalfWidth: 0.22,
      color: 0xfdf6dc,
    },
  ],
  height: 1.62,
};

const BUS_WINDOWS: Windows = Array.from({ length: 6 }, (_, i) => {
  const from = -5.3 + i * 1.72;
  return [
    [from, 1.25],
    [from, 2.4],
    [from + 1.56, 2.4],
    [from + 1.56, 1.25],
  ] as const;
});

const CITY_BUS: VehicleModel = {
  name: 'city bus',
  className: 'bus',
  length: 11.6,
  width: 2.5,
  height: 3.1,
  wheelRadius: 0.48,
  axles: [-3.4, 3.2],
  bodies: [
    {
      profile: [
        [-5.74, 0.34],
        [-5.8, 0.6],
        [-5.8, 2.7],
        [-5.62, 3.02],
        [-5.3, 3.1],
        [5.2, 3.1],
        [5.6, 2.95],
        [5.78, 1.2],
        [5.8, 0.6],
        [5.74, 0.32],
      ],
      halfWidth: 1.25,
      topHalfWidth: 1.18,
      color: 'paint',
    },
  ],
  cabin: {
    body: 0,
    windows: [
      ...BUS_WINDOWS,
      [
        [5.08, 0.5],
        [5.08, 2.42],
        [5.5, 2.42],
        [5.62, 0.5],
      ],
    ],
    panes: [6],
  },
  lampHeight: 0.95,
  lampSize: [0.3, 0.3],
  paints: [0xc0392f, 0x2a6db0, 0x2f8f6b, 0xe7e3d6, 0xe08a2b],
};

const BOX_TRUCK: VehicleModel = {
  name: 'box truck',
  className: 'truck',
  length: 7.4,
  width: 2.35,
  height: 3.25,
  wheelRadius: 0.45,
  axles: [-2.2, 2.5],
  bodies: [
    {
      profile: [
        [-3.6, 0.5],
        [-3.6, 0.78],
        [2.2, 0.78],
        [2.2, 0.5],
      ],
      halfWidth: 0.95,
      topHalfWidth: 0.95,
      color: 0x34383d,
    },
    {
      profile: [
        [1.75, 0.42],
        [1.75, 2.32],
        [2.0, 2.42],
        [2.75, 2.4],
        [3.4, 1.42],
        [3.66, 1.25],
        [3.7, 0.5],
        [3.62, 0.38],
      ],
      halfWidth: 1.06,
      topHalfWidth: 0.98,
      color: 'trim',
    },
    {
      profile: [
        [-3.7, 0.78],
        [-3.7, 3.25],
        [1.65, 3.25],
        [1.65, 0.78],
      ],
      halfWidth: 1.17,
      topHalfWidth: 1.17,
      color: 'paint',
    },
  ],
  cabin: {
    body: 1,
    windows: [
      [
        [2.15, 1.45],
        [2.15, 2.22],
        [2.68, 2.22],
        [3.22, 1.45],
      ],
    ],
    panes: [3],
  },
  lampHeight: 0.72,
  lampSize: [0.26, 0.2],
  paints: [0xf0eee6, 0xdde3e6, 0xd8b64a, 0x6f93ad, 0xb8574a],
};

const DUMP_TRUCK: VehicleModel = {
  name: 'dump truck',
  className: 'truck',
  length: 7.2,
  width: 2.45,
  height: 2.85,
  wheelRadius: 0.52,
  axles: [-2.5, -1.35, 2.35],
  bodies: [
    {
      profile: [
        [-3.4, 0.55],
        [-3.4, 0.95],
        [2.2, 0.95],
        [2.2, 0.55],
      ],
      halfWidth: 0.9,
      topHalfWidth: 0.9,
      color: 0x2e3136,
    },
    {
      profile: [
        [1.45, 0.5],
        [1.45, 2.66],
        [1.7, 2.8],
        [2.7, 2.78],
        [3.3, 1.7],
        [3.56, 1.5],
        [3.6, 0.6],
        [3.5, 0.45],
      ],
      halfWidth: 1.15,
      topHalfWidth: 1.05,
      color: 'paint',
    },
    {
      profile: [
        [-3.6, 1.2],
        [-3.5, 2.5],
        [1.3, 2.85],
        [1.3, 0.95],
        [-3.2, 0.95],
      ],
      halfWidth: 1.22,
      topHalfWidth: 1.22,
      color: 'trim',
    },
  ],
  cabin: {
    body: 1,
    windows: [
      [
        [1.8, 1.75],
        [1.8, 2.6],
        [2.6, 2.6],
        [3.1, 1.75],
      ],
    ],
    panes: [3],
  },
  lampHeight: 0.85,
  lampSize: [0.26, 0.2],
  paints: [0xd9772b, 0xe0a526, 0x3d6b8f, 0xa83c34],
};

/** Models and the frequency of each. */
export const CARS: readonly (readonly [VehicleModel, number])[] = [
  [SEDAN, 5],
  [HATCHBACK, 4],
  [SUV, 4],
  [MINIVAN, 2],
  [TAXI, 1],
];
export const BUSES: readonly (readonly [VehicleModel, number])[] = [[CITY_BUS, 1]];
export const TRUCKS: readonly (readonly [VehicleModel, number])[] = [
  [BOX_TRUCK, 2],
  [DUMP_TRUCK, 1],
];

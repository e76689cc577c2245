import type { Capacity } from './settings.ts'

/** What messages speak of, by its place among the engine's settings. */
export type SettingName =
  | 'devices'
  | 'acceleration'
  | 'snat.portRange'
  | 'snat.sources'
  | 'hashKey'
  | `capacity.${keyof Capacity}`

/** How whoever runs an engine calls its settings and commands: messages speak of these. */
export interface Terms {
  readonly setting: (name: SettingName) => string
  /** An entry of the devices, counted from 0; without a number: all of them. */
  readonly device: (entry?: number) => string
  /** The command that takes an instance off the host. */
  readonly uninstall: string
  /** How a second instance is made; `undefined` where there is one alone. */
  readonly anotherInstance?: string
}

/** As a configuration file of `skep-lb` has them. */
export const specTerms: Terms = {
  setting: (name) => `spec.${name}`,
  device: (entry) => (entry === undefined ? 'spec.devices' : `spec.devices[${entry}]`),
  uninstall: 'skep-lb uninstall',
  anotherInstance: '--instance',
}

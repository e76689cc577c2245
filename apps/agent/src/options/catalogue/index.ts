import { general, type GeneralSettings } from './general.ts'
import { kubernetes, type KubernetesSettings } from './kubernetes.ts'
import { node, type NodeSettings } from './node.ts'
import { outside, type OutsideSettings } from './outside.ts'
import { services, type ServiceSettings } from './services.ts'
import type { Catalogue } from '../option.ts'

/** What the agent is told, by Cilium’s names. */
export interface Settings extends GeneralSettings, KubernetesSettings, ServiceSettings, NodeSettings, OutsideSettings {}

export type Name = keyof Settings

/** All options that the agent acts on. */
export const catalogue: Catalogue<Settings> = { ...general, ...kubernetes, ...services, ...node, ...outside }

import type { Need } from '@skep/testbed'
import { needs } from '@skep/testbed'
import { goVersionWanted } from './programs/programs.ts'

/** What tests with a control plane alone need of the machine: `needing(...controlPlaneNeeds)`. */
export const controlPlaneNeeds: readonly Need[] = [needs.go(goVersionWanted())]

/** What those with nodes and pods need. */
export const clusterNeeds: readonly Need[] = [needs.root, ...controlPlaneNeeds]

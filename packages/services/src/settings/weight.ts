import type { EndpointSlice } from '@skep/kube'
import { annotationPath, type Problem } from './problem.ts'

/** Annotation of EndpointSlices: the share of new connections of each endpoint in it; 0 is maintenance. */
export const WEIGHT_ANNOTATION = 'service.cilium.io/weight'
/** What endpoints of slices without the annotation have. */
export const DEFAULT_WEIGHT = 100
const MOST = 65_535

/** The weight of a slice's endpoints, and what is wrong with the annotation. */
export function readWeight({ metadata }: EndpointSlice): { readonly weight: number; readonly problem?: Problem } {
  const text = metadata.annotations[WEIGHT_ANNOTATION]
  if (text === undefined) return { weight: DEFAULT_WEIGHT }
  const weight = /^\d+$/.test(text) ? Number(text) : Infinity
  if (weight <= MOST) return { weight }
  const where = `EndpointSlice ${metadata.namespace}/${metadata.name}: ${annotationPath(WEIGHT_ANNOTATION)}`
  const message = `${JSON.stringify(text)} is not a weight, ${DEFAULT_WEIGHT} is used; write a whole number from 0 (maintenance) to ${MOST}`
  return { weight: DEFAULT_WEIGHT, problem: { path: where, message } }
}

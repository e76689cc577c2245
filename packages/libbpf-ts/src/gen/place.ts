import type { ArrayLayout, Layout } from '../btf/layout.ts'

/** Arrays of up to so many scalars are written out element by element; longer ones become a loop. */
const UNROLLED = 8

/** Loop variables by depth; deeper arrays do not fit into a struct that BPF takes. */
const INDEXES = 'ijklmnopqrstuvw'

/** A place in the view as the generated code spells it: `offset + i * 4 + 12`. */
export interface Place {
  readonly text: string
  readonly constant: number
}

export const START: Place = { text: 'offset', constant: 0 }

export function spell({ text, constant }: Place): string {
  return constant === 0 ? text : `${text} + ${constant}`
}

export function plus({ text, constant }: Place, bytes: number): Place {
  return { text, constant: constant + bytes }
}

/** The place of element `index`, a variable, of an array that begins at `place`. */
export function atIndex(place: Place, index: string, step: number): Place {
  return { text: `${spell(place)} + ${index} * ${step}`, constant: 0 }
}

/** The loop variable for the loop at that depth, counted from 0. */
export function indexName(depth: number): string {
  return INDEXES[depth] ?? `i${depth}`
}

export function isUnrolled(layout: ArrayLayout): boolean {
  return leaves(layout) <= UNROLLED
}

function leaves(layout: Layout): number {
  return layout.kind === 'array' ? layout.length * leaves(layout.element) : 1
}

/** 0, 1, …, length − 1. */
export function indexes(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}

import type { Detection, Explanation } from '../detect/types.ts'

/** A device that is chosen now and was not, or the other way round. */
export interface DeviceChange {
  readonly device: string
  readonly index: number
  readonly change: 'appeared' | 'gone'
  /** Why it is chosen, or why not any more. */
  readonly why: string
}

type Explained = Pick<Detection, 'explanations'>

/** How two detections differ: what is gone, then what appeared. A device made anew under its name is another one. Pure. */
export function deviceChanges(before: Explained, after: Explained): DeviceChange[] {
  const is = chosen(after)
  const was = chosen(before)
  const known = new Map(after.explanations.map((one) => [key(one), one]))
  const gone = [...was.values()]
    .filter((one) => !is.has(key(one)))
    .map((one) => toChange(one, 'gone', known.get(key(one))?.why ?? goneBecause(one, after)))
  const appeared = [...is.values()].filter((one) => !was.has(key(one))).map((one) => toChange(one, 'appeared', one.why))
  return [...gone, ...appeared]
}

function chosen({ explanations }: Explained): Map<string, Explanation> {
  return new Map(explanations.filter((one) => one.chosen).map((one) => [key(one), one]))
}

function goneBecause({ index }: Explanation, { explanations }: Explained): string {
  const renamed = explanations.find((one) => one.index === index)
  return renamed ? `its name is ${renamed.device} now` : 'there is no such device any more'
}

function toChange({ device, index }: Explanation, change: DeviceChange['change'], why: string): DeviceChange {
  return { device, index, change, why }
}

function key({ device, index }: Explanation): string {
  return `${index} ${device}`
}

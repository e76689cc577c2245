import {
  type AsPath,
  formatCommunity,
  formatExtendedCommunity,
  formatLargeCommunity,
  formatPath,
  type LargeCommunity,
} from '@skep/bgp'

type Attribute = (value: never) => unknown

const attributes: Readonly<Record<string, Attribute>> = {
  asPath: (path: AsPath) => formatPath(path),
  communities: (all: readonly number[]) => all.map(formatCommunity),
  largeCommunities: (all: readonly LargeCommunity[]) => all.map(formatLargeCommunity),
  extendedCommunities: (all: readonly bigint[]) => all.map(formatExtendedCommunity),
}

/** JSON, with attributes as they are written in configurations. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) => {
    const format = Object.hasOwn(attributes, key) && each !== undefined ? attributes[key] : undefined
    return format ? format(each as never) : each
  })
}

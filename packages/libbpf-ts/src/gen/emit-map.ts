import type { MapModel } from './model.ts'
import { codecOf, typeOf } from './text.ts'

/** The type of a loaded map: `bpf.ArrayMap<Service>`. */
export function mapType(map: MapModel): string {
  if (map.class.closed) return `bpf.${map.class.class}`
  const [key, value] = [typeOf(map.key), typeOf(map.value)]
  switch (map.class.class) {
    case 'ArrayMap':
      return `bpf.ArrayMap<${value}>`
    case 'MapOfMaps':
      return `bpf.MapOfMaps<${key}${map.inner ? `, ${mapType(map.inner)}` : ''}>`
    default:
      return `bpf.${map.class.class}<${key}, ${value}>`
  }
}

/** The expression that makes a loaded map from the expression for its handle. */
export function newMap(map: MapModel, handle: string): string {
  return `new bpf.${map.class.class}(${handle}${codecs(map)})`
}

function codecs({ class: kind, key, value, inner }: MapModel): string {
  if (kind.closed) return ''
  switch (kind.class) {
    case 'ArrayMap':
      return `, { value: ${codecOf(value)} }`
    case 'MapOfMaps':
      return `, { key: ${codecOf(key)}, inner: ${inner ? `(handle) => ${newMap(inner, 'handle')}` : 'bpf.rawInner'} }`
    default:
      return `, { key: ${codecOf(key)}, value: ${codecOf(value)} }`
  }
}

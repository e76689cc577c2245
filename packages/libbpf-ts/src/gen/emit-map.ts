import type { MapModel } from './model.ts'
import { codecOf, typeOf } from './text.ts'

/** The type of a loaded map: `bpf.ArrayMap<Service>`. */
export function mapType({ class: { class: name }, key, value }: MapModel): string {
  return `bpf.${name}${TYPE_ARGUMENTS[name](typeOf(key), typeOf(value))}`
}

/** The expression that makes a loaded map. */
export function newMap({ name, class: { class: className }, key, value }: MapModel): string {
  return `new bpf.${className}(object.map('${name}').handle${CODECS[className](codecOf(key), codecOf(value))})`
}

type ByClass = Record<MapModel['class']['class'], (key: string, value: string) => string>

const TYPE_ARGUMENTS: ByClass = {
  BpfMap: (key, value) => `<${key}, ${value}>`,
  PerCpuMap: (key, value) => `<${key}, ${value}>`,
  ArrayMap: (_, value) => `<${value}>`,
  MapOfMaps: (key) => `<${key}>`,
  RingBufferMap: () => '',
}

const CODECS: ByClass = {
  BpfMap: (key, value) => `, { key: ${key}, value: ${value} }`,
  PerCpuMap: (key, value) => `, { key: ${key}, value: ${value} }`,
  ArrayMap: (_, value) => `, { value: ${value} }`,
  MapOfMaps: (key) => `, { key: ${key} }`,
  RingBufferMap: () => '',
}

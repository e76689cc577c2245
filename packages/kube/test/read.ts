import { formatRefusal, type Kind, type KubeObject, parseObject } from '../src/index.ts'

/** An object as it is kept. */
export function read<T extends KubeObject>(kind: Kind<T>, value: unknown): T {
  const parsed = parseObject(kind, value)
  if ('object' in parsed) return parsed.object
  throw new Error(formatRefusal(parsed.refusal))
}
/** What is said about an object that cannot be read. */
export function refusal(kind: Kind<KubeObject>, value: unknown): string[] {
  const parsed = parseObject(kind, value)
  return 'refusal' in parsed ? formatRefusal(parsed.refusal).split('\n') : []
}

// Says as JSON, for each need named on the command line, why this machine does not have it; null where it does.
import { KIND } from './kind.ts'
import { type Need, needs } from './needs.ts'

const known: Readonly<Record<string, Need>> = { root: needs.root, bpf: needs.bpf, bpftool: needs.bpftool }
const reasons = process.argv.slice(2).map((name): [string, string | null] => {
  const need = known[name] ?? (name.startsWith(KIND) ? needs.kind(name.slice(KIND.length)) : needs.binary(name))
  return [name, need.missing() ?? null]
})
console.log(JSON.stringify(Object.fromEntries(reasons)))

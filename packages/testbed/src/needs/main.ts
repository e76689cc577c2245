// Says as JSON, for each need named on the command line, why this machine does not have it; null where it does.
import { GO } from './go.ts'
import { KIND } from './kind.ts'
import { BECAUSE, type Need, needs } from './needs.ts'

const known: Readonly<Record<string, Need>> = { root: needs.root, bpf: needs.bpf, bpftool: needs.bpftool }
const reasons = process.argv.slice(2).map((name): [string, string | null] => {
  const need = known[name] ?? described(name)
  return [name, need.missing() ?? null]
})
console.log(JSON.stringify(Object.fromEntries(reasons)))

/** Needs whose name says what exactly; what is none of these is a program. A feature's says why it is missing. */
function described(name: string): Need {
  const because = name.indexOf(BECAUSE)
  if (because > 0) return { name, missing: () => name.slice(because + BECAUSE.length) }
  if (name.startsWith(KIND)) return needs.kind(name.slice(KIND.length))
  if (name.startsWith(GO)) return needs.go(name.slice(GO.length))
  return needs.binary(name)
}

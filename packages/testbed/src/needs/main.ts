// Says as JSON, for each need named on the command line, why this machine does not have it; null where it does.
import { needs } from './needs.ts'

const reasons = process.argv.slice(2).map((name): [string, string | null] => {
  const need = name === 'root' ? needs.root : name === 'bpf' ? needs.bpf : needs.binary(name)
  return [name, need.missing() ?? null]
})
console.log(JSON.stringify(Object.fromEntries(reasons)))

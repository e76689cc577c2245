// Builds what tests need of Kubernetes, once: node main.ts [kube-proxy …]; without names, the control plane.
import { needs } from '@skep/testbed'
import { KubeTestEnvError } from '../error.ts'
import { build, unbuilt } from './build.ts'
import { holdsLock, runUnderLock } from './lock.ts'
import { controlPlane, goVersionWanted, type KubeProgram, programsFolder } from './programs.ts'

const say = (line: string): void => console.error(`kube: ${line}`)
const known: readonly string[] = [...controlPlane, 'kube-proxy']
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  say(`there is no ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}
const wanted = asked.length > 0 ? (asked as KubeProgram[]) : controlPlane

if (unbuilt(wanted).length === 0) process.exit(0)
const noGo = needs.go(goVersionWanted()).missing()
if (noGo !== undefined) {
  say(`skipped: ${noGo}`)
  process.exit(0)
}
if (!holdsLock()) process.exit(runUnderLock(say))
try {
  await build(wanted, say)
  say(`built: ${programsFolder()}`)
} catch (error) {
  if (!(error instanceof KubeTestEnvError)) throw error
  say(error.message)
  process.exitCode = 1
}

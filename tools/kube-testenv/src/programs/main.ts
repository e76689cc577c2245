// Builds what clusters are made of, once; see README.
import { needs } from '@skep/testbed'
import { KubeTestEnvError } from '../error.ts'
import { build } from './build.ts'
import { holdsLock, runUnderLock } from './lock.ts'
import { goVersionWanted, programsFolder, unbuilt } from './programs.ts'

const say = (line: string): void => console.error(`kube: ${line}`)

if (unbuilt().length === 0) process.exit(0)
const noGo = needs.go(goVersionWanted()).missing()
if (noGo !== undefined) {
  say(`skipped: ${noGo}`)
  process.exit(0)
}
if (!holdsLock()) process.exit(runUnderLock(say))
try {
  await build(say)
  say(`kept in ${programsFolder()}`)
} catch (error) {
  if (!(error instanceof KubeTestEnvError)) throw error
  say(error.message)
  process.exitCode = 1
}

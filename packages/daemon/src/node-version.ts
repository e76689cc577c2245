/** The oldest Node.js that `engines` of the packages allow: newer ones have what is used without asking (`DisposableStack`). */
export const OLDEST_NODE = '24.15'

/** Why a version of Node.js is too old, and what to do; `undefined`: it is not. */
export function nodeTooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number)
  const isOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor)
  return isOld
    ? `this is Node.js ${version}, which is too old: install ${OLDEST_NODE} or newer, and have it first in the PATH`
    : undefined
}

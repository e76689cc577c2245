// npm ≥ 11 rejects its own lockfile when an optional platform package is absent from the registry:
// `npm install` leaves the entry out, `npm ci` then misses it. This adds the missing ones as inert entries.
import { readFileSync, writeFileSync } from 'node:fs'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
let added = 0
for (const entry of Object.values(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`
    if (Object.keys(lock.packages).some((key) => key.endsWith(path))) continue
    lock.packages[path] = { version: range.replace(/^[^0-9]*/, ''), optional: true, os: ['!linux'] }
    added++
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
console.log(`package-lock.json: ${added} absent optional packages completed`)

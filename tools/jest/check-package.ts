// Refuses a PACKAGE that has no tests, before Jest says that there are no projects: node check-package.ts NAME
import { join } from 'node:path'
import { packages } from './projects.ts'

const [name] = process.argv.slice(2)
const known = packages(join(import.meta.dirname, '../..'))
if (name === undefined || !known.includes(name)) {
  console.error(`test: PACKAGE=${name ?? ''}: no such package; there are ${known.join(', ')}`)
  process.exit(2)
}

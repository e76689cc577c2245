import { readProjects } from './project.ts'
import { violations } from './rules.ts'

const projects = readProjects(process.cwd())
const found = violations(projects)
for (const line of found) console.error(line)
console.log(
  found.length === 0 ? `layers: ${projects.length} packages point one way` : `layers: ${found.length} violations`,
)
process.exitCode = found.length === 0 ? 0 : 1

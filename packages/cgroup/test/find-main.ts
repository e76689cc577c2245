/** Finds the host's cgroup in whatever namespaces it is started in, and says what came of it. */
import { findCgroupRoot, type FindOptions } from '../src/find.ts'
import { CgroupError } from '../src/error.ts'

try {
  console.log(JSON.stringify(findCgroupRoot(JSON.parse(process.argv[2] ?? '{}') as FindOptions)))
} catch (error) {
  if (!(error instanceof CgroupError)) throw error
  console.log(JSON.stringify({ code: error.code, message: error.message }))
}

import type * as nodeHttp from 'node:http'

/** `node:http`. An `import` reads each of its exports, a WebSocket client among them: megabytes for nothing. */
export const http: typeof nodeHttp = process.getBuiltinModule('node:http')

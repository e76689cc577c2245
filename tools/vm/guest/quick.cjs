// Preloaded by every Node.js of an emulated machine: what its optimizing compilers write is translated once more, which
// costs more than it saves.
const { setFlagsFromString } = require('node:v8')
setFlagsFromString('--no-opt')
setFlagsFromString('--no-maglev')

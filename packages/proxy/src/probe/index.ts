export { probeModel } from './probe-model.ts'
export { ProbeError, type ProbeResult, type ProbeTarget, type ServerIdentity } from './types.ts'

export { probeModel } from './probe-model.ts'
export { ProbeError, type ProbeFindings, type ProbeResult, type ProbeTarget, type ServerIdentity } from './types.ts'

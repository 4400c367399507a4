export { findWire, type WirePath } from './find-wire.ts'
export type { ChatTranslation, Wire, WireEncoder, WireEncoderOptions, WireEvent } from './types.ts'

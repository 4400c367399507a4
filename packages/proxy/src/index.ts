export { createProxyApp, type LogLevel, type ProxyAppOptions } from './serve/proxy-app.ts'
export { createReplayApp, type ReplayAppOptions } from './replay/replay-app.ts'
export { readRecordings, type RecordedChunk, type Recording } from './replay/recording.ts'

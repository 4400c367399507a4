export { startFakeUpstream } from './fake-upstream.ts'
export {
  renderChatTemplate,
  TemplateError,
  toTokens,
  type TemplateInput,
  type TemplateTraits,
} from './chat-template.ts'
export { createObedientModel, type ObedientModelOptions } from './obedient-model.ts'
export { PythonJsonError, pythonJsonLoads } from './python-json.ts'
export type {
  FakeAnswer,
  FakeMessage,
  FakeModel,
  FakeRequest,
  FakeUpstream,
  FakeUpstreamKind,
  FakeUpstreamOptions,
  SeenRequest,
} from './types.ts'

export { prepareRequest } from './prepare-request.ts'
export type {
  AnswerOptions,
  PreparedRequest,
  PrepareRequestOptions,
  RequestChange,
  RequestMode,
  RequestReport,
  RequestStores,
  ToolChoiceKind,
  ToolChoiceMethod,
  UpstreamProfile,
} from './types.ts'

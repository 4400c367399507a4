export { answerNodeRequest, type NodeHandler, type NodeRequestOptions } from './node/answer-node-request.ts'
export { checkBodyLimit, defaultBodyLimit, readNodeBody } from './node/read-node-body.ts'

/** Everything that crosses the border of a thread of training. Requests are answered in their order. */
export type ToThread<Request> =
  | { readonly type: 'request'; readonly request: Request }
  /** Answered by the thread's end, after the requests before it. A thread that is ended while ONNX Runtime runs takes the whole process with it. */
  | { readonly type: 'close' };

export type FromThread<Answer> =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly answer: Answer }
  /** Of a request, or of the start. With a code where the fault is the user's to mend. */
  | { readonly type: 'failed'; readonly code?: string; readonly message: string };

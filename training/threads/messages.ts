/** All messages to and from a thread of training. Requests are answered in order. */
export type ToThread<Request> =
  | { readonly type: 'request'; readonly request: Request }
  /**
   * Answered by the thread's end, after earlier requests. A thread that is terminated while ONNX Runtime runs crashes
   * the whole process.
   */
  | { readonly type: 'close' };

export type FromThread<Answer> =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly answer: Answer }
  /** An error of a request, or of the start. It has a code if the user can fix the cause. */
  | { readonly type: 'failed'; readonly code?: string; readonly message: string };

/** Answers the challenges of one server. */
export type HttpAuthorizer = {
  /** The value of `Authorization`; undefined where none is due yet. */
  authorize(method: string, uri: string): string | undefined;
  /**
   * A request was refused with 401.
   * @param challenges the values of `WWW-Authenticate`
   * @param wasAuthorized whether it carried an authorization
   * @returns whether to send it again
   */
  meet(challenges: readonly string[], wasAuthorized: boolean): boolean;
};

export type HttpCredentials = { readonly user: string; readonly password: string };

/** Answers basic challenges alone (RFC 7617). Says nothing of the credentials before there is a challenge. */
export function basicAuthorizer(credentials: HttpCredentials | undefined): HttpAuthorizer {
  let isDue = false;
  return {
    authorize: () => {
      if (!isDue || credentials === undefined) return undefined;
      return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
    },
    meet: (challenges, wasAuthorized) => {
      isDue = challenges.some((challenge) => /(?:^|,)\s*basic\b/i.test(challenge));
      return isDue && !wasAuthorized && credentials !== undefined;
    },
  };
}

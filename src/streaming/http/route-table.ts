/** A method and a path with variable parts in braces: `/api/cameras/{camera}`. */
export type RouteName = { readonly method: string; readonly path: string };

export type FoundRoute<R> = { readonly route: R; readonly params: Readonly<Record<string, string>> };

/** Finds routes by the paths of requests. Of several that fit, the first one counts. */
export class RouteTable<R extends RouteName> {
  readonly #routes: readonly { readonly route: R; readonly form: RegExp; readonly names: readonly string[] }[];

  constructor(routes: readonly R[]) {
    this.#routes = routes.map((route) => ({
      route,
      form: new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '([^/]+)')}$`),
      names: paramsOf(route),
    }));
  }

  find(method: string, path: string): FoundRoute<R> | undefined {
    for (const { route, form, names } of this.#routes) {
      const found = route.method === method ? form.exec(path) : null;
      if (found === null) continue;
      const values = found.slice(1).map(decoded);
      if (values.includes(undefined)) continue;
      return { route, params: Object.fromEntries(names.map((name, i) => [name, values[i] ?? ''])) };
    }
    return undefined;
  }
}

/** Names of the variable parts of a route's path. */
export function paramsOf({ path }: RouteName): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
}

/** Undefined for a part of a path that is encoded wrongly. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** `1 frame`, `2 frames`; `1 box`, `2 boxes`. */
export function counted(count: number, what: string, plural = `${what}s`): string {
  return `${count} ${count === 1 ? what : plural}`;
}

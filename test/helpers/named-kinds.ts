import assert from 'node:assert/strict';
import { findNamed, formsOf, type NamedKind } from '../../src/core/named-kind.js';

/** The promises that hold for every registry of named kinds. */
export function keepsNamesApart<T extends { readonly name: string }>(kinds: readonly NamedKind<T>[]): void {
  it('gives every entry its own form', () => {
    assert.equal(new Set(kinds.map(({ form }) => form)).size, kinds.length);
  });

  for (const kind of kinds) {
    it(`reads each example of ${kind.form} as that kind only, under the written name`, () => {
      assert.ok(kind.examples.length > 0);
      for (const text of kind.examples) {
        assert.deepEqual(
          kinds.filter((other) => other.parse(text) !== undefined).map(({ form }) => form),
          [kind.form],
        );
        assert.equal(findNamed(kinds, text)?.name, text);
      }
    });
  }

  it('lists every form in messages', () => {
    for (const { form } of kinds) assert.ok(formsOf(kinds).includes(form));
  });
}

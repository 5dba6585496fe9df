import assert from 'node:assert/strict';
import { RouteTable } from '../../../src/streaming/http/route-table.js';

describe('routes', () => {
  const table = new RouteTable([
    { method: 'GET', path: '/api/{camera}/latest.jpg' },
    { method: 'GET', path: '/api/events/{id}' },
    { method: 'PUT', path: '/api/cameras/{camera}/switches/{switch}' },
  ]);
  const find = (method: string, path: string) => {
    const found = table.find(method, path);
    return found && [found.route.path, found.params];
  };

  it('are found by method and path, the first one first, and their parts are decoded', () => {
    assert.deepEqual(find('GET', '/api/events/latest.jpg'), ['/api/{camera}/latest.jpg', { camera: 'events' }]);
    assert.deepEqual(find('GET', '/api/events/a%20b'), ['/api/events/{id}', { id: 'a b' }]);
    assert.deepEqual(find('PUT', '/api/cameras/a/switches/b')?.[1], { camera: 'a', switch: 'b' });
  });

  it('are not found by another method, more or fewer parts, a wrong encoding, or a dot as any character', () => {
    for (const [method, path] of [
      ['PUT', '/api/events/1'],
      ['GET', '/api/events/1/2'],
      ['GET', '/api/events/'],
      ['GET', '/api/events/%zz'],
      ['GET', '/api/a/latest-jpg'],
      ['GET', '/x/api/events/1'],
    ])
      assert.equal(find(method, path), undefined, path);
  });
});

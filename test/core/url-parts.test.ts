import assert from 'node:assert/strict';
import { redactUrls } from '../../src/core/redact.js';
import { encodeCredentials } from '../../src/core/url-parts.js';

describe('credentials of a URL', () => {
  for (const [typed, encoded, shown] of [
    ['rtsp://user:p@ss#1@host:8554/cam', 'rtsp://user:p%40ss%231@host:8554/cam', 'rtsp://***@host:8554/cam'],
    ['rtsp://user:a:b%c?d@host/cam?x=1', 'rtsp://user:a%3Ab%25c%3Fd@host/cam?x=1', 'rtsp://***@host/cam?x=***'],
    ['rtsp://user:p%40ss@host/cam', 'rtsp://user:p%40ss@host/cam', 'rtsp://***@host/cam'],
    ['rtsp://user:pa/ss@host/cam', 'rtsp://user:pa%2Fss@host/cam', 'rtsp://***@host/cam'],
    ['rtsp://user:пароль@host/cam', 'rtsp://user:%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C@host/cam', 'rtsp://***@host/cam'],
    ['rtsp://user:@#/##@host/cam', 'rtsp://user:%40%23%2F%23%23@host/cam', 'rtsp://***@host/cam'],
    ['rtsp://user:@/##@host/cam', 'rtsp://user:%40%2F%23%23@host/cam', 'rtsp://***@host/cam'],
    ['rtsp://user@host/cam', 'rtsp://user@host/cam', 'rtsp://***@host/cam'],
    [
      'rtsp://user:1@[fe80::1%25eth0]:554/cam',
      'rtsp://user:1@[fe80::1%25eth0]:554/cam',
      'rtsp://***@[fe80::1%25eth0]:554/cam',
    ],
    ['rtsp://host:554/cam@home', 'rtsp://host:554/cam@home', 'rtsp://***'],
    ['rtsp://[::1]:554/a@b', 'rtsp://[::1]:554/a@b', 'rtsp://[::1]:554/***'],
    ['http://host?mail=a@b', 'http://host?mail=a@b', 'http://host?***=***'],
    [
      'http://host/v.cgi?user=me&pwd=secret&res=4',
      'http://host/v.cgi?user=me&pwd=secret&res=4',
      'http://host/v.cgi?user=***&pwd=***&res=4',
    ],
    [
      'http://host/v.cgi?user=me&pwd=se@cret',
      'http://host/v.cgi?user=me&pwd=se@cret',
      'http://host/v.cgi?user=***&pwd=***',
    ],
    [
      'http://me:p@w@host:81/v.cgi?pwd=se@cret',
      'http://me:p%40w@host:81/v.cgi?pwd=se@cret',
      'http://***@host:81/v.cgi?pwd=***',
    ],
    ['https://h/x.m3u8?access_token=abc', 'https://h/x.m3u8?access_token=abc', 'https://h/x.m3u8?access_token=***'],
    ['/dev/video0', '/dev/video0', '/dev/video0'],
  ] as const) {
    it(`reads ${typed}`, () => {
      assert.equal(encodeCredentials(typed), encoded);
      assert.equal(redactUrls(typed), shown);
      assert.equal(redactUrls(encoded), shown);
    });
  }
});

import { expect, it } from 'vitest';
import { suggestion } from './nearest.ts';

const names = ['width', 'widths', 'depth', 'T', 'sigmaW', 'sigmaB', 'processes'];

it.each([
  ['widht', 'width'],
  ['Width', 'width'],
  ['wdith', 'width'],
  ['sigmab', 'sigmaB'],
  ['sigma_w', 'sigmaW'],
  ['process', 'processes'],
  ['t', 'T'],
])('%s was meant to be %s', (word, name) => {
  expect(suggestion(word, names)).toBe(` (did you mean ${name}?)`);
});

it.each(['frob', 'x', '', 'draws', 'w', 'x'.repeat(1000)])('"%s" is near none', (word) => {
  expect(suggestion(word, names)).toBe('');
});

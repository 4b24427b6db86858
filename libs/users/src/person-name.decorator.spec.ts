import { looksLikeLink } from './person-name.decorator';

describe('looksLikeLink', () => {
  it.each([
    'Click https://evil.example/x',
    'http://1.2.3.4',
    'WWW.evil.example',
    'see www.evil',
    'evil.example/win',
    'bücher.example/a',
    'ｈｔｔｐｓ：／／evil',
  ])('says so of %s', (name) => {
    expect(looksLikeLink(name)).toBe(true);
  });

  it.each([
    'Grace',
    'J. R. R.',
    'St.John',
    'Dr.Who',
    'Jean-Luc',
    "O'Hara",
    'Anna / Maria',
    'c/o Hopper',
    '王',
    'Awww.',
  ])('lets %s be a name', (name) => {
    expect(looksLikeLink(name)).toBe(false);
  });
});

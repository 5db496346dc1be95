import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asFragment, fragmentOf } from '../../src/geo/records.ts';

test('a nested row becomes the fields of the geoip processor, in order', () => {
  const row = {
    city: { geoname_id: 1, names: { de: 'Wien', en: 'Vienna' } },
    continent: { code: 'EU', names: { en: 'Europe' } },
    country: { iso_code: 'GB', names: { en: 'United Kingdom' } },
    location: { latitude: 51.5142, longitude: -0.0931, time_zone: 'Europe/London' },
    subdivisions: [
      { iso_code: 'ENG', names: { en: 'England' } },
      { iso_code: 'WSM', names: { en: 'Westminster' } },
    ],
  };
  const expected =
    ',"geo":{"city_name":"Vienna","continent_name":"Europe","country_iso_code":"GB","country_name":"United Kingdom",' +
    '"location":{"lat":51.5142,"lon":-0.0931},"region_iso_code":"GB-WSM","region_name":"Westminster"}';
  assert.equal(fragmentOf('city', row), expected);
});

test('only what the row has is written', () => {
  const geo = (row: Parameters<typeof fragmentOf>[1]) => fragmentOf('city', row);
  assert.equal(geo({ country: { iso_code: 'NO' } }), ',"geo":{"country_iso_code":"NO"}');
  assert.equal(geo({ country: { names: { de: 'Norwegen' } } }), '');
  assert.equal(geo({ country: {}, subdivisions: [{ iso_code: 'X' }] }), '');
  assert.equal(geo({ location: { latitude: 1 } }), '');
  assert.equal(geo({ location: { latitude: 91, longitude: 0 } }), '');
  assert.equal(geo({ location: { latitude: 0, longitude: -0 } }), ',"geo":{"location":{"lat":0,"lon":0}}');
  assert.equal(geo({}), '');
  assert.equal(geo('text'), '');
});

test('coordinates are written as JavaScript writes numbers', () => {
  for (const latitude of [0, 1, -1, 0.5, -0.0912, 51.5142, 89.9999, 1e-7, -0.00001, 12.345678901, 0.0001, 10.01]) {
    const expected = `,"geo":{"location":${JSON.stringify({ lat: latitude, lon: -latitude + 0 })}}`;
    assert.equal(fragmentOf('city', { latitude, longitude: -latitude }), expected);
  }
});

test('a flat row is read too', () => {
  const row = {
    city: 'Sulz',
    country_code: 'AT',
    latitude: 47.3,
    longitude: 9.7,
    postcode: '',
    state1: 'V',
    state2: '',
  };
  const expected =
    ',"geo":{"city_name":"Sulz","country_iso_code":"AT","location":{"lat":47.3,"lon":9.7},"region_name":"V"}';
  assert.equal(fragmentOf('city', row), expected);
  assert.equal(fragmentOf('city', { ...row, state2: 'Feldkirch' }), expected.replace('"V"', '"Feldkirch"'));
  assert.equal(fragmentOf('city', { country_code: 'DE' }), ',"geo":{"country_iso_code":"DE"}');
});

test('autonomous systems with and without a name', () => {
  const named = { autonomous_system_number: 64496, autonomous_system_organization: 'A "B" \u0001 ü' };
  assert.equal(fragmentOf('asn', named), ',"as":{"number":64496,"organization":{"name":"A \\"B\\" \\u0001 ü"}}');
  assert.equal(fragmentOf('asn', { autonomous_system_number: 209 }), ',"as":{"number":209}');
  assert.equal(fragmentOf('asn', { autonomous_system_organization: 'nobody' }), '');
  assert.equal(asFragment(0, 'reserved'), '');
});

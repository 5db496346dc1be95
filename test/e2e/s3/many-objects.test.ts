import { testManyObjects } from './many-objects.ts';

testManyObjects(20_000);

import { testManyEvents } from './many-events.ts';

await testManyEvents(50_000);

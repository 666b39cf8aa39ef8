import { describePlantedLeaks } from './leaks-suite';

// Every sixth: planted-leaks.integration.test.ts plants them all.
describePlantedLeaks((index) => index % 6 === 0);

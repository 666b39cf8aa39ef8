import { describePlantedLeaks } from './leaks-suite';

// Every fourth: planted-leaks.integration.test.ts plants them all.
describePlantedLeaks((index) => index % 4 === 0);

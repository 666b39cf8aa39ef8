import { describePlantedLeaks } from './leaks-suite';

// Every third: planted-leaks.integration.test.ts plants them all.
describePlantedLeaks((index) => index % 3 === 0);

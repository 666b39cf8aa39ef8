import { describePlantedLeaks } from './leaks-suite';

describePlantedLeaks(() => true);

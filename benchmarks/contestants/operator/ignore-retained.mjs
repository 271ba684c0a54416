import { ignoreRetained } from '@rxmqtt/rx';
import { filter } from 'rxjs';

export const ours = () => ignoreRetained();

export const twin = () => filter((message) => !message.retain);

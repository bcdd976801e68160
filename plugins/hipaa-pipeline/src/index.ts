/** Form fields of the hospital's form, for a portal of the new frontend system. */
export { default } from './module';

import { type Collection, conditionOf, distinctItems, isEqual, isObject, NOTHING, truth, YES } from './collection';

type Operator = (left: Collection, right: Collection) => Collection;

/** Operators on two collections that are known. Logic has three values: nothing is neither true nor false. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  '=': (left, right) => (left.length === 0 || right.length === 0 ? NOTHING : truth(isEqual(left, right))),
  '!=': (left, right) => (left.length === 0 || right.length === 0 ? NOTHING : truth(!isEqual(left, right))),
  '<': (left, right) => compared(left, right, (order) => order < 0),
  '<=': (left, right) => compared(left, right, (order) => order <= 0),
  '>': (left, right) => compared(left, right, (order) => order > 0),
  '>=': (left, right) => compared(left, right, (order) => order >= 0),
  '|': (left, right) => distinctItems([...left, ...right]),
  '&': (left, right) => [`${textOf(left)}${textOf(right)}`],
  '+': (left, right) => calculated(left, right, (one, other) => one + other),
  '-': (left, right) => calculated(left, right, (one, other) => one - other),
  in: (left, right) => (left.length === 0 ? NOTHING : truth(left.every((item) => includes(right, item)))),
  contains: (left, right) => (right.length === 0 ? NOTHING : truth(right.every((item) => includes(left, item)))),
  xor: (left, right) => {
    const [one, other] = [conditionOf(left), conditionOf(right)];
    return one === undefined || other === undefined ? NOTHING : truth(one !== other);
  },
};

function includes(collection: Collection, item: unknown): boolean {
  return collection.some((one) => isEqual(one, item));
}

function textOf([item]: Collection): string {
  return typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean' ? String(item) : '';
}

function calculated(
  [left]: Collection,
  [right]: Collection,
  calculate: (one: number, other: number) => number,
): Collection {
  return typeof left === 'number' && typeof right === 'number' ? [calculate(left, right)] : NOTHING;
}

/** Where the order of two values is not known (dates of unequal precision, quantities of unequal units), a rule is not shown to be broken. */
function compared([left]: Collection, [right]: Collection, holds: (order: number) => boolean): Collection {
  if (left === undefined || right === undefined) return NOTHING;
  const order = orderOf(left, right);
  return order === undefined ? YES : truth(holds(order));
}

function orderOf(left: unknown, right: unknown): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return orderOfDates(left, right);
  if (
    isObject(left) &&
    isObject(right) &&
    left.code === right.code &&
    left.system === right.system &&
    left.unit === right.unit
  ) {
    return typeof left.value === 'number' && typeof right.value === 'number' ? left.value - right.value : undefined;
  }
  return undefined;
}

const DAY_MS = 86_400_000;

/** Both are compared as far as both say; where that is equal, their order is open. */
function orderOfDates(left: string, right: string): number | undefined {
  const [leftDay = '', leftTime] = left.split('T');
  const [rightDay = '', rightTime] = right.split('T');
  if (leftTime !== undefined && rightTime !== undefined) return Date.parse(left) - Date.parse(right);
  const length = Math.min(leftDay.length, rightDay.length);
  const order = textOrder(leftDay.slice(0, length), rightDay.slice(0, length));
  if (leftTime === rightTime) return order === 0 && leftDay.length !== rightDay.length ? undefined : order;
  // A day begins and ends at other moments elsewhere, so a day and a moment on the next one are not told apart.
  const isClose = Math.abs(Date.parse(leftDay.slice(0, length)) - Date.parse(rightDay.slice(0, length))) <= DAY_MS;
  return order === 0 || isClose ? undefined : order;
}

function textOrder(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
